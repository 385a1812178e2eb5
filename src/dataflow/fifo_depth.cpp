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
        tails_(network.processes.size(), 0),
        reader_(network.fifos, -1),
        tokens_(network.fifos, 0),
        peaks_(network.fifos, 0) {
    for (int i = 0; i < std::ssize(network.processes); ++i) {
      for (int fifo : network.processes[i].inputs) reader_[fifo] = i;
      const std::vector<Round>& rounds = network.processes[i].rounds;
      for (std::size_t round = 0; round < rounds.size(); ++round)
        if (rounds[round].reads) tails_[i] = round + 1;
    }
  }

  // Until nothing moves. The process furthest downstream goes first; what is upstream only follows
  // when nothing below it can move. What is given with nothing left to read, as the last rows under
  // a padding, waits for nobody: it would only fill FIFOs whose readers wait for another branch, so
  // it comes last, and token by token where the fewest are.
  void run() {
    int at = static_cast<int>(states_.size()) - 1;
    while (at >= 0) {
      while (at >= 0) at = !in_tail(at) && step(at) ? furthest_reader(at) : at - 1;
      const int giver = emptiest_tail();
      if (giver >= 0 && step(giver)) at = furthest_reader(giver);
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

  // Nothing is left to be read, the source's tokens among it.
  bool in_tail(int at) const { return states_[at].round >= tails_[at]; }

  // The process in its tail that can go on and whose outputs hold the fewest tokens; the furthest
  // downstream of several. -1: none.
  int emptiest_tail() const {
    int found = -1;
    std::int64_t fewest = 0;
    for (int i = static_cast<int>(states_.size()) - 1; i >= 0; --i) {
      const TokenProcess& process = network_.processes[i];
      if (!in_tail(i) || states_[i].round == process.rounds.size()) continue;
      std::int64_t most = 0;
      bool can_write = true;
      for (int fifo : process.outputs) {
        most = std::max(most, tokens_[fifo]);
        can_write = can_write && has_room(fifo);
      }
      if (process.rounds[states_[i].round].writes && !can_write) continue;
      if (found < 0 || most < fewest) {
        found = i;
        fewest = most;
      }
    }
    return found;
  }

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
  std::vector<std::size_t> tails_;  // the first round behind the last that reads
  std::vector<int> reader_;
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
