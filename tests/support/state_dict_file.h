// A file of parameters as torch would name those of a network.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "qfx/graph/graph.h"
#include "qfx/store/safetensors.h"

namespace qfx::test {

inline void put(store::Safetensors& file, const std::string& name, const Shape& shape,
                const std::vector<float>& values) {
  file.tensors[name] = store::make_tensor<float>(shape, std::span<const float>(values));
}

// What the network begins with, under the names of the published FracBNN file; batch norms as the
// pair that is left of one. Numbers by which the network is defined are not in it.
inline store::Safetensors state_dict_of(const graph::Model& model) {
  store::Safetensors file;
  for (const graph::Node& node : model.nodes) {
    std::string name = node.name == "classifier" ? "linear" : node.name;
    std::ranges::replace(name, '.', '_');
    for (const auto& [role, param] : node.params) {
      if (param.values.empty()) continue;
      const auto* affine = std::get_if<graph::Affine>(&node.op);
      if (affine != nullptr && !affine->has_offset) continue;
      const bool is_bias = role == graph::Role::Bias || role == graph::Role::Offset;
      put(file,
          name + (role == graph::Role::Threshold ? "_threshold"
                  : is_bias                      ? "_bias"
                                                 : "_weight"),
          param.shape, param.values);
    }
  }
  return file;
}

}  // namespace qfx::test
