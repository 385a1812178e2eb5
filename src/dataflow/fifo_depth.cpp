#include "dataflow/fifo_depth.h"

#include <algorithm>
#include <span>

#include "qfx/base/error.h"

namespace qfx::dataflow {
namespace {

// Runs a network, with or without bounds on its FIFOs.
class Simulation {
 public:
  Simulation(const TokenNetwork& network, const std::vector<std::int64_t>* depths)
      : network_(network),
        depths_(depths),
        states_(network.processes.size()),
        reader_(network.fifos, -1),
        writer_(network.fifos, -1),
        tokens_(network.fifos, 0),
        peaks_(network.fifos, 0) {
    for (int i = 0; i < std::ssize(network.processes); ++i) {
      for (int fifo : network.processes[i].inputs) reader_[fifo] = i;
      for (int fifo : network.processes[i].outputs) writer_[fifo] = i;
    }
  }

  // Until nothing moves. The process furthest downstream goes first; what is upstream only follows
  // when nothing below it can move.
  void run() {
    int at = static_cast<int>(states_.size()) - 1;
    while (at >= 0) {
      if (step(at)) {
        at = furthest_reader(at);
      } else {
        --at;
      }
    }
  }

  bool is_finished() const {
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (states_[i].round != network_.processes[i].rounds.size()) return false;
    }
    return std::ranges::all_of(tokens_, [](std::int64_t count) { return count == 0; });
  }
  const std::vector<std::int64_t>& peaks() const { return peaks_; }

 private:
  struct State {
    std::size_t round = 0;
    std::int64_t done = 0;  // repetitions of it
  };

  bool has_room(int fifo) const { return depths_ == nullptr || tokens_[fifo] < (*depths_)[fifo]; }

  bool step(int at) {
    const TokenProcess& process = network_.processes[at];
    State& state = states_[at];
    if (state.round == process.rounds.size()) return false;
    const Round& round = process.rounds[state.round];
    const auto first = process.inputs.begin();
    const std::span<const int> read =
        round.only < 0 ? std::span(process.inputs) : std::span(first + round.only, 1);
    if (round.reads && !std::ranges::all_of(read, [&](int fifo) { return tokens_[fifo] > 0; }))
      return false;
    if (round.writes &&
        !std::ranges::all_of(process.outputs, [&](int fifo) { return has_room(fifo); }))
      return false;
    if (round.reads)
      for (int fifo : read) --tokens_[fifo];
    if (round.writes)
      for (int fifo : process.outputs) peaks_[fifo] = std::max(peaks_[fifo], ++tokens_[fifo]);
    if (++state.done == round.count) {
      state.done = 0;
      ++state.round;
    }
    return true;
  }

  // A step can wake its readers, itself, and in a bounded network the writers of what it read,
  // which lie upstream and are reached anyway.
  int furthest_reader(int at) const {
    int furthest = at;
    for (int fifo : network_.processes[at].outputs) furthest = std::max(furthest, reader_[fifo]);
    return furthest;
  }

  const TokenNetwork& network_;
  const std::vector<std::int64_t>* depths_;
  std::vector<State> states_;
  std::vector<int> reader_, writer_;
  std::vector<std::int64_t> tokens_, peaks_;
};

}  // namespace

std::vector<std::int64_t> peak_tokens(const TokenNetwork& network) {
  Simulation simulation(network, nullptr);
  simulation.run();
  QFX_ASSERT(simulation.is_finished());
  return simulation.peaks();
}

bool completes(const TokenNetwork& network, const std::vector<std::int64_t>& depths) {
  Simulation simulation(network, &depths);
  simulation.run();
  return simulation.is_finished();
}

void set_fifo_depths(Network& network) {
  const std::vector<std::int64_t> peaks = peak_tokens(token_network(network));
  for (std::size_t i = 0; i < peaks.size(); ++i)
    network.streams[i].depth = std::max<std::int64_t>(2, peaks[i] + 1);
}

}  // namespace qfx::dataflow
