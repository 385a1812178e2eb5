#include "support/reference.h"

#include <algorithm>
#include <cmath>

#include "support/reference_moves.h"
#include "support/reference_sums.h"

#include "qfx/base/error.h"
#include "qfx/graph/preprocess.h"

namespace qfx::test {
namespace reference {
namespace {

using fixed::BigInt;
using graph::Pair;

std::vector<Exact> scale_and_offset(const FrozenNode& node, const Tensor& x) {
  std::vector<Exact> values;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::int64_t c = x.channel_of(i);
    values.push_back(param(node, graph::Role::Scale, c, c) * x.at(i) +
                     param(node, graph::Role::Offset, c, c));
  }
  return values;
}

// By one pair for all channels or one for each.
std::vector<Exact> affine(const FrozenNode& node, const graph::Affine& op, const Tensor& x) {
  std::vector<Exact> values;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::int64_t c = op.num_parameters == 1 ? 0 : x.channel_of(i);
    values.push_back(param(node, graph::Role::Scale, c, c) * x.at(i));
    if (op.has_offset) values[i] = values[i] + param(node, graph::Role::Offset, c, c);
  }
  return values;
}

// The thresholds between two of 2^bits levels lie at (2j + 1 - n) / n.
std::vector<Exact> nearest_levels(const graph::QuantSign& op, const Tensor& x) {
  const int n = (1 << op.bits) - 1;
  std::vector<Exact> values;
  for (const Exact& value : all_elements(x)) {
    int level = -n;
    for (int j = 0; j < n; ++j)
      if (!(Exact{value.raw * n, value.frac_bits} < Exact{2 * j + 1 - n})) level += 2;
    values.push_back({level});
  }
  return values;
}

std::vector<Exact> thermometer(const FrozenNode& node, const graph::Thermometer& op,
                               const Tensor& x) {
  const std::int64_t inner = x.height() * x.width();
  std::vector<Exact> values;
  for (std::int64_t c = 0; c < node.shape[0]; ++c) {
    const Exact threshold = param(node, graph::Role::Threshold, c, c);
    for (std::int64_t i = 0; i < inner; ++i)
      values.push_back({x.at(c / op.levels * inner + i) < threshold ? -1 : 1});
  }
  return values;
}

std::vector<Exact> clip(const graph::Clip& clip, const Tensor& x) {
  const auto bound = [](double value) { return Exact{fixed::BigInt(std::ldexp(value, 32)), 32}; };
  std::vector<Exact> values = all_elements(x);
  for (Exact& value : values) {
    if (value < bound(clip.min)) value = bound(clip.min);
    if (bound(clip.max) < value) value = bound(clip.max);
  }
  return values;
}

std::vector<Exact> slope_below_zero(const FrozenNode& node, const Tensor& x) {
  std::vector<Exact> values = all_elements(x);
  const bool is_shared = node.params.at(graph::Role::Slope).shape[0] == 1;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::int64_t c = is_shared ? 0 : x.channel_of(i);
    if (values[i].raw < 0) values[i] = param(node, graph::Role::Slope, c, c) * values[i];
  }
  return values;
}

std::vector<Exact> add_offset(const FrozenNode& node, const Tensor& x) {
  std::vector<Exact> values = all_elements(x);
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::int64_t c = x.channel_of(i);
    values[i] = values[i] + param(node, graph::Role::Offset, c, c);
  }
  return values;
}

// f(a, b) of each pair of elements.
template <class F>
std::vector<Exact> combine(const std::vector<RawView>& inputs, F f) {
  std::vector<Exact> values = all_elements(Tensor(inputs.at(0)));
  const std::vector<Exact> others = all_elements(Tensor(inputs.at(1)));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = f(values[i], others[i]);
  return values;
}

// Channels lie outermost: one tensor behind the other.
std::vector<Exact> concatenate(const std::vector<RawView>& inputs) {
  std::vector<Exact> values;
  for (const RawView& input : inputs) {
    for (const Exact& value : all_elements(Tensor(input))) values.push_back(value);
  }
  return values;
}

// The taps of a window that lie on the image or on padding that counts, one by one.
std::int64_t counted(const graph::AvgPool2d& pool, const Tensor& x, std::int64_t oy,
                     std::int64_t ox) {
  const graph::Sides border = pool.count_include_pad ? pool.padding : graph::Sides();
  std::int64_t count = 0;
  for (std::int64_t ky = 0; ky < pool.kernel[0]; ++ky) {
    for (std::int64_t kx = 0; kx < pool.kernel[1]; ++kx) {
      const std::int64_t y = oy * pool.stride[0] - pool.padding.top + ky * pool.dilation[0];
      const std::int64_t column = ox * pool.stride[1] - pool.padding.left + kx * pool.dilation[1];
      if (y >= -border.top && y < x.height() + border.bottom && column >= -border.left &&
          column < x.width() + border.right)
        ++count;
    }
  }
  return count;
}

// The elements of each window that lie inside the image.
template <class Pool, class Reduce>
std::vector<Exact> reduce_windows(const FrozenNode& node, const Tensor& x, const Pool& pool,
                                  Reduce reduce) {
  return for_each_output(node, [&](std::int64_t c, std::int64_t oy, std::int64_t ox) {
    std::vector<Exact> window;
    for (std::int64_t ky = 0; ky < pool.kernel[0]; ++ky) {
      for (std::int64_t kx = 0; kx < pool.kernel[1]; ++kx) {
        const std::int64_t y = oy * pool.stride[0] - pool.padding.top + ky * pool.dilation[0];
        const std::int64_t column = ox * pool.stride[1] - pool.padding.left + kx * pool.dilation[1];
        if (x.inside(y, column)) window.push_back(x.at(c, y, column));
      }
    }
    return reduce(window, oy, ox);
  });
}

Exact largest(const std::vector<Exact>& window, std::int64_t, std::int64_t) {
  return *std::max_element(window.begin(), window.end(),
                           [](const Exact& a, const Exact& b) { return a.raw < b.raw; });
}

// The mean over `count` elements; those that are not in the window are zero.
Exact mean(const FrozenNode& node, const std::vector<Exact>& window, std::int64_t count) {
  Sum sum(node);
  for (const Exact& value : window) sum.add(value);
  Exact result = sum.total();
  result.divisor = count;
  return result;
}

// Enough fraction bits to round by, and a last one that says whether anything lies below: rounding
// cannot tell the difference from the quotient itself.
Exact as_dyadic(const Exact& value, int to_frac_bits) {
  if (value.divisor == 1) return value;
  const int frac = std::max(value.frac_bits, to_frac_bits) + 2;
  const BigInt numerator = value.raw << (frac - value.frac_bits);
  BigInt floor = numerator / value.divisor;
  BigInt rest = numerator % value.divisor;
  if (rest < 0) {
    rest += value.divisor;
    floor -= 1;
  }
  return {(floor << 1) + (rest != 0 ? 1 : 0), frac + 1};
}

// table[x - L], on the node's own grid.
std::vector<Exact> look_up(const FrozenNode& node, const RawView& input) {
  const FrozenParam& table = node.params.at(graph::Role::Table);
  std::vector<Exact> values;
  for (const std::int32_t raw : input.raw)
    values.push_back(
        {table.raw.at(raw - fixed::min_raw(input.node.format)), node.format.frac_bits()});
  return values;
}

// e[c] / sum of e, for each pixel apart.
std::vector<Exact> quotients(const FrozenNode& node, const RawView& input) {
  const std::vector<std::int32_t>& table = node.params.at(graph::Role::Table).raw;
  const Tensor x(input);
  const std::int64_t inner = x.height() * x.width();
  std::vector<Exact> values(x.size());
  for (std::int64_t pixel = 0; pixel < inner; ++pixel) {
    std::int64_t largest = input.raw[pixel];
    for (std::int64_t i = pixel; i < x.size(); i += inner)
      largest = std::max<std::int64_t>(largest, input.raw[i]);
    std::int64_t sum = 0;
    for (std::int64_t i = pixel; i < x.size(); i += inner) sum += table.at(largest - input.raw[i]);
    for (std::int64_t i = pixel; i < x.size(); i += inner)
      values[i] = {table.at(largest - input.raw[i]), 0, sum};
  }
  return values;
}

}  // namespace
}  // namespace reference

double Exact::approximate() const {
  return std::ldexp(raw.convert_to<double>(), -frac_bits) / static_cast<double>(divisor);
}

std::vector<Exact> exact_values(const graph::FrozenNode& node, const std::vector<RawView>& inputs) {
  using namespace reference;
  const Tensor x(inputs.at(0));
  return std::visit(
      graph::Overloaded{
          [](const graph::Input&) -> std::vector<Exact> {
            internal_error("an input computes nothing");
          },
          [&](const graph::Cast&) { return all_elements(x); },
          [&](const graph::Conv2d& conv) { return convolve(node, conv, x); },
          [&](const graph::FractionalConv2d& conv) { return convolve_fraction(node, conv, x); },
          [&](const graph::Linear& linear) { return multiply(node, linear, x); },
          [&](const graph::BatchNorm&) { return scale_and_offset(node, x); },
          [&](const graph::Affine& op) { return affine(node, op, x); },
          [&](const graph::QuantSign& op) { return nearest_levels(op, x); },
          [&](const graph::Relu&) {
            std::vector<Exact> values = all_elements(x);
            for (Exact& value : values)
              if (value.raw < 0) value.raw = 0;
            return values;
          },
          [&](const graph::Clip& op) { return clip(op, x); },
          [&](const graph::Prelu&) { return slope_below_zero(node, x); },
          [&](const graph::LeakyRelu&) { return slope_below_zero(node, x); },
          [&](const graph::Offset&) { return add_offset(node, x); },
          [&](const graph::MaxPool2d& pool) {
            return reduce_windows(node, x, pool, largest);
          },
          [&](const graph::AvgPool2d& pool) {
            return reduce_windows(
                node, x, pool,
                [&](const std::vector<Exact>& window, std::int64_t oy, std::int64_t ox) {
                  return mean(node, window, counted(pool, x, oy, ox));
                });
          },
          [&](const graph::GlobalAvgPool2d&) {
            const graph::AvgPool2d whole{.kernel = {x.height(), x.width()}};
            return reduce_windows(
                node, x, whole, [&](const std::vector<Exact>& window, std::int64_t, std::int64_t) {
                  return mean(node, window, x.height() * x.width());
                });
          },
          [&](const graph::Add&) {
            return combine(inputs, [](const Exact& a, const Exact& b) { return a + b; });
          },
          [&](const graph::Sub&) {
            return combine(inputs, [](const Exact& a, const Exact& b) {
              return a + Exact{-b.raw, b.frac_bits};
            });
          },
          [&](const graph::Mul&) {
            return combine(inputs, [](const Exact& a, const Exact& b) { return a * b; });
          },
          [&](const graph::Gate&) {
            std::vector<Exact> values = all_elements(x);
            const std::vector<Exact> gates = all_elements(Tensor(inputs.at(1)));
            const std::int64_t pixels = x.height() * x.width();
            for (std::int64_t i = 0; i < x.size(); ++i) values[i] = values[i] * gates[i / pixels];
            return values;
          },
          [&](const graph::Maximum&) {
            return combine(inputs, [](const Exact& a, const Exact& b) { return a < b ? b : a; });
          },
          [&](const graph::Minimum&) {
            return combine(inputs, [](const Exact& a, const Exact& b) { return a < b ? a : b; });
          },
          [&](const graph::Abs&) {
            std::vector<Exact> values = all_elements(x);
            for (Exact& value : values) value.raw = abs(value.raw);
            return values;
          },
          [&](const graph::Neg&) {
            std::vector<Exact> values = all_elements(x);
            for (Exact& value : values) value.raw = -value.raw;
            return values;
          },
          [&](const graph::Concat&) { return concatenate(inputs); },
          [&](const graph::Thermometer& op) { return thermometer(node, op, x); },
          [&](const graph::Flatten&) { return all_elements(x); },
          [&](const graph::Unsqueeze&) { return all_elements(x); },
          [&]<graph::IsMove Kind>(const Kind& kind) { return moved(node, kind, inputs.at(0)); },
          [&](const graph::Function&) { return look_up(node, inputs.at(0)); },
          [&](const graph::Softmax&) { return quotients(node, inputs.at(0)); },
      },
      node.op);
}

std::int32_t cast_exact(const Exact& value, const fixed::Format& format, bool* overflowed) {
  const Exact source = reference::as_dyadic(value, format.frac_bits());
  if (overflowed != nullptr) {
    const fixed::BigInt rounded = fixed::round_raw<fixed::BigInt>(
        source.raw, source.frac_bits, format.frac_bits(), format.rounding);
    *overflowed = rounded < fixed::min_raw(format) || rounded > fixed::max_raw(format);
  }
  return static_cast<std::int32_t>(
      fixed::convert_raw<fixed::BigInt>(source.raw, source.frac_bits, format));
}

ReferenceTrace reference_run(const graph::FrozenModel& model, std::span<const std::int32_t> input,
                             std::int64_t batch) {
  ReferenceTrace trace;
  trace.raw.resize(model.nodes.size());
  trace.overflows.resize(model.nodes.size());
  trace.raw[0].assign(input.begin(), input.end());
  for (std::size_t id = 1; id < model.nodes.size(); ++id) {
    const graph::FrozenNode& node = model.nodes[id];
    for (std::int64_t image = 0; image < batch; ++image) {
      std::vector<RawView> inputs;
      for (const graph::NodeId source : node.inputs) {
        const graph::FrozenNode& other = model.nodes[source];
        const auto size = static_cast<std::size_t>(graph::element_count(other.shape));
        inputs.push_back({std::span(trace.raw[source]).subspan(image * size, size), other});
      }
      for (const Exact& value : exact_values(node, inputs)) {
        bool overflowed = false;
        trace.raw[id].push_back(graph::keeps_format(node.op)
                                    ? static_cast<std::int32_t>(value.raw)
                                    : cast_exact(value, node.format, &overflowed));
        trace.overflows[id] += overflowed;
      }
    }
  }
  return trace;
}

std::vector<std::int32_t> reference_quantize(const graph::FrozenNode& input,
                                             std::span<const float> samples) {
  const auto& op = std::get<graph::Input>(input.op);
  std::vector<float> real(samples.size());
  graph::preprocess(op.preprocess, op.shape, samples, real);
  std::vector<std::int32_t> raw;
  for (const float value : real)
    raw.push_back(static_cast<std::int32_t>(fixed::Fixed::from_double(value, input.format).raw()));
  return raw;
}

}  // namespace qfx::test
