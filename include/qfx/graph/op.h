// The node kinds and their attributes. Names and defaults are torch's and ONNX's.
//
// A node's meaning is stated once, as an exact integer function, in docs/semantics.md. Code that
// depends on the kind visits this variant with one overload per alternative, so that a new kind
// does not compile until every room has said what it does with it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "qfx/base/shape.h"

namespace qfx::graph {

using qfx::element_count;
using qfx::Shape;
using qfx::to_string;
using Pair = std::array<std::int64_t, 2>;  // {height, width}

// How a stored sample becomes the real number that the input's format then quantizes:
// (sample / divisor - mean[c]) / std[c], in double. Empty mean and std are 0 and 1.
struct Preprocess {
  double divisor = 1.0;
  std::vector<double> mean = {};
  std::vector<double> std = {};
  bool signed_samples = false;  // stored samples can be negative (float data); bytes never are
  bool operator==(const Preprocess&) const = default;
};

struct Input {
  Shape shape;
  Preprocess preprocess;
  bool operator==(const Input&) const = default;
};

// Assigns to another format and does nothing else.
struct Cast {
  bool operator==(const Cast&) const = default;
};

// Parameters: weight {out_channels, in_channels / groups, kernel...}, bias {out_channels} if
// has_bias. Zero padding.
struct Conv2d {
  std::int64_t out_channels = 1;
  Pair kernel{1, 1};
  Pair stride{1, 1};
  Pair padding{0, 0};
  Pair dilation{1, 1};
  std::int64_t groups = 1;
  bool has_bias = false;
  bool operator==(const Conv2d&) const = default;
};

// Parameters: weight {out_features, in_features}, bias {out_features} if has_bias. Input {N}.
struct Linear {
  std::int64_t out_features = 1;
  bool has_bias = true;
  bool operator==(const Linear&) const = default;
};

// scale * x + offset per channel, one cast. Parameters while trainable: gamma, beta, running_mean,
// running_var {C} in float, and the quantization specs of the folded pair scale, offset {C};
// frozen: scale, offset in integers.
struct BatchNorm {
  double eps = 1e-5;
  double momentum = 0.1;
  bool operator==(const BatchNorm&) const = default;
};

struct Relu {
  bool operator==(const Relu&) const = default;
};

// min(max(x, min), max), one cast. Both bounds are multiples of 2^-32 within 2^31 (clip.h).
struct Clip {
  double min = -1.0;
  double max = 1.0;
  bool operator==(const Clip&) const = default;
};

// x where x >= 0, else slope * x; one cast. Parameter: slope {num_parameters}, one for all channels
// or one for each.
struct Prelu {
  std::int64_t num_parameters = 1;
  bool operator==(const Prelu&) const = default;
};

// A prelu whose slope is given. Parameter: slope {1}, derived: it has a format, and its value is
// negative_slope.
struct LeakyRelu {
  double negative_slope = 0.01;
  bool operator==(const LeakyRelu&) const = default;
};

// x + offset per channel, one cast. Parameter: offset {C}.
struct Shift {
  bool operator==(const Shift&) const = default;
};

// Padding never wins the maximum.
struct MaxPool2d {
  Pair kernel{2, 2};
  Pair stride{2, 2};
  Pair padding{0, 0};
  bool operator==(const MaxPool2d&) const = default;
};

// The exact mean over the whole window, zero padding counted (count_include_pad), rounded once by
// the cast.
struct AvgPool2d {
  Pair kernel{2, 2};
  Pair stride{2, 2};
  Pair padding{0, 0};
  bool operator==(const AvgPool2d&) const = default;
};

// {C, H, W} to {C, 1, 1}: the exact mean, rounded once by the cast.
struct GlobalAvgPool2d {
  bool operator==(const GlobalAvgPool2d&) const = default;
};

// Two inputs of one shape, formats of their own; exact sum, one cast.
struct Add {
  bool operator==(const Add&) const = default;
};

// As Add; the exact difference, first minus second.
struct Sub {
  bool operator==(const Sub&) const = default;
};

// As Add; the exact product, element by element.
struct Mul {
  bool operator==(const Mul&) const = default;
};

// Two inputs or more, one behind the other on the channels; formats of their own, and each value
// is cast once.
struct Concat {
  bool operator==(const Concat&) const = default;
};

// {C, H, W} to {C * H * W}, channel outermost as in torch. Keeps its input's format: it has no
// cast.
struct Flatten {
  bool operator==(const Flatten&) const = default;
};

// {C, L} to {C, 1, L}: a sequence as an image of one row, for conv2d and the pools. No cast.
struct Unsqueeze {
  bool operator==(const Unsqueeze&) const = default;
};

// torch's functions of one variable; gelu is the erf form, elu has alpha 1.
enum class FunctionName : std::uint8_t {
  Sigmoid,
  Tanh,
  HardSigmoid,
  HardSwish,
  Silu,
  Gelu,
  Softplus,
  Elu,
  Exp
};
inline constexpr int kFunctionCount = 9;

// torch's spelling: "sigmoid", "hardsigmoid", ...
std::string_view to_string(FunctionName function);
// Empty where there is no such function.
std::optional<FunctionName> find_function(std::string_view name);
std::vector<std::string> function_names();

// Element-wise, by a table with an entry for every raw value of the input's format. Frozen: the
// parameter of Role::Table holds it (qfx/graph/table.h).
struct Function {
  FunctionName function = FunctionName::Sigmoid;
  bool operator==(const Function&) const = default;
};

inline constexpr std::int64_t kMinSoftmaxTableWidth = 2;   // exp(0) = 1 and one step below it
inline constexpr std::int64_t kMaxSoftmaxTableWidth = 24;  // a double has bits left to round from

// Over the channels: of the whole vector {N}, at each pixel of {C, H, W}. The exponentials come
// from a table of ufixed<table_width, 1>, the quotient is exact and rounded once by the cast.
// Frozen: the parameter of Role::Table.
struct Softmax {
  std::int64_t table_width = 16;
  bool operator==(const Softmax&) const = default;
};

using Op = std::variant<Input, Cast, Conv2d, Linear, BatchNorm, Relu, Clip, Prelu, LeakyRelu, Shift,
                        MaxPool2d, AvgPool2d, GlobalAvgPool2d, Add, Sub, Mul, Concat, Flatten,
                        Unsqueeze, Function, Softmax>;

// The kind's name in recipes, files and messages: "conv2d", "max_pool2d", ...
std::string_view kind_name(const Op& op);

// Flatten and unsqueeze: the input's values under another shape, in the input's format.
bool keeps_format(const Op& op);

// Batch_norm and leaky_relu: while trainable their parameters have formats but no values of their
// own (derived_params in freeze.h).
bool derives_params(const Op& op);

// std::visit(Overloaded{...}, op)
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace qfx::graph
