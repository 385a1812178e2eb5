#include "backends/hls/print_parameters.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "backends/hls/c_literals.h"
#include "backends/names/identifiers.h"

#include "qfx/base/error.h"
#include "qfx/dataflow/beat_moves.h"
#include "qfx/dataflow/pixel_fold.h"

namespace qfx::backends::hls {
namespace {

using dataflow::Factor;
using dataflow::Layout;
using dataflow::Sum;
using dataflow::Table;

std::string constant(std::string_view name, std::int64_t value) {
  return fmt::format("  static const int {} = {};\n", name, value);
}

std::string wide_constant(std::string_view name, std::int64_t value) {
  return fmt::format("  static const int64_t {} = {}LL;\n", name, value);
}

std::string table(const std::string& type, const std::string& name, const Table& values,
                  const std::string& text) {
  std::string dimensions;
  for (std::int64_t extent : values.shape) dimensions += fmt::format("[{}]", extent);
  return fmt::format("static const {} {}{} = {};\n", type, name, dimensions, text);
}

std::string table(const std::string& type, const std::string& name, const Table& values) {
  return table(type, name, values, initializer(values));
}

std::string geometry(const dataflow::Window& window) {
  std::string text = constant("in_height", window.height) + constant("in_width", window.width) +
                     constant("padding_top", window.padding.top) +
                     constant("padding_left", window.padding.left) +
                     constant("padding_bottom", window.padding.bottom) +
                     constant("padding_right", window.padding.right);
  for (int axis : {0, 1}) {
    const auto named = [&](const char* what, std::int64_t value) {
      text += constant(fmt::format("{}_{}", what, axis == 0 ? 'h' : 'w'), value);
    };
    named("stride", window.stride[axis]);
    named("dilation", window.dilation[axis]);
    named("reach", (window.kernel[axis] - 1) * window.dilation[axis]);
  }
  return text;
}

std::string sum_type(const Sum& sum) {
  return constant("sum_width", sum.width) + constant("sum_frac_bits", sum.frac_bits);
}

// Stepwise convolutions take one input of each output at a time, as their sums are defined.
std::string fold_text(const dataflow::MultiplyAccumulate& sums, const dataflow::Fold& fold) {
  std::string text =
      fmt::format("  // {} computed at once, 1 to {}\n",
                  sums.window ? "output channels" : "outputs", dataflow::outputs_of(sums)) +
      constant("parallelism", fold.pe);
  const std::int64_t operands = dataflow::operands_at_once(sums),
                     inputs = sums.factor.values.shape[2];
  if (sums.window && sums.accumulator)
    return text + constant("blocks", (dataflow::outputs_of(sums) + fold.pe - 1) / fold.pe * inputs);
  const std::int64_t reads = sums.factor.values.shape[sums.window ? 1 : 0];  // of all inputs
  return text +
         fmt::format(
             "  // inputs of each multiplied at once, a divisor of {}; the order of the "
             "weights follows it\n",
             operands) +
         constant("simd", fold.simd) + constant("steps", reads * inputs / fold.simd);
}

// The weights in the order in which they are read: a row of `simd` for each step. Those of a
// convolution are neighbours already.
Table weights_by_step(const dataflow::MultiplyAccumulate& sums, const dataflow::Fold& fold) {
  const Table& values = sums.factor.values;
  if (sums.window && sums.accumulator) return values;
  const std::int64_t parts = values.shape[2] / fold.simd;
  if (sums.window) return {{values.shape[0], values.shape[1] * parts, fold.simd}, values.values};
  Table result{{values.shape[0] * parts, values.shape[1], fold.simd}, {}};
  result.values.reserve(values.values.size());
  for (std::int64_t beat = 0; beat < values.shape[0]; ++beat)
    for (std::int64_t part = 0; part < parts; ++part)
      for (std::int64_t output = 0; output < values.shape[1]; ++output) {
        const auto first = values.values.begin() +
                           (beat * values.shape[1] + output) * values.shape[2] + part * fold.simd;
        result.values.insert(result.values.end(), first, first + fold.simd);
      }
  return result;
}

// The body of the configuration and the tables behind it.
struct Text {
  std::string config, tables;
  std::set<std::string> includes = {};  // of the types in it
};

class Printer {
 public:
  Printer(const Design& design, const dataflow::Process& process)
      : design_(design),
        names_(design.nodes[process.node]),
        in_(design.stream(process.inputs[0]).layout),
        out_(design.stream(process.outputs[0]).layout),
        fold_(dataflow::pixel_fold(design.network, process)) {}

  Text operator()(const dataflow::Map& map) const {
    Text text;
    if (map.factor || map.offset || map.limits) text.config += sum_type(map.sum);
    if (map.factor) {
      add_factor(*map.factor, map.factor->values, text);
      text.tables += table("signed char", names_.shift, map.factor->shift);
    }
    if (map.limits) {
      text.config +=
          wide_constant("below", map.limits->below) + wide_constant("above", map.limits->above) +
          wide_constant("low", map.limits->low) + wide_constant("high", map.limits->high);
    }
    if (map.places) text.config += constant("places", *map.places);
    if (map.offset) add_offset(*map.offset, map.sum, text);
    if (map.lookup) add_lookup(*map.lookup, text);
    if (map.steps) text.tables += table("int64_t", names_.threshold, *map.steps);
    return text;
  }

  Text operator()(const dataflow::MultiplyAccumulate& sums) const {
    const std::vector<std::int64_t>& shape = sums.factor.values.shape;
    Text text;
    if (sums.window) {
      text.config = geometry(*sums.window) + constant("out_channels", shape[0]) +
                    constant("groups", sums.groups) + constant("group_channels", shape[2]) +
                    constant("taps", shape[1]);
    } else {
      text.config = constant("in_beats", shape[0]) + constant("out_features", shape[1]);
    }
    text.config += fold_text(sums, fold_);
    text.config += sum_type(sums.sum);
    if (sums.accumulator) add_accumulator(*sums.accumulator, text);
    if (sums.factor.binary) {
      add_bits(sums, text);
    } else {
      add_factor(sums.factor, weights_by_step(sums, fold_), text);
    }
    if (sums.gate) {
      add_gate(*sums.gate, sums.sum, text);
    } else {
      text.tables += table("signed char", names_.shift, sums.factor.shift);
      add_offset(sums.offset, sums.sum, text);
    }
    return text;
  }

  Text operator()(const dataflow::WindowReduce& pool) const {
    Text text{pool.window ? geometry(*pool.window) : constant("in_beats", in_.beats), {}};
    if (!pool.mean) return text;
    if (pool.accumulator) add_accumulator(*pool.accumulator, text);
    const dataflow::Mean& mean = *pool.mean;
    text.config += sum_type(mean.sum) + constant("twos", mean.twos) +
                   constant("divisor", mean.divisor) +
                   constant("extra_frac_bits", mean.extra_frac_bits) +
                   constant("reciprocal_width", mean.reciprocal_width) +
                   constant("reciprocal_words", mean.reciprocal.shape[0]) +
                   constant("reciprocal_shift", mean.reciprocal_shift);
    text.tables = table("unsigned", names_.reciprocal, mean.reciprocal);
    if (mean.has_factors()) {
      text.config += constant("total_width", mean.total.width) +
                     constant("factor_width", mean.factor_width());
      text.tables += table("unsigned", names_.row_factors, mean.row_factors) +
                     table("unsigned", names_.column_factors, mean.column_factors);
    }
    return text;
  }

  Text operator()(const dataflow::Normalise& softmax) const {
    Text text{constant("sums", softmax.per_pixel ? in_.beats : 1) +
                  constant("beats", softmax.per_pixel ? 1 : in_.beats) +
                  constant("sum_width", softmax.sum.width),
              {}};
    add_lookup(softmax.exponentials, text);
    return text;
  }

  Text operator()(const dataflow::Spread& spread) const {
    return {{}, table("int64_t", names_.threshold, spread.thresholds)};
  }

  Text operator()(const dataflow::Join&) const { return {}; }
  Text operator()(const dataflow::Repeat&) const { return {}; }
  // A loop of one round stands where there is none: C++ has no empty arrays.
  Text operator()(const dataflow::Move& move) const {
    const dataflow::BeatMoves beats = dataflow::beat_moves(move.moves, in_, out_);
    Table blocks{{std::max<std::int64_t>(1, std::ssize(beats.block_loops)), 2}, {}};
    for (const dataflow::BlockLoop& loop : beats.block_loops)
      blocks.values.insert(blocks.values.end(), {loop.extent, loop.dropped});
    if (blocks.values.empty()) blocks.values = {1, 0};
    Table steps{{std::max<std::int64_t>(1, std::ssize(beats.step_loops)), 3}, {}};
    for (const dataflow::StepLoop& loop : beats.step_loops)
      steps.values.insert(steps.values.end(), {loop.extent, loop.beats, loop.lanes});
    if (steps.values.empty()) steps.values = {1, 0, 0};
    return {constant("blocks", beats.blocks) + constant("span", beats.span) +
                constant("steps", beats.steps) + constant("first_beat", beats.first_beat) +
                constant("first_lane", beats.first_lane) +
                constant("dropped_at_first", beats.dropped_at_first) +
                constant("dropped_at_end", beats.dropped_at_end),
            table("int", names_.blocks, blocks) + table("int", names_.steps, steps) +
                table("int", names_.wires, {{std::ssize(beats.lanes)}, beats.lanes})};
  }
  Text operator()(const dataflow::Reorder&) const { return {}; }
  Text operator()(const dataflow::Clone&) const { return {}; }
  Text operator()(const dataflow::Copy&) const { return {}; }

 private:
  void add_factor(const Factor& factor, const Table& values, Text& text) const {
    if (factor.digits > 0) {
      text.includes.insert("qfx/khot.h");
      text.config +=
          fmt::format("  typedef qfx::Digits<{0}> weight_t;\n  typedef qfx::KHot<{0}> product;\n",
                      factor.digits);
      text.tables += table(names_.config + "::weight_t", names_.weight, values,
                           digit_initializer(values, factor.digits, factor.signed_digits));
    } else {
      text.includes.insert("qfx/multiply.h");
      text.config += fmt::format("  typedef {} weight_t;\n  typedef qfx::Multiply<{}> product;\n",
                                 c_type(factor.width), factor.width);
      text.tables += table(names_.config + "::weight_t", names_.weight, values);
    }
  }

  // Binary factors: of an input of levels bits are counted, any other is added or subtracted.
  void add_bits(const dataflow::MultiplyAccumulate& sums, Text& text) const {
    const int bits = sums.level_bits;
    text.includes.insert(bits > 0 ? "qfx/xnor.h" : "qfx/plus_minus.h");
    text.config += fmt::format("  typedef qfx::Bit weight_t;\n  typedef qfx::{} product;\n",
                               bits > 0 ? fmt::format("Xnor<{}>", bits) : "PlusMinus");
    const Table values = weights_by_step(sums, fold_);
    Table rows{values.shape, {}};
    rows.shape.pop_back();
    text.tables += table(fmt::format("qfx::Bits<{}>", values.shape.back()), names_.weight, rows,
                         bits_initializer(values));
  }

  void add_gate(const Table& gate, const Sum& sum, Text& text) const {
    text.config += fmt::format("  typedef {} gate_t;\n", c_type(sum.width));
    text.tables += table(names_.config + "::gate_t", names_.threshold, gate);
  }

  void add_accumulator(const fixed::Format& format, Text& text) const {
    text.includes.insert("qfx/vendor.h");
    text.config += fmt::format("  typedef {} accumulator_t;\n", design_.vendor.fixed_type(format));
  }

  void add_offset(const Table& offset, const Sum& sum, Text& text) const {
    text.config += fmt::format("  typedef {} bias_t;\n", c_type(sum.width));
    text.tables += table(names_.config + "::bias_t", names_.bias, offset);
  }

  void add_lookup(const dataflow::Lookup& lookup, Text& text) const {
    text.config += fmt::format("  typedef {} entry_t;\n", c_type(lookup.format));
    text.tables += table(names_.config + "::entry_t", names_.table, lookup.entries);
  }

  const Design& design_;
  const NodeNames& names_;
  const Layout &in_, &out_;
  dataflow::Fold fold_;
};

}  // namespace

bool has_parameters(const dataflow::Process& process) {
  return std::visit(graph::Overloaded{
                        [](const dataflow::Map& map) {
                          return map.factor || map.offset || map.limits || map.lookup || map.steps;
                        },
                        [](const dataflow::MultiplyAccumulate&) { return true; },
                        [](const dataflow::WindowReduce&) { return true; },
                        [](const dataflow::Normalise&) { return true; },
                        [](const dataflow::Spread&) { return true; },
                        [](const dataflow::Join&) { return false; },
                        [](const dataflow::Repeat&) { return false; },
                        [](const dataflow::Move&) { return true; },
                        [](const dataflow::Reorder&) { return false; },
                        [](const dataflow::Clone&) { return false; },
                        [](const dataflow::Copy&) { return false; },
                    },
                    process.work);
}

std::string print_parameters(const Design& design, const dataflow::Process& process) {
  const graph::FrozenNode& node = design.network.node(process.node);
  const Text text = std::visit(Printer(design, process), process.work);
  QFX_ASSERT(!text.config.empty() || !text.tables.empty());
  const NodeNames& names = design.nodes[process.node];
  const std::string guard = fmt::format("QFX_{}_{}_H_", design.top, names.value);
  std::string result =
      fmt::format("// {}: {}\n#ifndef {}\n#define {}\n\n", names::comment_text(node.name),
                  kind_name(node.op), guard, guard);
  result += "#include <stdint.h>\n\n";
  for (const std::string& header : text.includes)
    result += fmt::format("#include \"{}\"\n", header);
  if (!text.includes.empty()) result += "\n";
  result += fmt::format("namespace {} {{\n", design.space);
  if (!text.config.empty())
    result += fmt::format("\nstruct {} {{\n{}}};\n", names.config, text.config);
  if (!text.tables.empty()) result += "\n" + text.tables;
  return result + fmt::format("\n}}  // namespace {}\n\n#endif  // {}\n", design.space, guard);
}

}  // namespace qfx::backends::hls
