// How the operands of an engine of sums come to its products: a ring, or a walking window.
#pragma once

#include <cstdint>
#include <string>

#include "backends/verilog/context.h"
#include "backends/verilog/factors.h"
#include "backends/verilog/sums_shape.h"

namespace qfx::backends::verilog {

class SumsWindow {
 public:
  // `planes`: of levels, whose lowest bit is always 1, only the others are kept, the uppermost
  // turned over: the bits of the level's number.
  SumsWindow(const std::string& name, const SumsShape& shape, const circuit::Engine& engine,
             bool planes);

  std::int64_t in_width() const { return lanes_ * shape_.input.width; }
  int index_width() const { return index_width_; }
  Operands operands() const;

  // Makes the wires `index` (a step's number within its window, as it is issued), and of the next
  // cycle `valid`, the operands', and of a ring `first`, `last` and `padded`.
  std::string text(EngineText& engine_text) const;

 private:
  std::string kept() const;
  std::string ring(EngineText& engine_text) const;
  std::string walk(EngineText& engine_text) const;

  const std::string& name_;
  const SumsShape& shape_;
  const circuit::Engine& engine_;
  bool planes_, is_walk_;
  std::int64_t lanes_;  // of the input
  int bits_;            // that are kept of each
  int index_width_;
};

}  // namespace qfx::backends::verilog
