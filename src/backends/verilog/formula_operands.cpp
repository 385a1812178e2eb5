#include "backends/verilog/formula_operands.h"

#include <variant>

#include "qfx/graph/op.h"

namespace qfx::backends::verilog {

using circuit::Ref;
using circuit::Value;

std::vector<Ref> operands_of(const Value& value) {
  return std::visit(graph::Overloaded{
                        [](const circuit::Element&) { return std::vector<Ref>{}; },
                        [](const circuit::Constant&) { return std::vector<Ref>{}; },
                        [](const circuit::Rows&) { return std::vector<Ref>{}; },
                        [](const circuit::Addition& one) {
                          return std::vector{one.a, one.b};
                        },
                        [](const circuit::Product& one) {
                          return std::vector{one.a, one.b};
                        },
                        [](const circuit::Shifting& one) { return std::vector{one.x}; },
                        [](const circuit::Less& one) {
                          return std::vector{one.a, one.b};
                        },
                        [](const circuit::Select& one) {
                          return std::vector{Ref{one.condition, 0}, one.yes, one.no};
                        },
                        [](const circuit::LookUp& one) {
                          return std::vector{Ref{one.x, 0}};
                        },
                        [](const circuit::Cast& one) { return std::vector{one.x}; },
                        [](const circuit::Narrowed& one) { return std::vector{one.x}; },
                    },
                    value.operation);
}

int reads_at(const Value& value) {
  return value.stage - (std::holds_alternative<circuit::LookUp>(value.operation) ? 1 : 0);
}

}  // namespace qfx::backends::verilog
