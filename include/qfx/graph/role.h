// What a tensor is to its node. Together with the node's name it names the tensor: "conv1.weight".
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace qfx::graph {

// Of the parameters that take part in the frozen computation. In the order of their names, which is
// the order of files and logs, and of the draws that initialise a model.
enum class Role : std::uint8_t { Bias, Offset, Scale, Slope, Table, Threshold, Weight };
inline constexpr std::array kRoles{Role::Bias,  Role::Offset,    Role::Scale, Role::Slope,
                                   Role::Table, Role::Threshold, Role::Weight};

// What batch_norm has while it is trainable, in float and never quantized. In the order of their
// names.
enum class Statistic : std::uint8_t { Beta, Gamma, RunningMean, RunningVar };
inline constexpr std::array kStatistics{Statistic::Beta, Statistic::Gamma, Statistic::RunningMean,
                                        Statistic::RunningVar};

// "weight", "running_mean", ...
std::string_view to_string(Role role);
std::string_view to_string(Statistic statistic);
// Empty where there is no such role.
std::optional<Role> find_role(std::string_view name);
std::optional<Statistic> find_statistic(std::string_view name);

// "conv1.weight"
std::string tensor_name(std::string_view node, Role role);
std::string tensor_name(std::string_view node, Statistic statistic);

template <class T>
using ByRole = std::map<Role, T>;

// The entry of this role, or null. One that a verified node must have is params.at(role).
template <class T>
const T* find(const ByRole<T>& params, Role role) {
  const auto found = params.find(role);
  return found == params.end() ? nullptr : &found->second;
}
template <class T>
T* find(ByRole<T>& params, Role role) {
  const auto found = params.find(role);
  return found == params.end() ? nullptr : &found->second;
}

}  // namespace qfx::graph
