#include "qfx/graph/role.h"

#include "qfx/base/error.h"

namespace qfx::graph {
namespace {

template <class Named>
auto find_named(const Named& all, std::string_view name)
    -> std::optional<typename Named::value_type> {
  for (const auto value : all) {
    if (to_string(value) == name) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::Bias:
      return "bias";
    case Role::Offset:
      return "offset";
    case Role::Scale:
      return "scale";
    case Role::Slope:
      return "slope";
    case Role::Table:
      return "table";
    case Role::Threshold:
      return "threshold";
    case Role::Weight:
      return "weight";
  }
  internal_error("unknown role {}", static_cast<int>(role));
}

std::string_view to_string(Statistic statistic) {
  switch (statistic) {
    case Statistic::Beta:
      return "beta";
    case Statistic::Gamma:
      return "gamma";
    case Statistic::RunningMean:
      return "running_mean";
    case Statistic::RunningVar:
      return "running_var";
  }
  internal_error("unknown statistic {}", static_cast<int>(statistic));
}

std::optional<Role> find_role(std::string_view name) {
  return find_named(kRoles, name);
}

std::optional<Statistic> find_statistic(std::string_view name) {
  return find_named(kStatistics, name);
}

std::string tensor_name(std::string_view node, Role role) {
  return fmt::format("{}.{}", node, to_string(role));
}

std::string tensor_name(std::string_view node, Statistic statistic) {
  return fmt::format("{}.{}", node, to_string(statistic));
}

}  // namespace qfx::graph
