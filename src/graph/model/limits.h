// Sizes beyond which a model is refused. They keep every index and product of sizes inside 64 bits
// and a hostile file from asking for absurd memory; real networks stay far below. Those of
// attributes and of whole tensors stand in qfx/graph/attribute.h.
#pragma once

#include <cstdint>

namespace qfx::graph {

inline constexpr std::int64_t kMaxNodes = std::int64_t{1} << 16;
inline constexpr std::size_t kMaxNameLength = 256;
inline constexpr int kMaxKHot = 32;
inline constexpr int kMaxFracBits = 128;     // |F| of any tensor
inline constexpr int kMaxCastDistance = 64;  // binary places between a cast's source and its format

}  // namespace qfx::graph
