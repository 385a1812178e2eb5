// A node's kind and attributes. Code that depends on the kind visits this variant with one overload
// per alternative, so that a new kind does not compile until every room has said what it does with
// it; what a kind says of itself (kinds.h) is asked by the functions below.
#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "qfx/graph/kinds.h"

namespace qfx::graph {

using Op = std::variant<Input, Cast, Conv2d, FractionalConv2d, Linear, BatchNorm, Affine, QuantSign,
                        Relu, Clip, Prelu, LeakyRelu, Offset, Abs, Neg, MaxPool2d, AvgPool2d,
                        GlobalAvgPool2d, Add, Sub, Mul, Gate, Maximum, Minimum, Concat, Thermometer,
                        Flatten, Unsqueeze, Slice, Upsample, ChannelShuffle, DepthToSpace,
                        SpaceToDepth, Permute, Rearrange, Function, Softmax>;

// Each kind once, with its default attributes.
std::vector<Op> all_kinds();

// The kind's name in recipes and messages: "conv2d", "max_pool2d", ...
std::string_view kind_name(const Op& op);

// The kind's name in files.
std::string_view file_name(const Op& op);

Arity arity(const Op& op);
Form form_of(const Op& op);

// The input's values in the input's format: nothing is computed.
bool keeps_format(const Op& op);
// Of these, where every value is at its place too: the same tensor under another shape.
bool renames(const Op& op);
// Of the others, which of an input of this shape; the shape must fit.
View view_of(const Op& op, const Shape& input);

// The one format that a kind's output can have, where its values are few and known: the odd integers
// of a quant_sign, the -1 and +1 of a thermometer. Nobody chooses, calibrates or learns it.
std::optional<fixed::Format> own_format(const Op& op);
// That of a parameter: the -1 and +1 of binary weights.
std::optional<fixed::Format> own_format(const Op& op, Role role);

// The format to which a sum is cast after every addition; null where the sum is exact.
const fixed::Format* accumulator_of(const Op& op);

// While trainable its parameters have formats but no values of their own (derived_params in
// freeze.h).
bool derives_params(const Op& op);

// Calls visit for each attribute of a kind's struct (attribute.h).
void visit_attributes(auto& kind, auto&& visit) {
  if constexpr (requires { kind.attributes(kind, visit); }) kind.attributes(kind, visit);
}

// std::visit(Overloaded{...}, op)
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace qfx::graph
