// Raw inputs through a top module that Verilator made into C++, to raw outputs:
//   PROGRAM TOP INPUTS OUTPUTS FIRST COUNT [NAME=VALUE]... [+PLUSARG]...
// INPUTS and OUTPUTS are 32-bit integers in stream order, of several outputs one behind the other
// in each frame; COUNT frames from the FIRST on are sent back to back. Further words:
//   source=PATTERN sink=PATTERN   when a beat is offered, when one is taken: always, every:N (one
//   cycle in
//                                 N), burst:A:B (A cycles on, B off), random:P (P of 16 cycles)
//   tlast=last|each|none          which frames' last beats have TLAST (default: the last one's)
//   cut=FRAME:BEAT                TLAST on an earlier beat, the rest of the frame is not sent
//   reset=CYCLE                   reset in that cycle; all begins again at the first frame
//   patience=CYCLES               without a beat at either port; then it is said who waits for whom
//   drain=1                       go on behind the last beat until what no output needs has moved
//   too report=FILE                   cycles of the first beat and of each frame's last, one a line
// sink=PATTERN,PATTERN,...: one for each output, the last for all that follow; a random one is
// another for each. Exit code: 0, or 2 wrong arguments, 3 nothing moves, 4 a wrong TLAST or
// frame_error.
#ifndef QFX_REPLAY_H_
#define QFX_REPLAY_H_

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "qfx_pins.h"

namespace qfx_replay {

// When one side of a port is willing.
class Pattern {
 public:
  explicit Pattern(const std::string& text, std::uint64_t seed) : state_(seed * 2 + 1) {
    if (text == "always") return;
    if (std::sscanf(text.c_str(), "every:%ld", &on_) == 1) {
      off_ = on_ - 1;
      on_ = 1;
    } else if (std::sscanf(text.c_str(), "random:%d", &random_) != 1 &&
               std::sscanf(text.c_str(), "burst:%ld:%ld", &on_, &off_) != 2) {
      std::fprintf(stdout, "the pattern '%s' is not known\n", text.c_str());
      std::exit(2);
    }
  }
  bool next() {
    if (random_ >= 0) {
      state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
      return static_cast<int>(state_ >> 60) < random_;
    }
    if (++at_ >= on_ + off_) at_ = 0;
    return at_ < on_;
  }

 private:
  long on_ = 1, off_ = 0, at_ = -1;
  int random_ = -1;
  std::uint64_t state_;
};

// Of output `index`.
inline std::string pattern_of(std::string patterns, std::size_t index) {
  for (; index > 0 && patterns.find(',') != patterns.npos; --index)
    patterns.erase(0, patterns.find(',') + 1);
  return patterns.substr(0, patterns.find(','));
}

struct Options {
  std::string inputs, outputs, source = "always", sink = "always", tlast = "last", report;
  long first = 0, count = 0, cut_frame = -1, cut_beat = -1, reset = -1, patience = 1000000;
  bool drain = false;
};

inline Options read_options(int argc, char** argv) {
  Options o;
  if (argc < 6) {
    std::fprintf(stdout, "usage: %s TOP INPUTS OUTPUTS FIRST COUNT [NAME=VALUE]...\n", argv[0]);
    std::exit(2);
  }
  o.inputs = argv[2];
  o.outputs = argv[3];
  o.first = std::atol(argv[4]);
  o.count = std::atol(argv[5]);
  for (int i = 6; i < argc; ++i) {
    const std::string word = argv[i];
    if (word[0] == '+') continue;
    const std::size_t middle = word.find('=');
    const std::string name = word.substr(0, middle);
    const std::string value = middle == word.npos ? "" : word.substr(middle + 1);
    if (name == "source")
      o.source = value;
    else if (name == "sink")
      o.sink = value;
    else if (name == "tlast")
      o.tlast = value;
    else if (name == "report")
      o.report = value;
    else if (name == "reset")
      o.reset = std::atol(value.c_str());
    else if (name == "drain")
      o.drain = value != "0";
    else if (name == "patience")
      o.patience = std::atol(value.c_str());
    else if (name != "cut" ||
             std::sscanf(value.c_str(), "%ld:%ld", &o.cut_frame, &o.cut_beat) != 2) {
      std::fprintf(stdout, "'%s' is not understood\n", word.c_str());
      std::exit(2);
    }
  }
  return o;
}

inline std::vector<std::int32_t> read_inputs(const Options& o, long elements) {
  std::vector<std::int32_t> values(static_cast<std::size_t>(o.count * elements));
  std::FILE* file = std::fopen(o.inputs.c_str(), "rb");
  if (!file || std::fseek(file, o.first * elements * 4, SEEK_SET) != 0 ||
      std::fread(values.data(), 4, values.size(), file) != values.size()) {
    std::fprintf(stdout, "cannot read %s\n", o.inputs.c_str());
    std::exit(2);
  }
  std::fclose(file);
  return values;
}

template <class PinsOf>
class Replay {
 public:
  Replay(const PinsOf& pins, Port in, const std::vector<Port>& outs, const Options& options)
      : p_(pins),
        in_(in),
        o_(options),
        inputs_(read_inputs(options, in.elements())),
        source_(options.source, 7) {
    for (const Port& out : outs)
      sinks_.emplace_back(out, pattern_of(options.sink, sinks_.size()), 11 + sinks_.size());
  }

  int run() {
    reset();
    while (static_cast<long>(ends_.size()) < o_.count) {
      if (cycle_ == o_.reset) restart();
      if (idle_ > o_.patience) return stands_still();
      if (!step()) return 4;
    }
    if (!o_.report.empty()) report();
    if (!drain()) return 4;
    if (p_.frame_error != (o_.cut_frame >= 0)) {
      std::fprintf(stdout, "frame_error is %d\n", p_.frame_error);
      return 4;
    }
    const std::vector<std::int32_t> outputs = all_outputs();
    std::FILE* file = std::fopen(o_.outputs.c_str(), "wb");
    if (!file || std::fwrite(outputs.data(), 4, outputs.size(), file) != outputs.size() ||
        std::fclose(file) != 0) {
      std::fprintf(stdout, "cannot write %s\n", o_.outputs.c_str());
      return 2;
    }
    return 0;
  }

 private:
  // The end of an output, and what came there.
  struct Sink {
    Sink(Port port, const std::string& pattern, std::uint64_t seed)
        : out(port), willing(pattern, seed) {}
    Port out;
    Pattern willing;
    long received = 0;  // beats
    std::vector<std::int32_t> values;
  };

  // Frame by frame.
  std::vector<std::int32_t> all_outputs() const {
    std::vector<std::int32_t> all;
    for (long frame = 0; frame < o_.count; ++frame)
      for (const Sink& sink : sinks_) {
        const auto begin = sink.values.begin() + frame * sink.out.elements();
        all.insert(all.end(), begin, begin + sink.out.elements());
      }
    return all;
  }

  // What still moves behind the last beat, for who traces it: words that no output depends on.
  bool drain() {
    for (long left = o_.drain ? cycle_ + 1000 : 0; left > 0; --left)
      if (!step()) return false;
    // Where a frame begins with windows of nothing but padding, their results come before its
    // input.
    for (const Sink& sink : sinks_)
      if (static_cast<long>(sink.values.size()) / sink.out.elements() != o_.count) {
        std::fprintf(stdout, "%ld frames came, not %ld\n", sink.received / sink.out.beats,
                     o_.count);
        return false;
      }
    return true;
  }

  void edge() {
    p_.aclk = 0;
    p_.model.eval();
    p_.aclk = 1;
    p_.model.eval();
  }

  void reset() {
    p_.aresetn = 0;
    p_.s_tvalid = 0;
    take_nothing();
    p_.watch = 0;
    for (int i = 0; i < 4; ++i) edge();
    p_.aresetn = 1;
    edge();
  }

  void restart() {
    reset();
    frame_ = beat_ = idle_ = 0;
    offered_ = false;
    for (Sink& sink : sinks_) {
      sink.received = 0;
      sink.values.clear();
    }
    ends_.clear();
    first_cycle_ = -1;
    ++cycle_;
  }

  bool last_of_input() const {
    if (frame_ == o_.cut_frame && beat_ == o_.cut_beat) return true;
    if (beat_ + 1 != in_.beats || o_.tlast == "none") return false;
    return o_.tlast == "each" || frame_ + 1 == o_.count;
  }

  void take_nothing() {
    for (OutputPins& output : p_.outputs) output.tready = 0;
  }

  bool last_of_output(const Sink& sink) const {
    const long frame = sink.received / sink.out.beats;
    if (sink.received % sink.out.beats + 1 != sink.out.beats) return false;
    if (frame == o_.cut_frame) return true;
    return o_.tlast == "each" || (o_.tlast == "last" && frame + 1 == o_.count);
  }

  void offer_beat() {
    const std::int32_t* values = inputs_.data() + frame_ * in_.elements() + beat_ * in_.lanes;
    const std::uint32_t mask = 0xffffffffU >> (32 - in_.container);
    p_.s_tdata.clear(in_.lanes * in_.container);
    for (int lane = 0; lane < in_.lanes; ++lane)
      p_.s_tdata.put(lane * in_.container, static_cast<std::uint32_t>(values[lane]) & mask);
  }

  void keep(const Data& data, Sink& sink) {
    const Port& out = sink.out;
    for (int lane = 0; lane < out.lanes; ++lane) {
      const std::uint32_t raw = data.at(lane * out.container);
      const int spare = 32 - out.container;
      sink.values.push_back(out.is_signed ? static_cast<std::int32_t>(raw << spare) >> spare
                                          : static_cast<std::int32_t>(raw << spare >> spare));
    }
  }

  // A beat of an output; false where its TLAST is wrong.
  bool receive(const OutputPins& pins, Sink& sink) {
    idle_ = 0;
    keep(pins.tdata, sink);
    const bool good = pins.tlast == last_of_output(sink);
    if (!good)
      std::fprintf(stdout, "frame %ld, beat %ld: tlast is %d\n", sink.received / sink.out.beats,
                   sink.received % sink.out.beats, pins.tlast);
    ++sink.received;
    return good;
  }

  // Frames that have left through every output.
  long whole_frames() const {
    long frames = sinks_[0].received / sinks_[0].out.beats;
    for (const Sink& sink : sinks_) frames = std::min(frames, sink.received / sink.out.beats);
    return frames;
  }

  long received() const {
    long beats = 0;
    for (const Sink& sink : sinks_) beats += sink.received;
    return beats;
  }

  bool step() {
    // What was offered stays until it is taken.
    offered_ = frame_ < o_.count && (offered_ || source_.next());
    p_.s_tvalid = offered_;
    if (offered_) {
      offer_beat();
      p_.s_tlast = last_of_input();
    }
    for (std::size_t i = 0; i < sinks_.size(); ++i) p_.outputs[i].tready = sinks_[i].willing.next();
    p_.aclk = 0;
    p_.model.eval();
    const bool sent = p_.s_tvalid && p_.s_tready;
    ++idle_;
    bool good = true;
    for (std::size_t i = 0; i < sinks_.size(); ++i) {
      const OutputPins& output = p_.outputs[i];
      if (output.tvalid && output.tready) good = receive(output, sinks_[i]) && good;
    }
    if (whole_frames() > static_cast<long>(ends_.size())) ends_.push_back(cycle_);
    if (sent) {
      idle_ = 0;
      if (first_cycle_ < 0) first_cycle_ = cycle_;
      offered_ = false;
      const bool cut = frame_ == o_.cut_frame && beat_ == o_.cut_beat;
      if (cut || ++beat_ == in_.beats) {
        beat_ = 0;
        ++frame_;
      }
    }
    p_.aclk = 1;
    p_.model.eval();
    ++cycle_;
    return good;
  }

  // Watchers write to the output.
  void watch() {
    p_.s_tvalid = 0;
    take_nothing();
    p_.watch = 1;
    edge();
    p_.watch = 0;
  }

  int stands_still() {
    std::fprintf(stdout, "nothing moves: %ld frames and %ld beats in, %ld beats out\n", frame_,
                 beat_, received());
    watch();
    return 3;
  }

  void report() {
    std::FILE* file = std::fopen(o_.report.c_str(), "w");
    if (!file) std::exit(2);
    std::fprintf(file, "%ld\n", first_cycle_);
    for (long end : ends_) std::fprintf(file, "%ld\n", end);
    std::fclose(file);
    watch();
  }

  PinsOf p_;
  Port in_;
  const Options& o_;
  std::vector<std::int32_t> inputs_;
  Pattern source_;
  std::vector<Sink> sinks_;
  long cycle_ = 0, idle_ = 0, frame_ = 0, beat_ = 0, first_cycle_ = -1;
  bool offered_ = false;
  std::vector<long> ends_;
};

template <class PinsOf>
int replay(const PinsOf& pins, Port in, const std::vector<Port>& outs, int argc, char** argv) {
  const Options options = read_options(argc, argv);
  return Replay<PinsOf>(pins, in, outs, options).run();
}

}  // namespace qfx_replay

#endif  // QFX_REPLAY_H_
