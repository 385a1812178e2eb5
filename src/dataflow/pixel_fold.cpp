#include "qfx/dataflow/pixel_fold.h"

#include <string>

#include "qfx/base/error.h"
#include "qfx/dataflow/beat_moves.h"

namespace qfx::dataflow {
namespace {

std::string divisors_of(std::int64_t number) {
  std::string text;
  for (std::int64_t i = 1; i < number; ++i)
    if (number % i == 0) text += (text.empty() ? "" : ", ") + std::to_string(i);
  return text + (text.empty() ? "" : " or ") + std::to_string(number);
}

std::int64_t padded_positions(const Window& window) {
  return window.padded(0) * window.padded(1);
}

class PixelCycles {
 public:
  PixelCycles(const Network& network, const Process& process, const Fold& fold)
      : network_(network), process_(process), fold_(fold) {}

  std::int64_t operator()(const Map&) const { return out().beats; }
  std::int64_t operator()(const MultiplyAccumulate& sums) const {
    const std::int64_t outputs = outputs_of(sums);
    const std::int64_t blocks = (outputs + fold_.pe - 1) / fold_.pe;
    const std::int64_t parts = operands_at_once(sums) / fold_.simd;
    // A matrix clears its sums, and gives its results one by one.
    if (!sums.window) return blocks * (1 + in().beats * parts) + outputs;
    const std::int64_t taps = sums.window->kernel[0] * sums.window->kernel[1];
    return padded_positions(*sums.window) + out().beats * blocks * taps * parts;
  }
  // One divider serves all channels.
  std::int64_t operator()(const WindowReduce& pool) const {
    const std::int64_t divisions = pool.mean ? out().elements() : 0;
    if (!pool.window) return in().beats + divisions;
    const std::int64_t taps = pool.window->kernel[0] * pool.window->kernel[1];
    return padded_positions(*pool.window) + out().beats * taps + divisions;
  }
  std::int64_t operator()(const Normalise&) const { return 2 * in().beats + in().elements(); }
  std::int64_t operator()(const Spread& spread) const {
    return spread.per_pixel ? out().beats : out().elements();
  }
  std::int64_t operator()(const Join& join) const {
    return join.side_by_side ? out().beats : out().elements();
  }
  std::int64_t operator()(const Repeat&) const { return in().beats + out().beats; }
  // A block is read, and then it is made something of.
  std::int64_t operator()(const Move& move) const {
    const BeatMoves beats = beat_moves(move.moves, in(), out());
    return in().beats + beats.blocks * beats.steps;
  }
  std::int64_t operator()(const Reorder&) const { return in().beats + out().elements(); }
  std::int64_t operator()(const Clone&) const { return out().beats; }
  std::int64_t operator()(const Copy&) const { return out().beats; }

 private:
  const Layout& in() const { return network_.streams[process_.inputs[0]].layout; }
  const Layout& out() const { return network_.streams[process_.outputs[0]].layout; }

  const Network& network_;
  const Process& process_;
  const Fold& fold_;
};

}  // namespace

std::int64_t operands_at_once(const MultiplyAccumulate& sums) {
  return sums.window && sums.accumulator ? 1 : sums.factor.values.shape[2];
}

std::int64_t outputs_of(const MultiplyAccumulate& sums) {
  return sums.factor.values.shape[sums.window ? 0 : 1];
}

Fold pixel_fold(const Network& network, const Process& process) {
  const std::string& name = network.node(process.node).name;
  Fold fold = process.fold;
  const auto* sums = std::get_if<MultiplyAccumulate>(&process.work);
  if (sums == nullptr) {
    if (fold != Fold{})
      user_error(
          "a fold is given for '{}', but here only convolutions and matrices are folded: all "
          "channels of a pixel go through everything else at once; leave it out, or choose the "
          "target verilog",
          name);
    return fold;
  }
  const std::int64_t outputs = outputs_of(*sums), operands = operands_at_once(*sums);
  if (fold.pe == 0) fold.pe = 1;
  if (fold.simd == 0) fold.simd = operands;
  if (fold.pe < 1 || fold.pe > outputs)
    user_error("the fold of '{}' computes {} outputs at once; allowed are 1 to {}", name, fold.pe,
               outputs);
  if (fold.simd < 1 || operands % fold.simd != 0)
    user_error("the fold of '{}' adds {} products at once; allowed are {}: {}", name, fold.simd,
               sums->window && sums->accumulator
                   ? "one, because its accumulator rounds after each"
                   : fmt::format("divisors of the {} {}", operands,
                                 sums->window ? "channels that lie side by side in a pixel's group"
                                              : "elements of an input beat"),
               divisors_of(operands));
  return fold;
}

std::int64_t pixel_cycles(const Network& network, const Process& process, const Fold& fold) {
  return std::visit(PixelCycles(network, process, fold), process.work);
}

}  // namespace qfx::dataflow
