#include "dataflow/token_network.h"

#include "qfx/dataflow/beat_moves.h"

namespace qfx::dataflow {
namespace {

// A sliding window's walk over the padded image: reads on the image, writes where a window is due.
std::vector<Round> window_rounds(const Window& window) {
  std::vector<Round> rounds;
  const graph::Pair size{window.height, window.width};
  graph::Pair at{};
  const auto inside = [&](int axis) { return at[axis] >= 0 && at[axis] < size[axis]; };
  const auto due = [&](int axis) {
    const std::int64_t over =
        at[axis] + window.padding.before(axis) - (window.kernel[axis] - 1) * window.dilation[axis];
    return over >= 0 && over % window.stride[axis] == 0;
  };
  for (at[0] = -window.padding.top; at[0] < size[0] + window.padding.bottom; ++at[0]) {
    for (at[1] = -window.padding.left; at[1] < size[1] + window.padding.right; ++at[1])
      rounds.push_back({inside(0) && inside(1), due(0) && due(1), 1});
  }
  return rounds;
}

class Rounds {
 public:
  Rounds(const Network& network, const Process& process) : network_(network), process_(process) {}

  std::vector<Round> operator()(const Map&) const { return beat_by_beat(); }
  std::vector<Round> operator()(const MultiplyAccumulate& sums) const {
    return windowed(sums.window);
  }
  std::vector<Round> operator()(const WindowReduce& pool) const { return windowed(pool.window); }
  std::vector<Round> operator()(const Normalise& softmax) const {
    return softmax.per_pixel ? beat_by_beat() : all_then_all();
  }
  std::vector<Round> operator()(const Spread& spread) const {
    return spread.per_pixel ? beat_by_beat() : one_after_the_other(spread.thresholds.shape[1]);
  }
  std::vector<Round> operator()(const Join& join) const {
    return join.side_by_side ? beat_by_beat() : one_after_the_other(1);
  }
  std::vector<Round> operator()(const Repeat&) const { return all_then_all(); }
  std::vector<Round> operator()(const Move& move) const {
    const BeatMoves beats = beat_moves(move.moves, input(0), output());
    std::vector<Round> rounds;
    for (std::int64_t block = 0; block < beats.blocks; ++block) {
      rounds.push_back({true, false, beats.dropped_before(block) + beats.span});
      rounds.push_back({false, true, output().beats / beats.blocks});
    }
    if (beats.dropped_at_end > 0) rounds.push_back({true, false, beats.dropped_at_end});
    return rounds;
  }
  std::vector<Round> operator()(const Reorder&) const { return all_then_all(); }
  std::vector<Round> operator()(const Clone&) const { return beat_by_beat(); }
  std::vector<Round> operator()(const Copy&) const { return beat_by_beat(); }

 private:
  const Layout& input(std::size_t i) const { return network_.streams[process_.inputs[i]].layout; }
  const Layout& output() const { return network_.streams[process_.outputs[0]].layout; }

  std::vector<Round> beat_by_beat() const { return {{true, true, output().beats}}; }

  std::vector<Round> all_then_all() const {
    return {{true, false, input(0).beats}, {false, true, output().beats}};
  }

  std::vector<Round> windowed(const std::optional<Window>& window) const {
    return window ? window_rounds(*window) : all_then_all();
  }

  // Vectors one behind the other, so many elements for each: a beat is written as soon as its lanes
  // are filled.
  std::vector<Round> one_after_the_other(std::int64_t elements) const {
    std::vector<Round> rounds;
    const std::int64_t lanes = output().lanes;
    std::int64_t filled = 0;
    for (std::size_t i = 0; i < process_.inputs.size(); ++i) {
      for (std::int64_t beat = 0; beat < input(i).beats; ++beat) {
        rounds.push_back({true, false, 1, static_cast<int>(i)});
        filled += elements * input(i).lanes;
        if (filled >= lanes) rounds.push_back({false, true, filled / lanes});
        filled %= lanes;
      }
    }
    return rounds;
  }

  const Network& network_;
  const Process& process_;
};

}  // namespace

TokenNetwork token_network(const Network& network) {
  TokenNetwork tokens{static_cast<int>(network.streams.size()), {}};
  const auto beats = [&](StreamId stream) { return network.streams[stream].layout.beats; };
  tokens.processes.push_back({{{false, true, beats(network.input)}}, {}, {network.input}});
  for (const Process& process : network.processes)
    tokens.processes.push_back(
        {std::visit(Rounds(network, process), process.work), process.inputs, process.outputs});
  for (const StreamId output : network.outputs)
    tokens.processes.push_back({{{true, false, beats(output)}}, {output}, {}});
  return tokens;
}

}  // namespace qfx::dataflow
