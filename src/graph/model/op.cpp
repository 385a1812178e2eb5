#include "qfx/graph/op.h"

#include <utility>

#include "qfx/base/error.h"

namespace qfx::graph {

namespace {

template <std::size_t... I>
std::vector<Op> kinds_at(std::index_sequence<I...>) {
  return {Op(std::in_place_index<I>)...};
}

}  // namespace

std::vector<Op> all_kinds() {
  return kinds_at(std::make_index_sequence<std::variant_size_v<Op>>());
}

std::string_view kind_name(const Op& op) {
  return std::visit([](const auto& kind) { return kind.kName; }, op);
}

std::string_view file_name(const Op& op) {
  return std::visit(
      [](const auto& kind) {
        if constexpr (requires { kind.kFileName; })
          return kind.kFileName;
        else
          return kind.kName;
      },
      op);
}

Arity arity(const Op& op) {
  return std::visit([](const auto& kind) { return kind.kInputs; }, op);
}

Form form_of(const Op& op) {
  return std::visit([](const auto& kind) { return Form(kind.form()); }, op);
}

bool keeps_format(const Op& op) {
  return std::holds_alternative<Rename>(form_of(op));
}

bool derives_params(const Op& op) {
  return std::visit(
      [](const auto& kind) {
        return requires {
          kind.kDerivesParams;
        };
      },
      op);
}

}  // namespace qfx::graph
