// How a kind says what its attributes are, once for every door: the .qfx file, recipes, texts for
// people, the checks of a model, and what reads other tools' files.
//
// A kind has a member template
//   static void attributes(auto& op, auto&& visit)
// that calls visit(Attribute, member, bounds, usual) for each attribute in turn. `op` is the kind's
// struct, const or not, so that the same lines are read and written. `usual` is the value that a
// recipe may leave out, which may be that of an attribute before it, or Required.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace qfx::graph {

struct Attribute {
  std::string_view name;          // in files and messages, as the member
  std::string_view torch = name;  // torch's argument, the key of recipes
  std::string_view onnx = "";     // ONNX's attribute, where it has one
  // For people: " stride {}", shown where the value is not the usual one. Empty: never shown.
  std::string_view text = "";
  bool always_shown = false;
  // A file has it where its value is not the usual one: it came after files were written.
  bool only_if_unusual = false;
};

struct Required {};

// Whole numbers, each of a Pair and of Sides by itself.
struct IntBounds {
  std::int64_t low;
  std::int64_t high;
};

// Real numbers from low to high, low itself excluded where `above`. `sentence` says so where the
// figures alone would not say it well.
struct RealBounds {
  double low;
  double high;
  bool above = false;
  std::string_view sentence = "";
  constexpr bool hold(double value) const {
    return (above ? value > low : value >= low) && value <= high;
  }
};
inline constexpr RealBounds kPositive{0, std::numeric_limits<double>::max(), true,
                                      "it must be positive and finite"};
inline constexpr RealBounds kFractions{0, 1, false, "allowed are 0 to 1"};
inline constexpr RealBounds kSingles{-std::numeric_limits<float>::max(),
                                     std::numeric_limits<float>::max(), false,
                                     "it must be a finite single-precision number"};

// What the type allows, or what only the whole kind can judge.
struct AnyValue {};

// How many inputs a kind reads.
struct Arity {
  std::size_t least;
  std::size_t most;
  bool operator==(const Arity&) const = default;
};
inline constexpr Arity kNoInput{0, 0}, kOneInput{1, 1}, kTwoInputs{2, 2};
inline constexpr Arity kManyInputs{2, std::numeric_limits<std::size_t>::max()};

inline constexpr std::int64_t kMaxElements = std::int64_t{1} << 28;  // of one tensor: limits.h
inline constexpr IntBounds kCounts{1, kMaxElements};
inline constexpr IntBounds kExtents{1, std::int64_t{1} << 16};  // kernel, stride, dilation
inline constexpr IntBounds kPaddings{0, std::int64_t{1} << 16};

}  // namespace qfx::graph
