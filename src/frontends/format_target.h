// The tensors of a model as the recipe's format tables see them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frontends/format_rule.h"

#include "qfx/graph/graph.h"

namespace qfx::frontends {

enum class TensorClass {
  Input,
  Activations,
  Weights,
  Biases,
  Scales,
  Offsets,
  Slopes,
  Thresholds,
  Preactivations,  // some of Activations, as are
  Outputs          // these (frontends/unmultiplied.h)
};

// The table of each class: [format.weights] and so on.
struct TensorClassName {
  TensorClass tensor_class;
  const char* key;
};
inline constexpr TensorClassName kTensorClasses[] = {
    {TensorClass::Input, "input"},
    {TensorClass::Activations, "activations"},
    {TensorClass::Weights, "weights"},
    {TensorClass::Biases, "biases"},
    {TensorClass::Scales, "scales"},
    {TensorClass::Offsets, "offsets"},
    {TensorClass::Slopes, "slopes"},
    {TensorClass::Thresholds, "thresholds"},
    {TensorClass::Preactivations, "preactivations"},
    {TensorClass::Outputs, "outputs"}};

// One tensor while the rules pass over it. Points into the model.
struct FormatTarget {
  std::string name;
  TensorClass tensor_class;
  graph::QuantSpec* spec;
  std::vector<float>* frac_bits;
  bool inferred_signed;
  bool is_preactivation = false;
  bool is_leaving = false;
  graph::QuantSpec before{};  // the spec as the model had it
  Sign sign = Sign::Auto;
  bool keeps_sign = true;  // no table spoke of the sign
  Point point = Point::Learned;
  const FormatRule* point_rule = nullptr;  // the table that set `point`
  const FormatRule* last = nullptr;        // the last table that spoke of this tensor
  bool has_own_width = false;              // an override gave it one

  bool is_constant() const;
  bool belongs_to(TensorClass of) const {
    return tensor_class == of || (of == TensorClass::Preactivations && is_preactivation) ||
           (of == TensorClass::Outputs && is_leaving);
  }
  // Constants that multiply; the others only add, where few ones save nothing.
  bool is_factor() const;
};

// Every tensor whose format a recipe may say: all but those that keep their input's or have that of
// their kind (graph::own_format).
std::vector<FormatTarget> format_targets(graph::Model& model);
bool takes_format(const graph::Node& node);

}  // namespace qfx::frontends
