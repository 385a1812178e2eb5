// Random choices that are the same on every machine for the same seed.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

namespace qfx::test {

class Rng {
 public:
  explicit Rng(std::uint64_t seed) : generator_(seed) {}

  std::uint64_t next() { return generator_(); }
  // 0 <= result < count
  std::int64_t below(std::int64_t count) {
    return static_cast<std::int64_t>(generator_() % static_cast<std::uint64_t>(count));
  }
  // lo <= result <= hi
  std::int64_t between(std::int64_t lo, std::int64_t hi) { return lo + below(hi - lo + 1); }
  bool chance(double probability) { return uniform() < probability; }
  // 0 <= result < 1
  double uniform() { return static_cast<double>(generator_() >> 11) * 0x1p-53; }
  double uniform(double lo, double hi) { return lo + (hi - lo) * uniform(); }

  template <class T>
  T pick(std::initializer_list<T> choices) {
    return choices.begin()[below(static_cast<std::int64_t>(choices.size()))];
  }
  template <class T>
  const T& pick(const std::vector<T>& choices) {
    return choices[below(static_cast<std::int64_t>(choices.size()))];
  }
  // Index i with a probability proportional to weights[i].
  std::int64_t weighted(const std::vector<double>& weights) {
    double sum = 0;
    for (const double weight : weights) sum += weight;
    double rest = uniform() * sum;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (rest < weights[i]) return static_cast<std::int64_t>(i);
      rest -= weights[i];
    }
    return static_cast<std::int64_t>(weights.size()) - 1;
  }

 private:
  std::mt19937_64 generator_;
};

}  // namespace qfx::test
