// Datapaths by the cost table.
#include "circuit/resources.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "circuit/cost_table.h"
#include "circuit/datapath_cost.h"
#include "circuit/stream_groups.h"
#include "circuit/sums_fold.h"

#include "qfx/circuit/pipeline.h"

namespace qfx::circuit {
namespace {

Resources control() {
  return {.luts = cost::kControl, .registers = cost::kControlRegisters};
}

class PartCost {
 public:
  PartCost(const dataflow::Network& network, const Part& part, const Site& site)
      : network_(network), part_(part), site_(site) {}

  Resources operator()(const Sums& sums) const {
    const dataflow::Process& process = network_.processes[sums.process];
    const auto& work = std::get<dataflow::MultiplyAccumulate>(process.work);
    const SumsLoops loops = loops_of(work);
    const int width = input_width(process);
    Resources result = control();
    if (sums.form == Sums::Form::Walk) {
      result += walk_window(loops, width);
      result += sums.blocks == 1 ? adder_graph_cost(work, width) : products(sums, work, width);
    } else {
      result += ram(site_.buffer, sums.simd * width);
      result += products(sums, work, width);
    }
    result += finish(sums, work, process);
    const int stages = latency_of(network_, part_);
    result.registers +=
        real(sums.pe * work.sum.width) * (stages - 1) + real(site_.out * output_width(process));
    return result;
  }
  Resources operator()(const Pool& pool) const { return reduce(pool.process, pool.lanes, 1); }
  Resources operator()(const Plane& plane) const {
    return reduce(plane.process, plane.lanes,
                  group_of(network_.streams[network_.processes[plane.process].inputs[0]].layout) /
                      plane.lanes);
  }
  Resources operator()(const Chain& chain) const {
    Resources result = control();
    for (ProcessId id : chain.processes)
      result += map_cost(network_, network_.processes[id], chain.lanes);
    return result;
  }
  Resources operator()(const Softmax& softmax) const {
    const dataflow::Process& process = network_.processes[softmax.process];
    const auto& work = std::get<dataflow::Normalise>(process.work);
    Resources result = control();
    result += rom(work.exponentials.entries.shape[0], work.exponentials.format.width);
    result += ram(softmax.terms, input_width(process));
    result += ram(softmax.terms, work.exponentials.format.width);
    result.luts += real(work.sum.width) * 4 + real(output_width(process)) * cost::kCastBit;
    result.registers += real(work.sum.width) * 3;
    return result;
  }
  Resources operator()(const Spread& spread) const {
    const dataflow::Process& process = network_.processes[spread.process];
    const auto& thresholds = std::get<dataflow::Spread>(process.work).thresholds;
    Resources result = control();
    const double compares = real(spread.lanes * thresholds.shape[1]);
    result.luts += compares * input_width(process) * cost::kCompareBit;
    result.registers += compares * output_width(process);
    return result;
  }
  Resources operator()(const Join& join) const {
    const dataflow::Process& process = network_.processes[join.process];
    Resources result = control();
    for (dataflow::StreamId stream : process.inputs)
      result.luts += real(join.lanes * width_of(stream)) * (1 + cost::kCastBit) / 2;
    result.registers += real(join.lanes * output_width(process));
    return result;
  }
  Resources operator()(const Repeat& repeat) const {
    const dataflow::Process& process = network_.processes[repeat.process];
    const std::int64_t words =
        network_.streams[process.inputs[0]].layout.elements() / repeat.lanes;
    Resources result = control();
    result += ram(2 * words, repeat.lanes * input_width(process));
    result.luts += 20;
    result.registers += real(repeat.lanes * output_width(process)) * 2;
    return result;
  }
  Resources operator()(const Move& move) const {
    const std::int64_t width = move.lanes * input_width(network_.processes[move.process]);
    Resources result = control();
    result += ram(site_.buffer, width);
    result.luts += 20;
    result.registers += real(width);
    return result;
  }
  Resources operator()(const Reorder& reorder) const {
    const dataflow::Process& process = network_.processes[reorder.process];
    Resources result = control();
    result += ram(2 * network_.streams[process.inputs[0]].layout.elements(), input_width(process));
    result.luts += 20;
    return result;
  }
  // Both outputs keep a word.
  Resources operator()(const Fork&) const { return {.luts = 4, .registers = 2}; }
  Resources operator()(const Repack&) const { return {}; }

 private:
  int width_of(dataflow::StreamId stream) const {
    return network_.node(network_.streams[stream].node).format.width;
  }
  int input_width(const dataflow::Process& process) const { return width_of(process.inputs[0]); }
  int output_width(const dataflow::Process& process) const { return width_of(process.outputs[0]); }

  // Rows but the last in line memories, taps in registers.
  static Resources walk_window(const SumsLoops& loops, int width) {
    Resources result;
    const std::int64_t rows = (loops.window.kernel[0] - 1) * loops.window.dilation[0];
    const std::int64_t pixel = loops.inputs * width;
    for (std::int64_t row = 0; row < rows; ++row) result += ram(loops.window.width, pixel);
    result.registers += real(loops.taps * pixel);
    return result;
  }

  // Weights, products and their sum.
  Resources products(const Sums& sums, const dataflow::MultiplyAccumulate& work, int width) const {
    const std::int64_t each = sums.form == Sums::Form::Depthwise ? 1 : sums.simd;
    Resources result = products_cost(work, width, sums.pe, each);
    result += rom(sums.blocks * sums.steps, sums.pe * each * weight_bits(work));
    return result;
  }

  // The accumulator, what aligns a sum and adds the offset, and the cast.
  Resources finish(const Sums& sums, const dataflow::MultiplyAccumulate& work,
                   const dataflow::Process& process) const {
    Resources result;
    const double bits = real(sums.pe * work.sum.width);
    if (sums.form != Sums::Form::Walk) result.luts += bits * cost::kAddBit;
    if (work.gate) {
      result.luts += bits * (cost::kAddBit + cost::kCompareBit);
    } else {
      const std::set<std::int64_t> shifts(work.factor.shift.values.begin(),
                                          work.factor.shift.values.end());
      result.luts += bits * (shift_cost(static_cast<int>(shifts.size())) + cost::kAddBit);
      result += rom(sums.blocks, sums.pe * (work.sum.width + (shifts.size() > 1 ? 5 : 0)));
    }
    const int cast = std::max(work.sum.width, output_width(process));
    result.luts += real(sums.pe * cast) * cost::kCastBit;
    return result;
  }

  // Maxima or means of channels, `rows` of them for each lane.
  Resources reduce(ProcessId id, std::int64_t lanes, std::int64_t rows) const {
    const dataflow::Process& process = network_.processes[id];
    const auto& work = std::get<dataflow::WindowReduce>(process.work);
    const int width = input_width(process);
    Resources result = control();
    if (site_.buffer > 0) result += ram(site_.buffer, lanes * width);
    const int sum = work.mean ? work.mean->sum.width : width;
    const int total = work.mean ? work.mean->total.width : width;
    result.luts += real(lanes) * total * (cost::kAddBit + (work.mean ? 0 : cost::kCompareBit));
    if (rows > 1) result += ram(rows, lanes * total);
    if (work.mean && work.mean->has_factors())
      result += multiply_cost(total, work.mean->factor_width()) * real(lanes);
    if (work.mean && work.mean->divisor != 1)
      result += multiply_cost(sum + work.mean->extra_frac_bits, work.mean->reciprocal_width) *
                real(lanes);
    result.luts += real(lanes) * std::max(sum, output_width(process)) * cost::kCastBit;
    result.registers +=
        real(lanes) * sum * (latency_of(network_, part_) - 1) + real(lanes * output_width(process));
    return result;
  }

  const dataflow::Network& network_;
  const Part& part_;
  const Site& site_;
};

}  // namespace

Resources part_resources(const dataflow::Network& network, const Part& part, const Site& site) {
  return std::visit(PartCost(network, part, site), part);
}

// What is held is shifted to its place, by multiples of the words' common divisor.
Resources repack_resources(int element_width, std::int64_t from, std::int64_t to) {
  const std::int64_t held = from + to;
  const std::int64_t places = std::max(from, to) / std::gcd(from, to);
  Resources result = control();
  result.luts += real(held * element_width) * (shift_cost(static_cast<int>(places)) + 0.5);
  result.registers += real((held + to) * element_width);
  return result;
}

Resources resources_of(const Circuit& circuit, EngineId id) {
  const Engine& engine = circuit.engines[id];
  const Link& in = circuit.links[engine.inputs[0]];
  const Link& out = circuit.links[engine.outputs[0]];
  Resources result =
      std::holds_alternative<Repack>(engine.part)
          ? repack_resources(in.element_width, in.lanes, out.lanes)
          : part_resources(circuit.network, engine.part,
                           {.in = in.lanes, .out = out.lanes, .buffer = engine.behaviour.buffer});
  if (std::holds_alternative<Fork>(engine.part)) result.registers += real(2 * out.width());
  for (LinkId link : engine.inputs)
    result += fifo_resources(circuit.links[link].width(), circuit.links[link].depth);
  return result;
}

Resources total_resources(const Circuit& circuit) {
  Resources total;
  for (const LinkId output : circuit.outputs)
    total += fifo_resources(circuit.links[output].width(), circuit.links[output].depth);
  for (EngineId id = 0; id < std::ssize(circuit.engines); ++id) total += resources_of(circuit, id);
  return total;
}

}  // namespace qfx::circuit
