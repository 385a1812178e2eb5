#include "backends/vitis/fifo_depth.h"

#include <algorithm>
#include <span>

#include "qfx/base/error.h"

namespace qfx::backends::vitis {
namespace {

// A sliding window's walk over the padded image: reads on the image, writes where a window is due.
std::vector<Round> window_rounds(const graph::Shape& in, const graph::Pair& kernel,
                                 const graph::Pair& stride, const graph::Pair& padding,
                                 const graph::Pair& dilation) {
  std::vector<Round> rounds;
  const graph::Pair size{in[1], in[2]};
  graph::Pair at{};
  const auto inside = [&](int axis) { return at[axis] >= 0 && at[axis] < size[axis]; };
  const auto due = [&](int axis) {
    const std::int64_t over = at[axis] + padding[axis] - (kernel[axis] - 1) * dilation[axis];
    return over >= 0 && over % stride[axis] == 0;
  };
  for (at[0] = -padding[0]; at[0] < size[0] + padding[0]; ++at[0]) {
    for (at[1] = -padding[1]; at[1] < size[1] + padding[1]; ++at[1])
      rounds.push_back({inside(0) && inside(1), due(0) && due(1), 1});
  }
  return rounds;
}

// Vectors one behind the other: a beat is written as soon as its lanes are filled.
std::vector<Round> concat_rounds(const Plan& plan, const Process& process) {
  std::vector<Round> rounds;
  const std::int64_t lanes = plan.layouts[process.node].lanes;
  std::int64_t filled = 0;
  for (int i = 0; i < std::ssize(process.inputs); ++i) {
    const Layout& in = plan.streams[process.inputs[i]].layout;
    for (std::int64_t beat = 0; beat < in.beats; ++beat) {
      rounds.push_back({true, false, 1, i});
      filled += in.lanes;
      if (filled >= lanes) rounds.push_back({false, true, filled / lanes});
      filled %= lanes;
    }
  }
  return rounds;
}

std::vector<Round> layer_rounds(const Plan& plan, const Process& process) {
  const graph::NodeId id = process.node;
  const graph::FrozenNode& node = plan.node(id);
  const std::int64_t out_beats = plan.layouts[id].beats;
  const auto in_shape = [&] { return plan.node(node.inputs[0]).shape; };
  const auto in_beats = [&] { return plan.layouts[node.inputs[0]].beats; };
  const auto element_wise = [&] { return std::vector<Round>{{true, true, out_beats}}; };
  const auto all_then_all = [&] {
    return std::vector<Round>{{true, false, in_beats()}, {false, true, out_beats}};
  };
  return std::visit(
      graph::Overloaded{
          [](const graph::Input&) -> std::vector<Round> {
            internal_error("an input is no process");
          },
          [&](const graph::Cast&) { return element_wise(); },
          [&](const graph::Conv2d& conv) {
            return window_rounds(in_shape(), conv.kernel, conv.stride, conv.padding, conv.dilation);
          },
          [&](const graph::Linear&) { return all_then_all(); },
          [&](const graph::BatchNorm&) { return element_wise(); },
          [&](const graph::Relu&) { return element_wise(); },
          [&](const graph::Clip&) { return element_wise(); },
          [&](const graph::Prelu&) { return element_wise(); },
          [&](const graph::LeakyRelu&) { return element_wise(); },
          [&](const graph::Shift&) { return element_wise(); },
          [&](const graph::MaxPool2d& pool) {
            return window_rounds(in_shape(), pool.kernel, pool.stride, pool.padding, {1, 1});
          },
          [&](const graph::AvgPool2d& pool) {
            return window_rounds(in_shape(), pool.kernel, pool.stride, pool.padding, {1, 1});
          },
          [&](const graph::GlobalAvgPool2d&) { return all_then_all(); },
          [&](const graph::Add&) { return element_wise(); },
          [&](const graph::Sub&) { return element_wise(); },
          [&](const graph::Mul&) { return element_wise(); },
          [&](const graph::Concat&) {
            return node.shape.size() == 1 ? concat_rounds(plan, process) : element_wise();
          },
          [](const graph::Flatten&) -> std::vector<Round> {
            internal_error("a flatten is no process");
          },
          [](const graph::Unsqueeze&) -> std::vector<Round> {
            internal_error("an unsqueeze is no process");
          },
          [&](const graph::Function&) { return element_wise(); },
          [&](const graph::Softmax&) {
            // A vector is one sum, an image one a pixel.
            return node.shape.size() > 1 ? element_wise() : all_then_all();
          },
      },
      node.op);
}

std::vector<Round> rounds_of(const Plan& plan, const Process& process) {
  const std::int64_t beats = plan.streams[process.inputs[0]].layout.beats;
  switch (process.kind) {
    case ProcessKind::Layer:
      return layer_rounds(plan, process);
    case ProcessKind::Clone:
    case ProcessKind::Copy:
      return {{true, true, beats}};
    case ProcessKind::Reorder:
      return {{true, false, beats}, {false, true, plan.streams[process.outputs[0]].layout.beats}};
  }
  internal_error("unknown process kind");
}

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

TokenNetwork token_network(const Plan& plan) {
  TokenNetwork network{static_cast<int>(plan.streams.size()), {}};
  const auto beats = [&](StreamId stream) { return plan.streams[stream].layout.beats; };
  network.processes.push_back({{{false, true, beats(plan.input)}}, {}, {plan.input}});
  for (const Process& process : plan.processes)
    network.processes.push_back({rounds_of(plan, process), process.inputs, process.outputs});
  network.processes.push_back({{{true, false, beats(plan.output)}}, {plan.output}, {}});
  return network;
}

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

void set_fifo_depths(Plan& plan) {
  const std::vector<std::int64_t> peaks = peak_tokens(token_network(plan));
  for (std::size_t i = 0; i < peaks.size(); ++i)
    plan.streams[i].depth = std::max<std::int64_t>(2, peaks[i] + 1);
}

}  // namespace qfx::backends::vitis
