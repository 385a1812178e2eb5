#include "matrices.h"

#include <functional>
#include <map>
#include <random>

namespace qfx::adders::test {
namespace {

using Generator = std::mt19937_64;

std::int64_t between(Generator& generator, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(high - low + 1));
}

std::int64_t hot(Generator& generator, int digits) {
  std::int64_t value = 0;
  for (int i = 0; i < digits; ++i)
    value +=
        (between(generator, 0, 1) != 0 ? 1 : -1) * (std::int64_t{1} << between(generator, 0, 7));
  return value;
}

using Factor = std::function<std::int64_t(Generator&)>;

const std::map<std::string, Factor>& factors() {
  static const std::map<std::string, Factor> all = {
      {"signed 8-bit", [](Generator& g) { return between(g, -128, 127); }},
      {"signed 4-bit", [](Generator& g) { return between(g, -8, 7); }},
      {"12-bit", [](Generator& g) { return between(g, -2048, 2047); }},
      {"32-bit",
       [](Generator& g) { return between(g, -(std::int64_t{1} << 31), std::int64_t{1} << 31); }},
      {"positive", [](Generator& g) { return between(g, 129, 255); }},
      {"negative", [](Generator& g) { return between(g, -255, -1); }},
      {"1-hot", [](Generator& g) { return hot(g, 1); }},
      {"2-hot", [](Generator& g) { return hot(g, 2); }},
      {"sparse", [](Generator& g) { return between(g, 0, 3) == 0 ? between(g, -128, 127) : 0; }},
      {"ones", [](Generator& g) { return between(g, -1, 1); }},
      {"zero", [](Generator&) { return std::int64_t{0}; }},
  };
  return all;
}

}  // namespace

const std::vector<std::string>& families() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, factor] : factors()) all.push_back(name);
    all.push_back("alike");
    return all;
  }();
  return names;
}

Matrix random_matrix(const std::string& family, std::int64_t rows, std::int64_t columns,
                     std::uint64_t seed) {
  Generator generator(seed);
  Matrix matrix{rows, columns, {}};
  const bool is_alike = family == "alike";
  const Factor& factor = factors().at(is_alike ? "signed 8-bit" : family);
  for (std::int64_t i = 0; i < rows * columns; ++i) matrix.values.push_back(factor(generator));
  if (!is_alike) return matrix;
  // Every row but the first is zero, or an earlier one as it is, shifted or negated.
  for (std::int64_t row = 1; row < rows; ++row) {
    const std::int64_t like = between(generator, 0, row - 1);
    const std::int64_t times = between(generator, -1, 1) * (std::int64_t{1} << (generator() % 3));
    for (std::int64_t column = 0; column < columns; ++column)
      matrix.values[static_cast<std::size_t>(row * columns + column)] =
          times * matrix.values[static_cast<std::size_t>(like * columns + column)];
  }
  return matrix;
}

std::vector<std::int64_t> product(const Matrix& matrix, const std::vector<std::int64_t>& x) {
  std::vector<std::int64_t> y(static_cast<std::size_t>(matrix.rows));
  for (std::int64_t row = 0; row < matrix.rows; ++row)
    for (std::int64_t column = 0; column < matrix.columns; ++column)
      y[static_cast<std::size_t>(row)] +=
          matrix.values[static_cast<std::size_t>(row * matrix.columns + column)] *
          x[static_cast<std::size_t>(column)];
  return y;
}

}  // namespace qfx::adders::test
