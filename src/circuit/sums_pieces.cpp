#include "circuit/sums_pieces.h"

#include <algorithm>
#include <bit>
#include <set>

#include "circuit/mapping.h"
#include "circuit/sums_fold.h"

#include "qfx/circuit/pipeline.h"

namespace qfx::circuit {
namespace {

// Half an adder for each signed digit of a matrix, an adder as wide as its operand and some more:
// 16x16 of 8 bits: 690 digits, 3,995 LUTs.
constexpr double kAddersADigit = 0.5;
constexpr int kGraphGrowth = 4;

// Signed digits of the canonical form.
int signed_digits(std::int64_t value) {
  const auto magnitude = static_cast<std::uint64_t>(value < 0 ? -value : value);
  return std::popcount(magnitude ^ (3 * magnitude));
}

// Different places of the digits that constants have.
int places_of(const dataflow::Factor& factor) {
  std::uint64_t places = 0;
  for (std::int64_t value : factor.values.values) {
    const auto magnitude = static_cast<std::uint64_t>(value < 0 ? -value : value);
    // What x ^ 3x marks lies one above the digit.
    places |= factor.signed_digits ? (magnitude ^ (3 * magnitude)) >> 1 : magnitude;
  }
  return std::popcount(places);
}

class SumsPieces {
 public:
  SumsPieces(const dataflow::Network& network, const Sums& sums, const Site& site)
      : sums_(sums),
        site_(site),
        process_(network.processes[static_cast<std::size_t>(sums.process)]),
        work_(std::get<dataflow::MultiplyAccumulate>(process_.work)),
        loops_(loops_of(work_)),
        pipeline_(pipeline_of(network, sums)),
        input_(format_of(network, process_.inputs[0])),
        output_(format_of(network, process_.outputs[0])) {}

  Pieces run() {
    if (sums_.form == Sums::Form::Walk) {
      walk_window();
    } else {
      pieces_ += ring_pieces(loops_.window, site_.buffer, sums_.blocks * sums_.steps);
      pieces_ += ram(site_.buffer, sums_.simd * input_.width);
    }
    if (pipeline_.matrix_stages > 0) {
      matrix();
    } else {
      pieces_ += rom(sums_.blocks * sums_.steps, sums_.pe * pipeline_.operands * weight_bits());
      products();
    }
    finish();
    return pieces_;
  }

 private:
  static const fixed::Format& format_of(const dataflow::Network& network,
                                        dataflow::StreamId stream) {
    return network.node(network.streams[static_cast<std::size_t>(stream)].node).format;
  }

  // Rows but the last in line memories, taps in registers.
  void walk_window() {
    const dataflow::Window& window = loops_.window;
    const std::int64_t pixel = loops_.inputs * loops_.groups * input_.width;
    const std::int64_t columns = window.padded(1);
    pieces_.add(Piece::Walk, 1);
    if (window.kernel[0] > 1)
      pieces_ += ram(columns * window.dilation[0], (window.kernel[0] - 1) * pixel);
    const std::int64_t length = (window.kernel[1] - 1) * window.dilation[1] + 1;
    pieces_.add(Piece::WindowBit, real(window.kernel[0] * length * pixel));
  }

  // All products as additions, no weight read from a memory; of two planes each for itself.
  void matrix() {
    std::int64_t digits = 0;
    for (std::int64_t value : work_.factor.values.values) digits += signed_digits(value);
    const double graphs = work_.gate ? 2 : 1;
    const double width = work_.gate ? 2 : input_.width;
    const double bits = graphs * real(digits) * kAddersADigit * (width + kGraphGrowth);
    pieces_.add(Piece::GraphBit, bits);
    pieces_.add(Piece::GraphRegister, bits);
  }

  std::int64_t weight_bits() const {
    const dataflow::Factor& factor = work_.factor;
    if (factor.binary) return 1;
    if (factor.digits == 0) return factor.width;
    const int places = bits_for(places_of(factor));
    return factor.digits * (places + (factor.signed_digits ? 1 : 0)) +
           (factor.signed_digits ? 0 : 1);
  }

  // Of each step: products, and the tree that adds them up.
  void products() {
    const dataflow::Factor& factor = work_.factor;
    const double products = real(sums_.pe * pipeline_.operands);
    const int x = input_.width + (input_.is_signed ? 0 : 1);
    if (pipeline_.counts) {
      const int planes = work_.gate ? 2 : work_.level_bits;
      pieces_.add(Piece::CountedBit, products * planes);
      const std::int64_t counters = (pipeline_.operands + kCountedBits - 1) / kCountedBits *
                                    (work_.gate ? 1 : work_.level_bits);
      add_tree(counters, step_width() - 1, work_.gate ? 2 : 1);
      return;
    }
    if (work_.gate) {
      pieces_.add(Piece::SignedBit, products * 2 * 3);
      add_tree(pipeline_.operands, 3, 2);
    } else if (factor.binary) {
      pieces_.add(Piece::SignedBit, products * (x + 1));
      add_tree(pipeline_.operands, x + 1, 1);
    } else if (factor.digits > 0) {
      const int term = std::min(x + factor.width, work_.sum.width);
      const double digits = products * factor.digits;
      pieces_.add(Piece::ShiftBit, digits * term * shift_cost(places_of(factor)));
      pieces_.add(Piece::Register, digits * term);
      if (factor.signed_digits) pieces_.add(Piece::SignedBit, digits * term);
      add_tree(pipeline_.operands * factor.digits, term, 1);
    } else {
      const Pieces one = multiply_pieces(x, factor.width);
      pieces_ += one * products;
      if (one.dsps == 0) pieces_.add(Piece::Register, products * (x + factor.width));
      add_tree(pipeline_.operands, x + factor.width, 1);
    }
  }

  void add_tree(std::int64_t terms, int width, double trees) {
    pieces_ += tree_pieces(terms, width, step_width(), pipeline_.sum_stages) *
               (trees * real(sums_.pe));
  }

  // Of a step's sum, and of all steps'.
  int step_width() const {
    if (pipeline_.counts || work_.gate)
      return bits_for(pipeline_.operands) + (work_.gate ? 1 : work_.level_bits);
    return work_.sum.width;
  }
  int total_width() const {
    if (pipeline_.counts || work_.gate)
      return bits_for(loops_.taps * loops_.inputs) + (work_.gate ? 1 : work_.level_bits);
    return work_.sum.width;
  }

  // The accumulator, what aligns a sum and adds the offset, and the cast.
  void finish() {
    const double lanes = real(sums_.pe);
    const int planes = work_.gate ? 2 : 1;
    if (pipeline_.accumulates) pieces_.add(Piece::AccumulateBit, lanes * planes * total_width());
    if (work_.gate) {
      pieces_.add(Piece::GateBit, lanes * (total_width() + 2));
      pieces_ += rom(sums_.blocks, sums_.pe * total_width());
    } else {
      const std::set<std::int64_t> shifts(work_.factor.shift.values.begin(),
                                          work_.factor.shift.values.end());
      pieces_.add(Piece::AlignBit, lanes * work_.sum.width);
      pieces_.add(Piece::ShiftBit,
                  lanes * work_.sum.width * shift_cost(static_cast<int>(shifts.size())));
      pieces_ += rom(sums_.blocks, sums_.pe * (work_.sum.width + (shifts.size() > 1 ? 4 : 0)));
    }
    if (work_.accumulator) {
      pieces_ += cast_pieces(work_.sum.width, work_.sum.frac_bits, *work_.accumulator) * lanes;
      pieces_.add(Piece::AddBit, lanes * work_.sum.width);
    }
    pieces_ += cast_pieces(work_.sum.width, work_.sum.frac_bits, output_) * lanes;
    pieces_.add(Piece::OutputBit, lanes * output_.width);
  }

  const Sums& sums_;
  const Site& site_;
  const dataflow::Process& process_;
  const dataflow::MultiplyAccumulate& work_;
  SumsLoops loops_;
  SumsPipeline pipeline_;
  const fixed::Format &input_, &output_;
  Pieces pieces_;
};

}  // namespace

Pieces ring_pieces(const dataflow::Window& window, std::int64_t buffer, std::int64_t steps) {
  Pieces pieces;
  pieces.add(Piece::Ring, 1);
  int bits = 3 * bits_for(buffer) + bits_for(steps);
  if (window.padding != graph::Sides()) bits += bits_for(window.height) + bits_for(window.width);
  pieces.add(Piece::RingAddress, bits);
  return pieces;
}

Pieces sums_pieces(const dataflow::Network& network, const Sums& sums, const Site& site) {
  return SumsPieces(network, sums, site).run();
}

}  // namespace qfx::circuit
