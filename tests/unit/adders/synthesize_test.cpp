#include "qfx/adders/synthesize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "adders/digits.h"
#include "matrices.h"

#include "qfx/base/error.h"

namespace qfx::adders {
namespace {

using test::product;
using test::random_matrix;

constexpr std::int64_t kSteps = 60;

// What the header promises of every graph, seen from outside.
void expect_sound(const AdderGraph& graph, const Matrix& matrix, const Options& options,
                  const std::string& what) {
  ASSERT_EQ(graph.outputs.size(), static_cast<std::size_t>(matrix.rows)) << what;
  const int inputs = static_cast<int>(graph.inputs.size());
  ASSERT_EQ(inputs, matrix.columns);
  std::vector<int> levels(static_cast<std::size_t>(inputs), 0);
  for (const Adder& adder : graph.adders) {
    int level = 0, least_shift = 99, operands = 0, positive = 0;
    for (const Term& term : {adder.a, adder.b, adder.c}) {
      if (term.value < 0) continue;
      ASSERT_LT(term.value, static_cast<int>(levels.size())) << what << ": a later value is used";
      level = std::max(level, levels[static_cast<std::size_t>(term.value)]);
      least_shift = std::min(least_shift, term.shift);
      ++operands;
      positive += term.negative ? 0 : 1;
    }
    EXPECT_EQ(least_shift, 0) << what;
    EXPECT_GE(operands, 2) << what;
    EXPECT_LE(operands, options.operands) << what;
    EXPECT_GE(positive, 1) << what;
    EXPECT_EQ(adder.level, level + 1) << what;
    levels.push_back(level + 1);
  }
  if (options.max_depth) {
    EXPECT_LE(graph.depth(), *options.max_depth) << what;
  }

  // Random and extreme vectors: each value within its range, each range reached.
  std::mt19937_64 generator(7);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<std::int64_t> x;
    for (const Interval& input : graph.inputs) {
      const auto span = static_cast<std::uint64_t>(input.high - input.low) + 1;
      x.push_back(trial % 3 == 0   ? input.low + static_cast<std::int64_t>(generator() % span)
                  : trial % 3 == 1 ? (generator() % 2 != 0 ? input.low : input.high)
                                   : (trial % 2 != 0 ? input.low : input.high));
    }
    EXPECT_EQ(evaluate(graph, x), product(matrix, x)) << what;
  }
}

// Refusals here undo each other for ever; the first answer ends all the same.
TEST(Synthesize, EndsWhereHardlyAnySumMayBeShared) {
  std::mt19937_64 generator(1);
  Matrix matrix{32, 64, {}};
  for (std::int64_t i = 0; i < matrix.rows * matrix.columns; ++i)
    matrix.values.push_back(static_cast<std::int64_t>(generator() % 64) - 32);
  const Options options{.max_depth = 8, .steps = 0};
  expect_sound(synthesize(matrix, options), matrix, options, "the least depth");
}

TEST(Synthesize, IsTheMatrixForEveryFamilyAndSize) {
  const std::vector<std::pair<int, int>> sizes = {{1, 1}, {1, 5}, {6, 1}, {2, 3}, {8, 8}, {5, 12}};
  std::uint64_t seed = 0;
  for (const std::string& family : test::families()) {
    for (const auto& [rows, columns] : sizes) {
      for (int operands : {2, 3}) {
        const Matrix matrix = random_matrix(family, rows, columns, ++seed);
        const Options options{.operands = operands, .seed = seed, .steps = kSteps};
        expect_sound(synthesize(matrix, options), matrix, options,
                     fmt::format("{} {}x{}, {} operands", family, rows, columns, operands));
      }
    }
  }
}

TEST(Synthesize, ObeysTheDepthDownToTheLeastThatThereIs) {
  for (const std::string& family : test::families()) {
    for (int operands : {2, 3}) {
      const Matrix matrix = random_matrix(family, 6, 6, 11);
      // A row of d digits needs as many levels as d terms do.
      std::int64_t most = 1;
      for (std::int64_t row = 0; row < 6; ++row) {
        std::int64_t digits = 0;
        for (std::int64_t column = 0; column < 6; ++column)
          digits += weight(matrix.values[static_cast<std::size_t>(row * 6 + column)]);
        most = std::max(most, digits);
      }
      int least = 0;
      for (std::int64_t reach = 1; reach < most; reach *= operands) ++least;
      for (int depth : {least, least + 1, least + 3}) {
        const Options options{.max_depth = depth, .operands = operands, .steps = kSteps};
        expect_sound(synthesize(matrix, options), matrix, options,
                     fmt::format("{} at depth {}, {} operands", family, depth, operands));
      }
    }
  }
}

TEST(Synthesize, SaysWhichDepthIsNeeded) {
  const Matrix matrix{1, 4, {1, 1, 1, 1}};
  EXPECT_NO_THROW(synthesize(matrix, {.max_depth = 2}));
  try {
    synthesize(matrix, {.max_depth = 1});
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("needs 2"));
  }
}

TEST(Synthesize, RejectsWhatItCannotDo) {
  EXPECT_THROW(synthesize({2, 2, {1, 2, 3}}, {}), UserError);
  EXPECT_THROW(synthesize({0, 2, {}}, {}), UserError);
  EXPECT_THROW(synthesize({1, 1, {(std::int64_t{1} << 31) + 1}}, {}), UserError);
  EXPECT_THROW(synthesize({1, 1, {1}}, {.inputs = {{0, 1}, {0, 1}}}), UserError);
  EXPECT_THROW(synthesize({1, 1, {1}}, {.inputs = {{1, 0}}}), UserError);
  EXPECT_THROW(synthesize({1, 1, {1}}, {.operands = 4}), UserError);
  const std::int64_t wide = std::int64_t{1} << 40;
  EXPECT_THROW(synthesize({1, 1, {std::int64_t{1} << 31}}, {.inputs = {{-wide, wide}}}), UserError);
}

TEST(Synthesize, ReachesTheEndsOfEveryRange) {
  const Matrix matrix = random_matrix("signed 8-bit", 4, 3, 5);
  const std::vector<Interval> inputs = {{-3, 2}, {0, 5}, {-7, -1}};
  const AdderGraph graph = synthesize(matrix, {.inputs = inputs, .steps = kSteps});
  std::vector<Interval> seen(graph.adders.size(), {INT64_MAX, INT64_MIN});
  AdderGraph all = graph;  // every adder an output
  all.outputs.clear();
  for (std::size_t i = 0; i < graph.adders.size(); ++i)
    all.outputs.push_back({static_cast<int>(3 + i)});
  for (std::int64_t x = -3; x <= 2; ++x) {
    for (std::int64_t y = 0; y <= 5; ++y) {
      for (std::int64_t z = -7; z <= -1; ++z) {
        const std::vector<std::int64_t> values = evaluate(all, std::vector{x, y, z});
        for (std::size_t i = 0; i < values.size(); ++i) {
          seen[i].low = std::min(seen[i].low, values[i]);
          seen[i].high = std::max(seen[i].high, values[i]);
        }
      }
    }
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(graph.adders[i].range.low, seen[i].low);
    EXPECT_EQ(graph.adders[i].range.high, seen[i].high);
  }
}

TEST(Synthesize, IsTheSameAgainWithTheSameSteps) {
  const Matrix matrix = random_matrix("signed 8-bit", 10, 10, 3);
  const auto once = [&](std::uint64_t seed) {
    const AdderGraph graph = synthesize(matrix, {.seed = seed, .steps = 200});
    std::string text;
    for (const Adder& adder : graph.adders)
      for (const Term& term : {adder.a, adder.b})
        text += fmt::format("{} {} {};", term.value, term.shift, term.negative);
    return text;
  };
  EXPECT_EQ(once(1), once(1));
  EXPECT_NE(once(1), once(2));
}

TEST(Synthesize, MakesEqualRowsOnce) {
  // 3x + 5y, its double, its negative, itself, and nothing
  const Matrix matrix{5, 2, {3, 5, 6, 10, -3, -5, 3, 5, 0, 0}};
  const AdderGraph graph = synthesize(matrix, {.steps = kSteps});
  EXPECT_LE(graph.adders.size(), 3u);
  EXPECT_EQ(graph.outputs[0].value, graph.outputs[1].value);
  EXPECT_EQ(graph.outputs[1].shift, graph.outputs[0].shift + 1);
  EXPECT_TRUE(graph.outputs[2].negative);
  EXPECT_EQ(graph.outputs[4].value, -1);
}

TEST(Synthesize, NeedsNoAdderForPowersOfTwo) {
  const Matrix matrix{3, 3, {0, 4, 0, -8, 0, 0, 0, 0, std::int64_t{1} << 31}};
  EXPECT_TRUE(synthesize(matrix, {.steps = 5}).adders.empty());
}

TEST(Synthesize, SharesWithinOneColumn) {
  // 45 = 5 * 9: two adders, where four digits take three
  EXPECT_EQ(synthesize({1, 1, {45}}, {.steps = 50}).adders.size(), 2u);
  // seven digits more than there are outputs, were each on its own
  EXPECT_LE(synthesize({4, 1, {7, 21, 35, 105}}, {.steps = 200}).adders.size(), 5u);
}

TEST(Synthesize, SharesMoreThanAGreedyPassWithTime) {
  const Matrix matrix = random_matrix("signed 8-bit", 16, 16, 1);
  const auto adders = [&](std::int64_t steps) {
    return synthesize(matrix, {.steps = steps}).adders.size();
  };

  EXPECT_LT(adders(0), 380u);
  EXPECT_LT(adders(1500), adders(0));
}

TEST(Synthesize, TakesTheCheaperWhereRowsAreAlike) {
  // Positive rows differ by little: row differences save a tenth, which plain sharing cannot.
  const Matrix matrix = random_matrix("positive", 16, 16, 1);
  EXPECT_LT(synthesize(matrix, {.steps = 300}).adders.size(), 350u);
}

TEST(Synthesize, KeepsWhatTheGoalAsksFor) {
  std::size_t adders_of_bits = 0, adders_of_adders = 0;
  std::int64_t bits_of_bits = 0, bits_of_adders = 0;
  for (std::uint64_t seed : {1, 2, 3}) {
    const Matrix matrix = random_matrix("signed 8-bit", 16, 16, seed);
    const AdderGraph bits = synthesize(matrix, {.goal = Goal::FullAdders, .steps = 500});
    const AdderGraph adders = synthesize(matrix, {.goal = Goal::Adders, .steps = 500});
    adders_of_bits += bits.adders.size();
    bits_of_bits += bits.full_adders();
    adders_of_adders += adders.adders.size();
    bits_of_adders += adders.full_adders();
  }
  EXPECT_LT(adders_of_adders, adders_of_bits);
  EXPECT_LT(bits_of_bits, bits_of_adders);
}

TEST(Synthesize, CountsThreeOperandsAsOneAdder) {
  EXPECT_EQ(synthesize({1, 3, {1, 1, 1}}, {.operands = 3, .steps = 5}).adders.size(), 1u);
  EXPECT_EQ(synthesize({1, 4, {1, 1, 1, 1}}, {.operands = 3, .steps = 5}).adders.size(), 2u);
  const Matrix matrix = random_matrix("signed 8-bit", 8, 8, 1);
  EXPECT_LT(synthesize(matrix, {.operands = 3, .steps = 500}).adders.size(), 66u);
}

TEST(Synthesize, AnswersForMatricesOfAnyForm) {
  for (const auto& [rows, columns] :
       std::vector<std::pair<int, int>>{{200, 2}, {2, 200}, {20, 300}}) {
    const Matrix matrix = random_matrix("signed 4-bit", rows, columns, 9);
    const Options options{.steps = 8};
    expect_sound(synthesize(matrix, options), matrix, options, fmt::format("{}x{}", rows, columns));
  }
}

}  // namespace
}  // namespace qfx::adders
