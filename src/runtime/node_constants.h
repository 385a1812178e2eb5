// A node's constants as the operations of a chain take them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "runtime/proof.h"
#include "runtime/step.h"

namespace qfx::runtime {

inline bool is_table(const graph::Op& op) {
  return std::holds_alternative<graph::Function>(op);
}

inline bool fits16(std::int64_t value) {
  return fits<std::int16_t>(value, value);
}
inline bool all_fit16(const std::vector<std::int64_t>& values) {
  return std::all_of(values.begin(), values.end(), fits16);
}

// A node's constants on the grid of its exact value, modulo 2^64.
class NodeConstants {
 public:
  NodeConstants(const Analyzed& analyzed, graph::NodeId id)
      : analyzed_(analyzed),
        id_(id),
        node_(analyzed.node(id)),
        grid_(analyzed.range(id).accumulator_frac_bits) {}

  int grid() const { return grid_; }
  int x_frac_bits(std::size_t i = 0) const { return analyzed_.source(id_, i).format.frac_bits(); }
  // 1 on the way from input i's grid.
  std::int64_t unit(std::size_t i = 0) const { return aligned(1, x_frac_bits(i), grid_); }
  // What input i is multiplied by in a sum or comparison of two.
  std::int64_t factor_of(std::size_t i) const {
    const bool is_taken_away = i == 1 && std::holds_alternative<graph::Sub>(node_.op);
    return is_taken_away ? -unit(i) : unit(i);
  }

  // Factors of x.
  std::vector<std::int64_t> factors(graph::Role role) const { return all(role, x_frac_bits()); }
  std::vector<std::int64_t> terms() const {
    const bool is_there = find(node_.params, graph::Role::Offset) != nullptr;
    return is_there ? all(graph::Role::Offset, 0) : std::vector<std::int64_t>{0};
  }

 private:
  std::vector<std::int64_t> all(graph::Role role, int more) const {
    const graph::FrozenParam& param = node_.params.at(role);
    std::vector<std::int64_t> values;
    for (std::int64_t c = 0; c < param.shape[0]; ++c)
      values.push_back(aligned(param.raw[c], more + param.frac_bits(c), grid_));
    return values;
  }

  const Analyzed& analyzed_;
  graph::NodeId id_;
  const graph::FrozenNode& node_;
  int grid_;
};

}  // namespace qfx::runtime
