// What parts are made of, against counts by hand, and where a multiplier is.
#include "circuit/resources.h"

#include <gtest/gtest.h>

#include "circuit/mapping.h"
#include "support/random_numbers.h"

#include "qfx/dataflow/lower.h"
#include "qfx/graph/builder.h"

namespace qfx::circuit {
namespace {

using graph::Builder;
using graph::NodeId;

double amount(const Pieces& pieces, Piece piece) {
  return pieces.amounts[static_cast<std::size_t>(piece)];
}

TEST(Pieces, EveryOneHasAName) {
  for (std::size_t i = 0; i < kPieces; ++i)
    EXPECT_FALSE(to_string(static_cast<Piece>(i)).empty()) << i;
}

// 5 terms of 4 bits: 2 adders of 5 bits, 1 of 6, 1 of 7; a register behind the second level's two.
TEST(Pieces, OfATree) {
  const Pieces tree = tree_pieces(5, 4, 20, 2);
  EXPECT_EQ(amount(tree, Piece::TreeBit), 2 * 5 + 6 + 7);
  EXPECT_EQ(amount(tree, Piece::TreeRegister), 2 * 6 + 20);
}

TEST(Pieces, OfMemories) {
  EXPECT_EQ(ram(32, 14).memory_luts, 8) << "a RAM32M16";
  EXPECT_EQ(ram(33, 14).memory_luts, 16) << "two RAM64M8";
  EXPECT_EQ(ram(90, 10).memory_luts, 24) << "two RAM64M8 and a RAM32M16";
  EXPECT_EQ(ram(1000, 36).brams, 2);
  EXPECT_EQ(ram(1000, 36).memory_luts, 0);
  EXPECT_EQ(rom(1, 100).brams, 0) << "constants";
  EXPECT_EQ(amount(rom(128, 8), Piece::RomBit), 2 * 8);
  EXPECT_EQ(fifo_pieces(8, 65).brams, 1);
  EXPECT_EQ(fifo_pieces(8, 64).brams, 0);
}

TEST(Pieces, OfProducts) {
  EXPECT_EQ(multiply_pieces(4, 4).dsps, 0);
  EXPECT_EQ(amount(multiply_pieces(4, 4), Piece::MultiplyBit), 16);
  EXPECT_EQ(multiply_pieces(16, 12).dsps, 1);
  EXPECT_EQ(multiply_pieces(28, 12).dsps, 2);
}

TEST(Pieces, OfCasts) {
  const fixed::Format plain{8, 4, true};  // cuts and wraps
  EXPECT_EQ(amount(cast_pieces(16, 8, plain), Piece::RoundBit), 0);
  EXPECT_EQ(amount(cast_pieces(16, 8, plain), Piece::ClampBit), 0);
  const fixed::Format careful{8, 4, true, fixed::Rounding::RND, fixed::Overflow::SAT};
  EXPECT_GT(amount(cast_pieces(16, 8, careful), Piece::RoundBit), 0);
  EXPECT_GT(amount(cast_pieces(16, 8, careful), Piece::ClampBit), 0);
  EXPECT_EQ(amount(cast_pieces(8, 4, careful), Piece::ClampBit), 0) << "it fits";
}

Circuit folded(int k_hot) {
  Builder b("multiplies");
  NodeId x = b.input({4, 6, 6});
  x = b.conv2d(x, {.out_channels = 6, .kernel = {3, 3}}, "conv");
  x = b.batch_norm(x, {}, "scale");
  b.linear(b.flatten(b.global_avg_pool2d(x)), {.out_features = 5}, "dense");
  const dataflow::Network network = dataflow::lower(
      graph::Analyzed(test::with_random_numbers(b.finish(), {.width = 12, .k_hot = k_hot})));
  return fold(network, {{"conv", {.pe = 3, .simd = 2}}, {"scale", {.pe = 2}}});
}

std::int64_t multipliers_of(const Circuit& circuit, const std::string& name) {
  for (EngineId id = 0; id < std::ssize(circuit.engines); ++id)
    if (circuit.engines[static_cast<std::size_t>(id)].name == name)
      return multipliers_of(circuit, id);
  ADD_FAILURE() << "no engine is called " << name;
  return -1;
}

TEST(Multipliers, AreAsManyAsProductsAtOnce) {
  const Circuit circuit = folded(0);
  EXPECT_EQ(multipliers_of(circuit, "conv"), 6);
  EXPECT_EQ(multipliers_of(circuit, "scale"), 2);
  EXPECT_GT(multipliers_of(circuit, "dense"), 0);
  EXPECT_GT(total_resources(circuit).dsps, 8);
}

TEST(Multipliers, AreNoneOfFewOnes) {
  const Circuit circuit = folded(2);
  for (const char* name : {"conv", "scale", "dense"})
    EXPECT_EQ(multipliers_of(circuit, name), 0) << name;
  EXPECT_EQ(total_resources(circuit).dsps, 0);
}

// What the parts take and what lies between them is what all takes.
TEST(CostTable, LeavesNothingOut) {
  const Circuit circuit = folded(0);
  Resources sum = resources_between(circuit);
  EXPECT_GT(sum.memory_luts, 0) << "FIFOs";
  EXPECT_GT(sum.registers, 0) << "FIFOs and ports";
  for (EngineId id = 0; id < std::ssize(circuit.engines); ++id) sum += resources_of(circuit, id);
  EXPECT_DOUBLE_EQ(sum.luts, total_resources(circuit).luts);
  EXPECT_DOUBLE_EQ(sum.registers, total_resources(circuit).registers);
}

TEST(CostTable, SaysHowFarItIsOff) {
  const TableErrors& errors = table_errors();
  EXPECT_GE(errors.engines, 30) << "held out";
  for (const TableError& error : {errors.luts, errors.registers}) {
    EXPECT_GT(error.median, 0);
    EXPECT_LT(error.median, 0.25);
    EXPECT_GE(error.ninetieth, error.median);
  }
}

}  // namespace
}  // namespace qfx::circuit
