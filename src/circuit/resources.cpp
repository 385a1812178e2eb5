// Parts, engines and circuits by the cost table.
#include "circuit/resources.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "circuit/cost_table.h"
#include "circuit/formula_pieces.h"
#include "circuit/mapping.h"
#include "circuit/stream_groups.h"
#include "circuit/sums_pieces.h"

#include "qfx/circuit/rim.h"

namespace qfx::circuit {
namespace {

// A formula of more lanes is that of some of them, several times.
constexpr std::int64_t kMostLanes = 64;

class PartPieces {
 public:
  PartPieces(const dataflow::Network& network, const Site& site) : network_(network), site_(site) {}

  Pieces operator()(const Sums& sums) const { return sums_pieces(network_, sums, site_); }
  Pieces operator()(const Pool& pool) const {
    const dataflow::Process& process = network_.processes[pool.process];
    const auto& work = std::get<dataflow::WindowReduce>(process.work);
    Pieces pieces = ring_pieces(*work.window, site_.buffer, site_.buffer);
    pieces += ram(site_.buffer, pool.lanes * format(process.inputs[0]).width);
    return pieces += reduced(process, work, pool.lanes);
  }
  Pieces operator()(const Plane& plane) const {
    const dataflow::Process& process = network_.processes[plane.process];
    const auto& work = std::get<dataflow::WindowReduce>(process.work);
    const std::int64_t rows =
        group_of(network_.streams[process.inputs[0]].layout) / plane.lanes;
    Pieces pieces;
    pieces.add(Piece::Plane, 1);
    pieces += ram(rows, plane.lanes * held_width(process, work));
    return pieces += reduced(process, work, plane.lanes);
  }
  Pieces operator()(const Chain& chain) const {
    Chain some = chain;
    some.lanes = counted_lanes(chain.lanes);
    return by_formula(formula_of(network_, some), chain.lanes / some.lanes,
                      chain.lanes * format(network_.processes[chain.processes.back()].outputs[0])
                                        .width);
  }
  Pieces operator()(const Spread& spread) const {
    Spread some = spread;
    some.lanes = counted_lanes(spread.lanes);
    const dataflow::Process& process = network_.processes[spread.process];
    return by_formula(formula_of(network_, some), spread.lanes / some.lanes,
                      site_.out * format(process.outputs[0]).width);
  }
  Pieces operator()(const Softmax& softmax) const {
    const dataflow::Process& process = network_.processes[softmax.process];
    const auto& work = std::get<dataflow::Normalise>(process.work);
    Pieces pieces;
    pieces.add(Piece::Softmax, 1);
    pieces += rom(work.exponentials.entries.shape[0], work.exponentials.format.width);
    pieces += ram(softmax.terms, format(process.inputs[0]).width);
    pieces += ram(softmax.terms, work.exponentials.format.width);
    pieces.add(Piece::AddBit, real(work.sum.width) * 4);
    pieces.add(Piece::Register, real(work.sum.width) * 3);
    pieces.add(Piece::OutputBit, format(process.outputs[0]).width);
    return pieces;
  }
  Pieces operator()(const Join& join) const {
    const dataflow::Process& process = network_.processes[join.process];
    const fixed::Format& to = format(process.outputs[0]);
    Pieces pieces;
    pieces.add(Piece::Join, 1);
    for (dataflow::StreamId stream : process.inputs)
      pieces += cast_pieces(format(stream).width, format(stream).frac_bits(), to) *
                real(join.lanes);
    pieces.add(Piece::JoinedBit, real(join.lanes * to.width) * real(std::ssize(process.inputs)));
    pieces.add(Piece::OutputBit, real(join.lanes * to.width));
    return pieces;
  }
  Pieces operator()(const Repeat& repeat) const {
    const dataflow::Process& process = network_.processes[repeat.process];
    const std::int64_t words =
        2 * network_.streams[process.inputs[0]].layout.elements() / repeat.lanes;
    Pieces pieces = ram(words, repeat.lanes * format(process.inputs[0]).width);
    pieces.add(Piece::Reorder, 1);
    pieces.add(Piece::RingAddress, 2 * std::bit_width(static_cast<std::uint64_t>(words)));
    pieces.add(Piece::OutputBit, real(repeat.lanes * format(process.outputs[0]).width));
    return pieces;
  }
  Pieces operator()(const Move& move) const {
    const double width = real(move.lanes * format(network_.processes[move.process].inputs[0]).width);
    Pieces pieces = ram(site_.buffer, std::llround(width));
    pieces.add(Piece::Reorder, 1);
    pieces.add(Piece::RingAddress, 2 * std::bit_width(static_cast<std::uint64_t>(site_.buffer)));
    pieces.add(Piece::OutputBit, width);
    return pieces;
  }
  Pieces operator()(const Reorder& reorder) const {
    const dataflow::Process& process = network_.processes[reorder.process];
    const std::int64_t words = 2 * network_.streams[process.inputs[0]].layout.elements();
    Pieces pieces = ram(words, format(process.inputs[0]).width);
    pieces.add(Piece::Reorder, 1);
    pieces.add(Piece::RingAddress, 2 * std::bit_width(static_cast<std::uint64_t>(words)));
    return pieces;
  }
  // They go by the words of their links.
  Pieces operator()(const Fork&) const { return {}; }
  Pieces operator()(const Repack&) const { return {}; }

 private:
  const fixed::Format& format(dataflow::StreamId stream) const {
    return network_.node(network_.streams[stream].node).format;
  }

  static std::int64_t counted_lanes(std::int64_t lanes) {
    if (lanes <= kMostLanes) return lanes;
    std::int64_t counted = kMostLanes;
    while (lanes % counted != 0) --counted;
    return counted;
  }

  static Pieces by_formula(const Formula& formula, std::int64_t times, std::int64_t output_bits) {
    Pieces pieces = formula_pieces(formula) * real(times);
    pieces.add(Piece::Chain, 1);
    pieces.add(Piece::OutputBit, real(output_bits));
    return pieces;
  }

  // Of what is held of a channel.
  int held_width(const dataflow::Process& process, const dataflow::WindowReduce& work) const {
    return work.mean ? work.mean->total.width : format(process.inputs[0]).width;
  }

  // Maxima or means of channels.
  Pieces reduced(const dataflow::Process& process, const dataflow::WindowReduce& work,
                 std::int64_t lanes) const {
    const fixed::Format& from = format(process.inputs[0]);
    const fixed::Format& to = format(process.outputs[0]);
    const int held = held_width(process, work);
    Pieces one;
    one.add(Piece::AccumulateBit, held);
    if (!work.mean) {
      one.add(Piece::CompareBit, held);
      one += cast_pieces(held, from.frac_bits(), to);
    } else {
      const dataflow::Mean& mean = *work.mean;
      if (mean.has_factors()) one += multiply_pieces(held, mean.factor_width());
      if (mean.divisor != 1)
        one.add(Piece::MeanBit,
                real(mean.reciprocal_width) * (mean.sum.width + mean.extra_frac_bits));
      one += cast_pieces(mean.sum.width, mean.sum.frac_bits + mean.twos, to);
    }
    one.add(Piece::OutputBit, to.width);
    return one * real(lanes);
  }

  const dataflow::Network& network_;
  const Site& site_;
};

Pieces fork_pieces(std::int64_t width) {
  Pieces pieces;
  pieces.add(Piece::Fork, 1);
  pieces.add(Piece::OutputBit, real(width));
  return pieces;
}

// What is held is put to its place, by multiples of the words' common divisor; words of one such
// element are shifted in or out.
Pieces repack_pieces(int element_width, std::int64_t from, std::int64_t to) {
  const std::int64_t unit = std::gcd(from, to);
  const double width = real(unit * element_width);
  const std::int64_t in = from / unit, out = to / unit;
  Pieces pieces;
  pieces.add(Piece::Repack, 1);
  pieces.add(Piece::OutputBit, real(out) * width);
  pieces.add(Piece::RepackedBit, real(std::max(in, out) - 1) * width);
  if (out == 1 && in > 1) pieces.add(Piece::RepackSelect, real(in) * width);
  if (in > 1 && out > 1)
    pieces.add(Piece::RepackChoice, real(in + out - 1) * width *
                                        std::bit_width(static_cast<std::uint64_t>(out - 1)));
  return pieces;
}

Pieces rim_pieces(std::int64_t beat_bits) {
  Pieces pieces;
  pieces.add(Piece::Rim, 1);
  pieces.add(Piece::BeatBit, real(beat_bits));
  return pieces;
}

}  // namespace

Pieces part_pieces(const dataflow::Network& network, const Part& part, const Site& site) {
  return std::visit(PartPieces(network, site), part);
}

Resources part_resources(const dataflow::Network& network, const Part& part, const Site& site) {
  return priced(part_pieces(network, part, site));
}

Resources fork_resources(std::int64_t width) {
  return priced(fork_pieces(width));
}

Resources repack_resources(int element_width, std::int64_t from, std::int64_t to) {
  return priced(repack_pieces(element_width, from, to));
}

Resources fifo_resources(std::int64_t width, std::int64_t depth) {
  return priced(fifo_pieces(width, depth));
}

Resources rim_resources(std::int64_t beat_bits) {
  return priced(rim_pieces(beat_bits));
}

Pieces pieces_of(const Circuit& circuit, EngineId id) {
  const Engine& engine = circuit.engines[id];
  const Link& in = circuit.links[engine.inputs[0]];
  const Link& out = circuit.links[engine.outputs[0]];
  if (std::holds_alternative<Fork>(engine.part)) return fork_pieces(in.width());
  if (std::holds_alternative<Repack>(engine.part))
    return repack_pieces(in.element_width, in.lanes, out.lanes);
  return part_pieces(circuit.network, engine.part,
                     {.in = in.lanes, .out = out.lanes, .buffer = engine.behaviour.buffer});
}

Pieces pieces_between(const Circuit& circuit) {
  Pieces pieces;
  for (const Link& link : circuit.links) pieces += fifo_pieces(link.width(), link.depth);
  const auto beat_bits = [&](LinkId id) {
    return circuit.links[id].lanes * container_bits(circuit.links[id].element_width);
  };
  std::int64_t bits = beat_bits(circuit.input);
  for (const LinkId output : circuit.outputs) bits += beat_bits(output);
  return pieces += rim_pieces(bits);
}

Resources resources_of(const Circuit& circuit, EngineId id) {
  return priced(pieces_of(circuit, id));
}

Resources resources_between(const Circuit& circuit) {
  return priced(pieces_between(circuit));
}

const TableErrors& table_errors() {
  return cost::kErrors;
}

Resources total_resources(const Circuit& circuit) {
  Resources total = resources_between(circuit);
  for (EngineId id = 0; id < std::ssize(circuit.engines); ++id) total += resources_of(circuit, id);
  return total;
}

}  // namespace qfx::circuit
