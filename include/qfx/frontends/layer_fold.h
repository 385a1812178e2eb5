// How much of a layer is computed at once, as a person writes it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace qfx::frontends {

// Results at once, and operands of each; 0: left open.
struct LayerFold {
  std::int64_t pe = 0, simd = 0;
  bool operator==(const LayerFold&) const = default;
};

// "4x16", or "4" for the results alone; both from 1. Nothing where the text is neither.
std::optional<LayerFold> parse_layer_fold(std::string_view text);

// The table [fold] of a recipe, by layer; empty where there is none. Does not build the network.
std::map<std::string, LayerFold> recipe_folds(const std::string& text,
                                              const std::string& file_name);

}  // namespace qfx::frontends
