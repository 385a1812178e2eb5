#include <algorithm>
#include <fmt/format.h>

#include "backends/identifiers.h"
#include "backends/vitis/print.h"
#include "backends/vitis/tables.h"

#include "qfx/base/error.h"
#include "qfx/fixed/raw.h"
#include "qfx/graph/clip.h"
#include "qfx/graph/table.h"

namespace qfx::backends::vitis {
namespace {

std::string constant(std::string_view name, std::int64_t value) {
  return fmt::format("  static const int {} = {};\n", name, value);
}

std::string wide_constant(std::string_view name, std::int64_t value) {
  return fmt::format("  static const int64_t {} = {}LL;\n", name, value);
}

std::string dimensions(const Table& table) {
  std::string text;
  for (std::int64_t extent : table.shape) text += fmt::format("[{}]", extent);
  return text;
}

std::string table(const std::string& type, const std::string& name, const Table& values,
                  const std::string& text) {
  return fmt::format("static const {} {}{} = {};\n", type, name, dimensions(values), text);
}

std::string window(const graph::Shape& in, const graph::Pair& kernel, const graph::Pair& stride,
                   const graph::Pair& padding, const graph::Pair& dilation) {
  std::string text = constant("in_height", in[1]) + constant("in_width", in[2]);
  for (int axis : {0, 1}) {
    const auto named = [&](const char* what, std::int64_t value) {
      text += constant(fmt::format("{}_{}", what, axis == 0 ? 'h' : 'w'), value);
    };
    named("stride", stride[axis]);
    named("padding", padding[axis]);
    named("dilation", dilation[axis]);
    named("reach", (kernel[axis] - 1) * dilation[axis]);
  }
  return text;
}

std::string sum(int width, int frac_bits) {
  return constant("sum_width", width) + constant("sum_frac_bits", frac_bits);
}

std::string factor_types(const Constants& constants) {
  std::string text = sum(constants.sum_width, constants.sum_frac_bits);
  if (constants.digits > 0) {
    text += fmt::format("  typedef qfx::Digits<{0}> weight_t;\n  typedef qfx::KHot<{0}> product;\n",
                        constants.digits);
  } else {
    text += fmt::format("  typedef {} weight_t;\n  typedef qfx::Multiply<{}> product;\n",
                        c_type(constants.factor_width), constants.factor_width);
  }
  return text;
}

std::string offset_type(const Constants& constants) {
  return fmt::format("  typedef {} bias_t;\n", c_type(constants.sum_width));
}

std::string offset_table(const NodeNames& names, const Constants& constants) {
  return table(names.config + "::bias_t", names.bias, constants.offset,
               initializer(constants.offset));
}

std::string factor_tables(const NodeNames& names, const Constants& constants) {
  const std::string factors =
      constants.digits > 0
          ? digit_initializer(constants.factor, constants.digits, constants.signed_digits)
          : initializer(constants.factor);
  return table(names.config + "::weight_t", names.weight, constants.factor, factors) +
         table("signed char", names.shift, constants.shift, initializer(constants.shift));
}

std::string mean(const MeanConstants& mean) {
  return sum(mean.sum_width, mean.sum_frac_bits) + constant("twos", mean.twos) +
         constant("divisor", mean.divisor) + constant("extra_frac_bits", mean.extra_frac_bits) +
         constant("reciprocal_width", mean.reciprocal_width) +
         constant("reciprocal_words", mean.reciprocal.shape[0]) +
         constant("reciprocal_shift", mean.reciprocal_shift);
}

// The body of the configuration and the tables behind it.
struct Text {
  std::string config, tables;
  std::string include;  // of the product
};

class Printer {
 public:
  Printer(const Plan& plan, graph::NodeId id) : plan_(plan), id_(id), node_(plan.node(id)) {}

  Text operator()(const graph::Input&) const { return {}; }
  Text operator()(const graph::Cast&) const { return {}; }
  Text operator()(const graph::Conv2d& conv) const {
    const Constants constants = constants_of(plan_, id_);
    const graph::Shape& weight = node_.params.at(graph::Role::Weight).shape;
    return {window(in_shape(), conv.kernel, conv.stride, conv.padding, conv.dilation) +
                constant("out_channels", conv.out_channels) + constant("groups", conv.groups) +
                constant("group_channels", weight[1]) + constant("taps", weight[2] * weight[3]) +
                parallelism("output channels") + factor_types(constants) + offset_type(constants),
            factor_tables(names(), constants) + offset_table(names(), constants),
            product_header(constants)};
  }
  Text operator()(const graph::Linear& linear) const {
    const Constants constants = constants_of(plan_, id_);
    return {constant("in_beats", constants.factor.shape[0]) +
                constant("out_features", linear.out_features) + parallelism("outputs") +
                factor_types(constants) + offset_type(constants),
            factor_tables(names(), constants) + offset_table(names(), constants),
            product_header(constants)};
  }
  Text operator()(const graph::BatchNorm&) const {
    const Constants constants = constants_of(plan_, id_);
    return {beats(constants.factor) + factor_types(constants) + offset_type(constants),
            factor_tables(names(), constants) + offset_table(names(), constants),
            product_header(constants)};
  }
  Text operator()(const graph::Relu&) const { return {}; }
  Text operator()(const graph::Clip& clip) const {
    const graph::NodeRange& range = plan_.analyzed.range(id_);
    const fixed::Format& in = plan_.node(node_.inputs[0]).format;
    const graph::ClipLimits limits =
        graph::clip_limits(clip, in.frac_bits(), range.accumulator_frac_bits);
    const std::int64_t lowest = fixed::min_raw(in), highest = fixed::max_raw(in);
    const int width = std::max(2, range.accumulator_width);
    return {constant("beats", plan_.layouts[id_].beats) + sum(width, range.accumulator_frac_bits) +
                wide_constant("below", std::clamp(limits.below, lowest, highest + 1)) +
                wide_constant("above", std::clamp(limits.above, lowest - 1, highest)) +
                wide_constant("low", limits.low) + wide_constant("high", limits.high) +
                constant("places", std::min(limits.places, width - 1)),
            "", ""};
  }
  Text operator()(const graph::Prelu&) const { return sloped(); }
  Text operator()(const graph::LeakyRelu&) const { return sloped(); }
  Text operator()(const graph::Shift&) const {
    const Constants constants = constants_of(plan_, id_);
    return {beats(constants.offset) + sum(constants.sum_width, constants.sum_frac_bits) +
                constant("places", input_places(constants)) + offset_type(constants),
            offset_table(names(), constants), ""};
  }
  Text operator()(const graph::MaxPool2d& pool) const {
    return {window(in_shape(), pool.kernel, pool.stride, pool.padding, {1, 1}), "", ""};
  }
  Text operator()(const graph::AvgPool2d& pool) const {
    Text text = divided(pool.kernel[0] * pool.kernel[1]);
    text.config = window(in_shape(), pool.kernel, pool.stride, pool.padding, {1, 1}) + text.config;
    return text;
  }
  Text operator()(const graph::GlobalAvgPool2d&) const {
    const std::int64_t pixels = in_shape()[1] * in_shape()[2];
    Text text = divided(pixels);
    text.config = constant("in_beats", pixels) + text.config;
    return text;
  }
  Text operator()(const graph::Add&) const { return {}; }
  Text operator()(const graph::Sub&) const { return {}; }
  Text operator()(const graph::Mul&) const { return {}; }
  Text operator()(const graph::Concat&) const { return {}; }
  Text operator()(const graph::Flatten&) const { return {}; }
  Text operator()(const graph::Unsqueeze&) const { return {}; }
  Text operator()(const graph::Function&) const {
    return {constant("beats", plan_.layouts[id_].beats) + entry_type(), lookup_table(), ""};
  }
  Text operator()(const graph::Softmax&) const {
    const Layout& layout = plan_.layouts[id_];
    const bool is_image = node_.shape.size() > 1;
    return {constant("sums", is_image ? layout.beats : 1) +
                constant("beats", is_image ? 1 : layout.beats) +
                constant("sum_width", plan_.analyzed.range(id_).accumulator_width) + entry_type(),
            lookup_table(), ""};
  }

 private:
  const NodeNames& names() const { return plan_.names[id_]; }
  const graph::Shape& in_shape() const { return plan_.node(node_.inputs[0]).shape; }

  const graph::FrozenParam& entries() const { return node_.params.at(graph::Role::Table); }

  std::string entry_type() const {
    return constant("entries", entries().shape[0]) +
           fmt::format("  typedef {} entry_t;\n", c_type(entries().format));
  }

  std::string lookup_table() const {
    const Table values{entries().shape, {entries().raw.begin(), entries().raw.end()}};
    return table(names().config + "::entry_t", names().table, values, initializer(values));
  }

  // How many beats pass, and the rows of a table with one row for all of them or one for each.
  std::string beats(const Table& table) const {
    return constant("beats", plan_.layouts[id_].beats) + constant("table_beats", table.shape[0]);
  }

  // From the input's binary point to the sum's; cut as shift_of in tables.cpp.
  int input_places(const Constants& constants) const {
    const int in_frac = plan_.node(node_.inputs[0]).format.frac_bits();
    return std::min(constants.sum_frac_bits - in_frac, constants.sum_width - 1);
  }

  Text sloped() const {
    const Constants constants = constants_of(plan_, id_);
    return {beats(constants.factor) + factor_types(constants) +
                constant("places", input_places(constants)),
            factor_tables(names(), constants), product_header(constants)};
  }

  static std::string parallelism(const char* what) {
    return fmt::format("  // {} computed at once; any divisor of their number\n", what) +
           constant("parallelism", 1);
  }

  static std::string product_header(const Constants& constants) {
    return constants.digits > 0 ? "qfx/khot.h" : "qfx/multiply.h";
  }

  Text divided(std::int64_t count) const {
    const MeanConstants constants =
        mean_constants(plan_.analyzed.range(id_).accumulator_width, plan_.analyzed.range(id_).accumulator_frac_bits,
                       count, node_.format.frac_bits());
    return {mean(constants),
            table("unsigned", names().reciprocal, constants.reciprocal,
                  initializer(constants.reciprocal)),
            ""};
  }

  const Plan& plan_;
  graph::NodeId id_;
  const graph::FrozenNode& node_;
};

}  // namespace

bool has_parameters(const graph::Op& op) {
  return std::visit(graph::Overloaded{
                        [](const graph::Input&) { return false; },
                        [](const graph::Cast&) { return false; },
                        [](const graph::Conv2d&) { return true; },
                        [](const graph::Linear&) { return true; },
                        [](const graph::BatchNorm&) { return true; },
                        [](const graph::Relu&) { return false; },
                        [](const graph::Clip&) { return true; },
                        [](const graph::Prelu&) { return true; },
                        [](const graph::LeakyRelu&) { return true; },
                        [](const graph::Shift&) { return true; },
                        [](const graph::MaxPool2d&) { return true; },
                        [](const graph::AvgPool2d&) { return true; },
                        [](const graph::GlobalAvgPool2d&) { return true; },
                        [](const graph::Add&) { return false; },
                        [](const graph::Sub&) { return false; },
                        [](const graph::Mul&) { return false; },
                        [](const graph::Concat&) { return false; },
                        [](const graph::Flatten&) { return false; },
                        [](const graph::Unsqueeze&) { return false; },
                        [](const graph::Function&) { return true; },
                        [](const graph::Softmax&) { return true; },
                    },
                    op);
}

std::string print_parameters(const Plan& plan, graph::NodeId id) {
  const graph::FrozenNode& node = plan.node(id);
  const Text text = std::visit(Printer(plan, id), node.op);
  QFX_ASSERT(!text.config.empty());
  const NodeNames& names = plan.names[id];
  const std::string guard = fmt::format("QFX_{}_{}_H_", plan.top, names.value);
  std::string result = fmt::format("// {}: {}\n#ifndef {}\n#define {}\n\n", comment_text(node.name),
                                   kind_name(node.op), guard, guard);
  result += "#include <stdint.h>\n\n";
  if (!text.include.empty()) result += fmt::format("#include \"{}\"\n\n", text.include);
  result += fmt::format("namespace {} {{\n\nstruct {} {{\n{}}};\n", plan.space, names.config,
                        text.config);
  if (!text.tables.empty()) result += "\n" + text.tables;
  return result + fmt::format("\n}}  // namespace {}\n\n#endif  // {}\n", plan.space, guard);
}

}  // namespace qfx::backends::vitis
