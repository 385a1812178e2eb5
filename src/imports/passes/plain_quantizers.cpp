// Everything that quantizes as one form: a Quant with a power-of-two scale and no zero point, whose
// integers are a format's; what of a scale is no power of two as products around it.
//
// Note [Ratios]
// x / s with s = r * 2^-k is (x / r) / 2^-k: a product by 1 / r before the Quant, by r behind it.
// slide_scales moves these products until they meet, mostly behind the sums of a convolution, where
// they are one factor a channel. So no weight and no activation is rounded to another grid than the
// file's.
#include <algorithm>
#include <cmath>

#include "imports/operators/quantizer.h"
#include "imports/passes/all.h"

#include "qfx/graph/graph.h"

namespace qfx::imports {
namespace {

bool is_operator(const std::string& op, std::initializer_list<const char*> names) {
  return std::ranges::any_of(names, [&](const char* name) { return op == name; });
}

// Integers of a format: unsigned from 0, or signed, with or without the lowest.
struct FormatEnds {
  std::int64_t low = 0, high = 0;
  bool operator==(const FormatEnds&) const = default;
};
FormatEnds enclosing(std::int64_t low, std::int64_t high) {
  if (low >= 0) {
    std::int64_t all = 2;
    while (all - 1 < high) all *= 2;
    return {0, all - 1};
  }
  std::int64_t half = 2;
  while (half - 1 < high || -half > low) half *= 2;
  if (low == 1 - half && high == half - 1) return {low, high};
  return {-half, half - 1};
}

class PlainQuantizers {
 public:
  explicit PlainQuantizers(Source& source) : source_(source), rewriter_(source) {}

  bool run() {
    for (const Node& node : rewriter_.before()) {
      try {
        if (!rewrite(node)) rewriter_.keep(node);
      } catch (const NodeFault& fault) {
        refuse(source_, node, fault.what());
      }
    }
    for (const std::string& output : source_.outputs) {
      if (!integers_.contains(output)) continue;
      const Node& maker = *rewriter_.links().maker(output);
      refuse(source_, maker, "the network ends in its integers; the nearest is what it quantizes");
    }
    return rewriter_.finish();
  }

 private:
  std::vector<const Tensor*> inputs_of(const Node& node) {
    std::vector<const Tensor*> inputs;
    for (const std::string& name : node.inputs) {
      const Tensor* known = name.empty() ? nullptr : constant(source_, name);
      if (known == nullptr && !name.empty())
        known = &(unknown_[name] = Tensor::unknown(shape_of(source_, name)));
      inputs.push_back(known);
    }
    return inputs;
  }

  bool rewrite(const Node& node) {
    const bool is_trunc = domain_of(node) == kQonnxDomain && node.op == "Trunc";
    if (node.op == "DequantizeLinear" && node.domain.empty()) return dequantize(node);
    if (is_trunc || is_quantizer(node)) {
      const std::vector<const Tensor*> inputs = inputs_of(node);
      const Call call{node, inputs};
      if (is_trunc) {
        put_trunc(node, read_trunc(call));
      } else {
        Quantizer quantizer = read_quantizer(call);
        if (node.op == "QuantizeLinear") integers_[node.outputs[0]] = quantizer;
        const Node* clip = clip_before(node, quantizer);
        for (const int origin : clip != nullptr ? clip->origins : std::vector<int>())
          if (source_.records[origin].fate.empty())
            source_.records[origin].fate = "the ends of a format";
        put(node, (clip != nullptr ? *clip : node).inputs[0], quantizer, node.outputs[0]);
      }
      rewriter_.change();
      return true;
    }
    if (node.inputs.empty() || !integers_.contains(node.inputs[0])) return false;
    // What moves integers moves the numbers that they stand for.
    if (!is_operator(node.op, {"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Identity",
                             "MaxPool", "Slice"}))
      fault("it computes on the integers of a QuantizeLinear; the nearest is the QDQ form, with a "
            "DequantizeLinear before it");
    const Quantizer& moved = integers_.at(node.inputs[0]);
    if (moved.scale.size() != 1) fault("it moves integers whose scale differs by channel");
    integers_[node.outputs[0]] = moved;
    return false;
  }

  // The numbers of a QuantizeLinear, which are real here already.
  bool dequantize(const Node& node) {
    const std::string& x = node.inputs[0];
    const auto found = integers_.find(x);
    if (found == integers_.end() && x == source_.inputs[0].name) {
      read_integers(node);
      return true;
    }
    if (found == integers_.end())
      fault("it reads integers that no QuantizeLinear and no constant gives");
    std::vector<const Tensor*> inputs = inputs_of(node);
    const Quantizer& made = found->second;
    // As a QuantizeLinear of the same parameters it would have these ends.
    Node same = node;
    same.op = "QuantizeLinear";
    const Quantizer read = read_quantizer({same, inputs});
    if (read.low != made.low || read.high != made.high)
      fault("its zero point is not that of the QuantizeLinear that it reads");
    if (read.scale.reals == made.scale.reals) {
      rewriter_.skip(node.outputs[0], x);
      return true;
    }
    if (read.scale.size() != 1 || made.scale.size() != 1)
      fault("its scale is not that of the QuantizeLinear that it reads");
    product(node, x, Tensor::of({}, {read.scale.reals[0] / made.scale.reals[0]}), node.outputs[0]);
    rewriter_.change();
    return true;
  }

  // The network's input is integers.
  void read_integers(const Node& node) {
    std::vector<const Tensor*> inputs = inputs_of(node);
    Node same = node;
    same.op = "QuantizeLinear";
    const Quantizer read = read_quantizer({same, inputs});
    if (read.scale.size() != 1 || rewriter_.links().uses(node.inputs[0]) != 1)
      fault("it is not the only one who reads the network's integers, or its scale differs by "
            "channel");
    const std::int64_t zero = read.low < 0 && node.inputs.size() > 2
                                  ? constant(source_, node.inputs[2])->integers.at(0)
                                  : 0;
    source_.inputs[0].is_integer = false;
    const std::string stored = new_name(source_, node.outputs[0]);
    const std::string shifted = new_name(source_, node.outputs[0]);
    put(node, node.inputs[0],
        {.scale = Tensor::of({}, {1.0}), .low = read.low + zero, .high = read.high + zero}, stored);
    rewriter_.keep(made(node, "Add",
                        {stored, add_constant(source_, "zero",
                                              Tensor::of({}, {-static_cast<double>(zero)}))},
                        shifted));
    product(node, shifted, read.scale, node.outputs[0]);
    rewriter_.change();
  }

  void product(const Node& like, const std::string& x, Tensor factor, const std::string& to) {
    rewriter_.keep(
        made(like, "Mul", {x, add_constant(source_, "scale", std::move(factor))}, to));
  }

  // A Clip before it to the ends of a format of fewer bits: the quantizer then has these, and reads
  // what the Clip does.
  const Node* clip_before(const Node& node, Quantizer& quantizer) const {
    const Node* clip = rewriter_.links().maker(node.inputs[0]);
    if (clip == nullptr || !clip->domain.empty() || clip->op != "Clip" || clip->opset < 11 ||
        quantizer.is_bipolar || quantizer.scale.size() != 1)
      return nullptr;
    FormatEnds ends{quantizer.low, quantizer.high};
    for (std::size_t i = 1; i < clip->inputs.size(); ++i) {
      if (clip->inputs[i].empty()) continue;
      const auto bound = scalar(source_, clip->inputs[i]);
      if (!bound) return nullptr;
      const double steps = *bound / quantizer.scale.reals[0];
      const double end = std::clamp(std::round(steps), static_cast<double>(quantizer.low),
                                    static_cast<double>(quantizer.high));
      if (!(std::abs(steps - end) <= 1e-6 * std::max(1.0, std::abs(end)))) return nullptr;
      (i == 1 ? ends.low : ends.high) = static_cast<std::int64_t>(end);
    }
    if (ends.low >= ends.high || enclosing(ends.low, ends.high) != ends) return nullptr;
    quantizer.low = ends.low;
    quantizer.high = ends.high;
    return clip;
  }

  bool is_never_negative(const std::string& value, int depth = 0) const {
    if (source_.inputs[0].name == value) return true;  // the input's own format says it
    const Node* node = rewriter_.links().maker(value);
    if (node == nullptr || depth > 16) return false;
    if (is_operator(node->op, {"Relu", "Sigmoid", "HardSigmoid", "Softmax", "Abs", "Exp"}))
      return true;
    if (node->op == "DequantizeLinear") return is_never_negative(node->inputs[0], depth + 1);
    if (node->op == "QuantizeLinear") {
      const auto found = integers_.find(value);
      return found != integers_.end() && found->second.low >= 0;
    }
    if (is_plain_quant(*node))
      return node->attributes.at("low") == Attribute(std::int64_t{0});
    if (is_quantizer(*node) && node->op == "Quant" && node->attributes.contains("signed"))
      return node->attributes.at("signed") == Attribute(std::int64_t{0});
    if (is_operator(node->op, {"MaxPool", "AveragePool", "GlobalAveragePool", "ReduceMean", "Reshape",
                             "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Identity"}))
      return is_never_negative(node->inputs[0], depth + 1);
    return false;
  }

  void put(const Node& like, const std::string& x, const Quantizer& q, const std::string& to) {
    std::string value = x;
    const auto next = [&](bool is_last) { return is_last ? to : new_name(source_, to); };
    const double largest = *std::ranges::max_element(q.scale.reals);
    const bool all_same = *std::ranges::min_element(q.scale.reals) == largest;
    if (q.is_bipolar) {
      const bool has_scale = !all_same || largest != 1;
      value = quant(like, value, {-1, 1}, 0, q, next(!has_scale));
      if (has_scale) product(like, value, q.scale, to);
      return;
    }
    // An unsigned range cuts off what is below 0: the ReLU that an exporter has left to it.
    if (q.low == 0 && !is_never_negative(x)) {
      const std::string relu = next(false);
      rewriter_.keep(made(like, "Relu", {value}, relu));
      if (like.op == "QuantizeLinear")
        source_.remarks.push_back(called(like) +
                                  ": its zero point ends its range, which is a relu");
      value = relu;
    }
    const int frac_bits = all_same && frac_bits_of(largest)
                              ? *frac_bits_of(largest)
                              : -static_cast<int>(std::lround(std::log2(largest)));
    if (std::abs(frac_bits) > 64) fault("its scale is {}, which is beyond 2^-64 to 2^64", largest);
    Tensor ratio = q.scale, inverse = q.scale;
    for (double& r : ratio.reals) r = std::ldexp(r, frac_bits);
    for (std::size_t i = 0; i < ratio.reals.size(); ++i) inverse.reals[i] = 1 / ratio.reals[i];
    if (all_same) {
      ratio = Tensor::of({}, {ratio.reals[0]});
      inverse = Tensor::of({}, {inverse.reals[0]});
    }
    const bool has_ratio = !all_same || ratio.reals[0] != 1;
    if (has_ratio) {
      const std::string scaled = next(false);
      product(like, value, inverse, scaled);
      value = scaled;
    }
    const FormatEnds ends = enclosing(q.low, q.high);
    const bool is_whole = ends == FormatEnds{q.low, q.high};
    value = quant(like, value, ends, frac_bits, q, next(is_whole && !has_ratio));
    if (!is_whole) {
      const std::string clipped = next(!has_ratio);
      const auto bound = [&](std::int64_t end) {
        return add_constant(source_, "bound",
                            Tensor::of({}, {std::ldexp(static_cast<double>(end), -frac_bits)}));
      };
      rewriter_.keep(made(like, "Clip", {value, bound(q.low), bound(q.high)}, clipped));
      value = clipped;
    }
    if (has_ratio) product(like, value, ratio, to);
  }

  std::string quant(const Node& like, const std::string& x, FormatEnds ends, int frac_bits,
                    const Quantizer& q, const std::string& to) {
    Node node = made(like, "Quant", {x}, to);
    node.domain = kPlainDomain;
    node.attributes = {{"low", ends.low},
                       {"high", ends.high},
                       {"frac_bits", std::int64_t{frac_bits}},
                       {"rounding", std::string(fixed::to_string(q.rounding))}};
    node.is_smooth = like.is_smooth;
    if (q.is_bipolar) node.attributes["bipolar"] = std::int64_t{1};
    rewriter_.keep(std::move(node));
    return to;
  }

  // x on the grid of its scale, times the factor, on that of the output's.
  void put_trunc(const Node& node, const TruncParts& parts) {
    const std::string whole = new_name(source_, node.outputs[0]);
    const std::string scaled = new_name(source_, node.outputs[0]);
    const std::int64_t most = std::int64_t{1} << std::min<std::int64_t>(parts.in_bits + 6, 30);
    put(node, node.inputs[0],
        {.scale = Tensor::of({}, {parts.scale}), .low = -most, .high = most - 1}, whole);
    product(node, whole, Tensor::of({}, {parts.factor * parts.output_scale / parts.scale}), scaled);
    Quantizer last{.scale = Tensor::of({}, {parts.output_scale}),
                   .low = parts.low,
                   .high = parts.high,
                   .rounding = parts.rounding};
    if (last.low >= last.high) {
      last.low = -most;
      last.high = most - 1;
    }
    put(node, scaled, last, node.outputs[0]);
  }

  Source& source_;
  Rewriter rewriter_;
  std::map<std::string, Quantizer> integers_;  // values that the file has as integers
  std::map<std::string, Tensor> unknown_;
};

}  // namespace

bool plain_quantizers(Source& source) {
  if (!source.is_quantized) {
    const bool truncates = std::ranges::any_of(source.nodes, [](const Node& node) {
      return domain_of(node) == kQonnxDomain;
    });
    if (!truncates) return false;
  }
  return PlainQuantizers(source).run();
}

}  // namespace qfx::imports
