// What a person sees while and after the command works: one live line on a terminal, plain lines
// now and then elsewhere, tables with aligned columns. Progress goes to standard error, results to
// standard output.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace qfx::command {

// One state of long work.
struct Step {
  std::string phase;             // "float", "verify", ...
  double fraction = 0;           // 0 to 1
  double images_per_second = 0;  // 0: not known
  double seconds_left = -1;      // negative: not known
  std::string note{};            // "loss 0.412"; may be empty
  std::string unit = "images";   // of what is counted a second
};

// "float     42 %   1,234 images/s   2 min 10 s left   loss 0.412"
std::string describe(const Step& step);

class ProgressLine {
 public:
  // plain_lines false: nothing but on a terminal. So is it with --json, whose reader may have both
  // streams in one.
  explicit ProgressLine(bool plain_lines = true);
  ~ProgressLine();  // takes the live line away
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Shows the step if enough time has passed since the last one shown.
  void show(const Step& step);
  // A line that stays, above the live one.
  void message(const std::string& line);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  bool is_terminal_;
  bool plain_lines_;
  bool has_live_line_ = false;
  Clock::time_point next_;
};

// Progress of work that is counted in images: rate and time left from the clock.
class ImageCounter {
 public:
  ImageCounter(ProgressLine& line, std::string phase);
  void operator()(std::int64_t done, std::int64_t total);

 private:
  ProgressLine& line_;
  std::string phase_;
  std::chrono::steady_clock::time_point begin_;
};

// Prints to standard output, with a newline. What cannot be written is finish_output's to tell: a
// verb that prints and then stores still stores.
void print(const std::string& line);
// The same of text that has its newlines.
void print_text(const std::string& text);
// Prints to standard error, with a newline, after all that was printed before. Never fails: a log
// on a full disk is no reason to lose a result.
void warn(const std::string& line);
// Writes out what print has kept in memory. Returns the code to end with: the given one, or that of
// a user's fault, reported on standard error, where standard output could not take everything.
int finish_output(int code);

// "91.23 %"
std::string percent(double fraction);
// "12,345"
std::string grouped(std::int64_t number);

}  // namespace qfx::command
