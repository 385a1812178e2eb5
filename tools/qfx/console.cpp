#include "console.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <unistd.h>
#include <utility>

#include "verb.h"

#include "qfx/base/text.h"

namespace qfx::command {
namespace {

using namespace std::chrono_literals;

constexpr auto kTerminalPause = 100ms;
constexpr auto kPlainPause = 10s;

int g_output_error = 0;  // errno of the first write to standard output that failed

void note_output(bool written) {
  if (!written && g_output_error == 0) g_output_error = errno;
}

// fmt::print raises where standard error is full or closed.
void write_error(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

std::string describe(const Step& step) {
  std::string text =
      fmt::format("{:<10}{:>4.0f} %", step.phase, 100 * std::clamp(step.fraction, 0.0, 1.0));
  if (step.images_per_second > 0) {
    text += fmt::format("  {:>9} {}/s", grouped(std::llround(step.images_per_second)), step.unit);
  }
  if (step.seconds_left >= 0) text += fmt::format("  {} left", format_duration(step.seconds_left));
  if (!step.note.empty()) text += fmt::format("  {}", step.note);
  return text;
}

// The first plain line waits as long as every other: short work shows none.
ProgressLine::ProgressLine(bool plain_lines)
    : is_terminal_(isatty(STDERR_FILENO) == 1),
      plain_lines_(plain_lines),
      next_(is_terminal_ ? Clock::now() : Clock::now() + kPlainPause) {}

ProgressLine::~ProgressLine() {
  clear();
}

void ProgressLine::show(const Step& step) {
  const auto now = Clock::now();
  if (now < next_ || !(is_terminal_ || plain_lines_)) return;
  if (is_terminal_) {
    next_ = now + kTerminalPause;
    write_error("\r\x1b[K" + describe(step));
    has_live_line_ = true;
  } else {
    next_ = now + kPlainPause;
    write_error(describe(step) + "\n");
  }
}

void ProgressLine::message(const std::string& line) {
  clear();
  write_error(line + "\n");
}

void ProgressLine::clear() {
  if (!has_live_line_) return;
  write_error("\r\x1b[K");
  has_live_line_ = false;
}

ImageCounter::ImageCounter(ProgressLine& line, std::string phase)
    : line_(line), phase_(std::move(phase)), begin_(std::chrono::steady_clock::now()) {}

void ImageCounter::operator()(std::int64_t done, std::int64_t total) {
  if (done == 0) begin_ = std::chrono::steady_clock::now();  // what comes before is no image's
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  Step step{.phase = phase_,
            .fraction = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0};
  if (done > 0 && seconds > 0) {
    step.images_per_second = static_cast<double>(done) / seconds;
    step.seconds_left = static_cast<double>(total - done) / step.images_per_second;
  }
  line_.show(step);
}

void print(const std::string& line) {
  print_text(line + "\n");
}

void print_text(const std::string& text) {
  note_output(std::fwrite(text.data(), 1, text.size(), stdout) == text.size());
}

void warn(const std::string& line) {
  note_output(std::fflush(stdout) == 0);
  write_error(line + "\n");
}

int finish_output(int code) {
  note_output(std::fflush(stdout) == 0);
  if (g_output_error == 0) return code;
  write_error(fmt::format(
      "qfx: cannot write to standard output: {}. What was printed is not complete; send "
      "it to a place that is open and has room\n",
      std::strerror(g_output_error)));
  return kUserFault;
}

std::string percent(double fraction) {
  return fmt::format("{:.2f} %", 100 * fraction);
}

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = digits[0] == '-' ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

}  // namespace qfx::command
