// The factors of an engine of sums as hardware: what lies in their memory, and what multiplies by
// them.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "backends/verilog/context.h"
#include "backends/verilog/sums_shape.h"

namespace qfx::backends::verilog {

struct FactorsText {
  std::int64_t width = 1;  // of a word of their memory
  std::string memory;      // its text
  // Products, in a register: `terms` of each operand, each `term_width` bits signed, as the wire
  // `products`, lane by lane. Nothing where bits are counted.
  std::int64_t terms = 1;
  int term_width = 2;
  std::string products;
  std::set<std::string> support;
};

// `operands` names the wire of the step's word; an operand of it has `width` bits.
struct Operands {
  std::string wire;
  int width = 8;
  bool is_signed = true;
};

FactorsText factors_text(const SumsShape& shape, const Operands& operands, bool counts);

// The memory's instance, whose word of step `index` is the wire `weights` in the next cycle.
std::string factor_memory(const std::string& name, const SumsShape& shape,
                          const FactorsText& factors, EngineText& engine_text);

}  // namespace qfx::backends::verilog
