// Where the sums of each kind of task stand: what comes first is of every kind.
#pragma once

#include <cstdint>

#include "qfx/measure/measure.h"

namespace qfx::measure {

inline constexpr std::int64_t kSamples = 0;
inline constexpr std::int64_t kLoss = 1;  // of each sample the mean over its outputs, added up

// Classes and Labels: samples right throughout, then by class
inline constexpr std::int64_t kRight = 2;
inline constexpr std::int64_t kClasses = 3;
struct ClassPlaces {
  explicit ClassPlaces(std::int64_t outputs)
      : there(kClasses), said(there + outputs), right(said + outputs), rest(right + outputs) {}
  std::int64_t there, said, right;  // as in ClassMeasure
  std::int64_t rest;  // Classes: the confusion matrix; Labels: samples on which they agree
};

// Values, by output
struct ValuePlaces {
  explicit ValuePlaces(std::int64_t outputs)
      : squares(2),
        distances(squares + outputs),
        targets(distances + outputs),
        target_squares(targets + outputs),
        end(target_squares + outputs) {}
  std::int64_t squares, distances;  // of what is missed
  std::int64_t targets, target_squares;
  std::int64_t end;
};

// Rebuilt: errors of all, of what is not odd and of what is, and how many; then by sample.
inline constexpr std::int64_t kError = 2;
inline constexpr std::int64_t kErrorOf = 3;  // [odd]
inline constexpr std::int64_t kCountOf = 5;  // [odd]
inline constexpr std::int64_t kErrors = 7;   // of every sample, then whether it is odd

inline std::int64_t size_of(Kind kind, std::int64_t outputs, std::int64_t samples) {
  switch (kind) {
    case Kind::Classes:
      return ClassPlaces(outputs).rest + (outputs <= kMaxConfusionClasses ? outputs * outputs : 0);
    case Kind::Labels:
      return ClassPlaces(outputs).rest + outputs;
    case Kind::Values:
      return ValuePlaces(outputs).end;
    case Kind::Rebuilt:
      return kErrors + 2 * samples;
  }
  return 0;
}

}  // namespace qfx::measure
