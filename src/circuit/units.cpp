#include "circuit/units.h"

#include <algorithm>
#include <numeric>

#include "circuit/ring.h"
#include "circuit/softmax_bits.h"
#include "circuit/stream_groups.h"
#include "circuit/sums_fold.h"

#include "qfx/base/error.h"
#include "qfx/circuit/word_moves.h"

namespace qfx::circuit {
namespace {

using dataflow::Network;
using dataflow::Process;

// One process at a time to its unit.
class Units {
 public:
  explicit Units(const Network& network) : network_(network), writer_(network.streams.size(), -1) {}

  std::vector<Unit> run() {
    for (id_ = 0; id_ < std::ssize(network_.processes); ++id_) std::visit(*this, process().work);
    return std::move(units_);
  }

  void operator()(const dataflow::Map&) {
    const bool is_alone = process().inputs.size() > 1 || !extend_chain();
    if (is_alone) add(Chain{{id_}, pe_that_divides()});
  }
  void operator()(const dataflow::MultiplyAccumulate&) { add(fold_sums(network_, id_)); }
  void operator()(const dataflow::WindowReduce& reduce) {
    const std::int64_t lanes = pe_that_divides();
    if (reduce.window)
      add(Pool{id_, lanes});
    else
      add(Plane{id_, lanes});
  }
  void operator()(const dataflow::Normalise& softmax) {
    check_simd();
    if (process().fold.pe > 1)
      user_error("the fold of '{}' computes {} results at once, but a softmax computes 1", name(),
                 process().fold.pe);
    const dataflow::Layout& layout = input_layout();
    add(Softmax{id_, softmax.per_pixel ? layout.lanes : layout.elements(),
                quotient_bits(network_.node(process().node).format)});
  }
  void operator()(const dataflow::Spread& spread) {
    check_simd();
    const std::int64_t each = spread.thresholds.shape[1], pe = process().fold.pe;
    const std::int64_t group = group_of(input_layout());
    if (pe != 0 && (pe < 0 || pe % each != 0 || group % (pe / each) != 0))
      user_error(
          "the fold of '{}' computes {} channels at once; allowed are {} times a divisor of the {} "
          "input channels: {}",
          name(), pe, each, group, divisors_text(group));
    add(Spread{id_, pe / each});
  }
  void operator()(const dataflow::Join&) { add(Join{id_, pe_that_divides()}); }
  void operator()(const dataflow::Repeat&) { add(Repeat{id_, lanes_of_reader()}); }
  void operator()(const dataflow::Move&) {
    check_simd();
    const std::int64_t widest = widest_word(network_, process()), pe = process().fold.pe;
    if (pe != 0 && (pe < 0 || widest % pe != 0))
      user_error("the fold of '{}' moves {} elements at once; allowed are divisors of {}: {}",
                 name(), pe, widest, divisors_text(widest));
    add(Move{id_, pe});
  }
  void operator()(const dataflow::Reorder&) { add(Reorder{id_}); }
  void operator()(const dataflow::Clone&) { add(Fork{}); }
  void operator()(const dataflow::Copy&) { add(Chain{{}, 0}); }

 private:
  const Process& process() const { return network_.processes[id_]; }
  const std::string& name() const { return network_.node(process().node).name; }
  const dataflow::Layout& input_layout() const {
    return network_.streams[process().inputs[0]].layout;
  }

  void add(Part part) {
    std::string suffix;
    if (std::holds_alternative<Fork>(part)) suffix = "_fork";
    if (std::holds_alternative<Reorder>(part)) suffix = "_order";
    if (std::holds_alternative<Repeat>(part)) suffix = "_repeat";
    for (dataflow::StreamId stream : process().outputs)
      writer_[stream] = static_cast<int>(units_.size());
    units_.push_back({name() + suffix, std::move(part), process().inputs, process().outputs});
  }

  void check_simd() const {
    if (process().fold.simd != 0)
      user_error(
          "the fold of '{}' gives operands at once, {}, which only convolutions and matrices have; "
          "give the results at once alone",
          name(), process().fold.simd);
  }

  // The lanes of a fold, which divide the channels of every input; 0: open.
  std::int64_t pe_that_divides() const {
    check_simd();
    const std::int64_t pe = process().fold.pe;
    std::int64_t channels = 0;
    for (dataflow::StreamId stream : process().inputs)
      channels = std::gcd(channels, group_of(network_.streams[stream].layout));
    if (pe != 0 && (pe < 0 || channels % pe != 0))
      user_error("the fold of '{}' computes {} results at once; allowed are divisors of {}: {}",
                 name(), pe, channels, divisors_text(channels));
    return pe;
  }

  // A repetition keeps step with the layer that it is for; 0: open, as that is.
  std::int64_t lanes_of_reader() const {
    for (const Process& reader : network_.processes) {
      if (std::ranges::find(reader.inputs, process().outputs[0]) != reader.inputs.end())
        return reader.fold.pe;
    }
    internal_error("nobody reads what '{}' repeats", name());
  }

  // Puts an element-wise process behind the chain that writes its input.
  bool extend_chain() {
    const dataflow::StreamId stream = process().inputs[0];
    const int writer = writer_[stream];
    if (writer < 0 || network_.streams[stream].is_port) return false;
    Unit& unit = units_[writer];
    auto* chain = std::get_if<Chain>(&unit.part);
    if (chain == nullptr) return false;
    const std::int64_t lanes = pe_that_divides();
    if (lanes != 0 && chain->lanes != 0 && lanes != chain->lanes) return false;
    chain->processes.push_back(id_);
    chain->lanes = std::max(chain->lanes, lanes);
    unit.outputs = process().outputs;
    unit.name += "_" + name();
    for (dataflow::StreamId output : process().outputs) writer_[output] = writer;
    return true;
  }

  const Network& network_;
  ProcessId id_ = 0;
  std::vector<Unit> units_;
  std::vector<int> writer_;  // of each stream: a unit
};

// What lanes there may be, and the cycles of a frame with so many.
class Lanes {
 public:
  Lanes(const Network& network, const Unit& unit) : network_(network), unit_(unit) {}

  // The channels that lanes divide; 0: they are not open.
  std::int64_t channels() const {
    if (const auto* move = std::get_if<Move>(&unit_.part))
      return widest_word(network_, network_.processes[move->process]);
    std::int64_t all = 0;
    for (dataflow::StreamId stream : unit_.inputs)
      all = std::gcd(all, group_of(network_.streams[stream].layout));
    return all;
  }

  std::int64_t operator()(const Sums& sums) const {
    const SumsLoops loops =
        loops_of(std::get<dataflow::MultiplyAccumulate>(network_.processes[sums.process].work));
    const std::int64_t taken = elements_in() / lanes_in(network_, sums);
    if (sums.form != Sums::Form::Walk)
      return std::max(loops.pixels * sums.blocks * sums.steps, taken);
    std::int64_t steps = 0;
    for (const Round& round : walk_rounds(loops.window, sums.blocks)) steps += round.count;
    return steps;
  }
  std::int64_t operator()(const Pool& pool) const {
    const auto& work = std::get<dataflow::WindowReduce>(network_.processes[pool.process].work);
    const std::int64_t taps = work.window->kernel[0] * work.window->kernel[1];
    return std::max(elements_out() * taps, elements_in()) / pool.lanes;
  }
  std::int64_t operator()(const Plane& plane) const {
    return (elements_in() + elements_out()) / plane.lanes;
  }
  std::int64_t operator()(const Chain& chain) const { return elements_out() / chain.lanes; }
  std::int64_t operator()(const Softmax& softmax) const {
    return elements_in() * (2 + softmax.quotient_bits);
  }
  std::int64_t operator()(const Spread& spread) const { return elements_in() / spread.lanes; }
  std::int64_t operator()(const Join& join) const { return elements_out() / join.lanes; }
  std::int64_t operator()(const Repeat& repeat) const { return elements_out() / repeat.lanes; }
  std::int64_t operator()(const Move& move) const {
    return std::max(elements_in(), elements_out()) / move.lanes;
  }
  std::int64_t operator()(const Reorder&) const { return elements_in(); }
  std::int64_t operator()(const Fork&) const { return 0; }
  std::int64_t operator()(const Repack&) const { return 0; }

 private:
  std::int64_t elements_in() const { return network_.streams[unit_.inputs[0]].layout.elements(); }
  std::int64_t elements_out() const { return network_.streams[unit_.outputs[0]].layout.elements(); }

  const Network& network_;
  const Unit& unit_;
};

// The lanes of a part that can be open.
std::int64_t* open_lanes(Part& part) {
  return std::visit(graph::Overloaded{
                        [](Sums&) -> std::int64_t* { return nullptr; },
                        [](Pool& pool) { return &pool.lanes; },
                        [](Plane& plane) { return &plane.lanes; },
                        [](Chain& chain) { return &chain.lanes; },
                        [](Softmax&) -> std::int64_t* { return nullptr; },
                        [](Spread& spread) { return &spread.lanes; },
                        [](Join& join) { return &join.lanes; },
                        [](Repeat& repeat) { return &repeat.lanes; },
                        [](Move& move) { return &move.lanes; },
                        [](Reorder&) -> std::int64_t* { return nullptr; },
                        [](Fork&) -> std::int64_t* { return nullptr; },
                        [](Repack&) -> std::int64_t* { return nullptr; },
                    },
                    part);
}

}  // namespace

std::vector<Unit> units_of(const Network& network) {
  return Units(network).run();
}

void choose_lanes(const Network& network, std::vector<Unit>& units) {
  std::int64_t slowest = 0;
  for (Unit& unit : units) {
    const std::int64_t* lanes = open_lanes(unit.part);
    if (lanes == nullptr || *lanes != 0)
      slowest = std::max(slowest, std::visit(Lanes(network, unit), unit.part));
  }
  for (Unit& unit : units) {
    std::int64_t* lanes = open_lanes(unit.part);
    if (lanes == nullptr || *lanes != 0) continue;
    const Lanes with(network, unit);
    *lanes = 1;
    if (slowest == 0) continue;
    const std::int64_t channels = with.channels();
    while (*lanes < channels && std::visit(with, unit.part) > slowest) do
        ++*lanes;
      while (channels % *lanes != 0);
  }
}

std::int64_t cycles_of(const Network& network, const Unit& unit) {
  return std::visit(Lanes(network, unit), unit.part);
}

std::int64_t lanes_in(const Network& network, const Part& part) {
  return std::visit(graph::Overloaded{
                        [&](const Sums& sums) -> std::int64_t {
                          if (sums.form != Sums::Form::Walk) return sums.simd;
                          return loops_of(std::get<dataflow::MultiplyAccumulate>(
                                              network.processes[sums.process].work))
                              .inputs;
                        },
                        [](const Pool& pool) { return pool.lanes; },
                        [](const Plane& plane) { return plane.lanes; },
                        [](const Chain& chain) { return chain.lanes; },
                        [](const Softmax&) -> std::int64_t { return 1; },
                        [](const Spread& spread) { return spread.lanes; },
                        [](const Join& join) { return join.lanes; },
                        [](const Repeat& repeat) { return repeat.lanes; },
                        [](const Move& move) { return move.lanes; },
                        [](const Reorder&) -> std::int64_t { return 1; },
                        [](const Fork&) -> std::int64_t { return 0; },
                        [](const Repack&) -> std::int64_t { return 0; },
                    },
                    part);
}

std::int64_t lanes_out(const Network& network, const Part& part) {
  if (const auto* sums = std::get_if<Sums>(&part)) return sums->pe;
  if (const auto* spread = std::get_if<Spread>(&part))
    return spread->lanes *
           std::get<dataflow::Spread>(network.processes[spread->process].work).thresholds.shape[1];
  return lanes_in(network, part);
}

}  // namespace qfx::circuit
