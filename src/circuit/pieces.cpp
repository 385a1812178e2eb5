#include "circuit/pieces.h"

#include <algorithm>

#include "circuit/cost_table.h"

namespace qfx::circuit {
namespace {

constexpr std::array<std::string_view, kPieces> kNames{
    "Ring",         "Walk",         "Plane",        "Chain",      "Softmax",      "Join",
    "Reorder",      "Fork",         "Repack",       "Fifo",       "Rim",          "RingAddress",
    "MultiplyBit",  "SignedBit",    "ShiftBit",     "CountedBit", "TreeBit",      "TreeRegister",
    "AccumulateBit", "AlignBit",    "GateBit",      "GraphBit",   "GraphRegister", "AddBit",
    "CompareBit",   "SelectBit",    "RoundBit",     "ClampBit",   "MeanBit",      "RomBit",
    "RomWord",      "RamWord",      "WindowBit",    "Register",   "OutputBit",    "CounterBit",
    "RepackedBit",  "RepackChoice", "RepackSelect", "JoinedBit",  "BeatBit"};
static_assert(!kNames.back().empty());

}  // namespace

std::string_view to_string(Piece piece) {
  return kNames.at(static_cast<std::size_t>(piece));
}

Pieces& Pieces::operator+=(const Pieces& other) {
  for (std::size_t i = 0; i < kPieces; ++i) amounts[i] += other.amounts[i];
  memory_luts += other.memory_luts;
  dsps += other.dsps;
  brams += other.brams;
  return *this;
}

Pieces operator*(Pieces pieces, double times) {
  for (double& amount : pieces.amounts) amount *= times;
  pieces.memory_luts *= times;
  pieces.dsps *= times;
  pieces.brams *= times;
  return pieces;
}

Resources priced(const Pieces& pieces) {
  Resources result{
      .memory_luts = pieces.memory_luts, .dsps = pieces.dsps, .brams = pieces.brams};
  for (std::size_t i = 0; i < kPieces; ++i) {
    result.luts += pieces.amounts[i] * cost::kPrices[i].luts;
    result.registers += pieces.amounts[i] * cost::kPrices[i].registers;
  }
  return result;
}

Resources& Resources::operator+=(const Resources& other) {
  luts += other.luts;
  memory_luts += other.memory_luts;
  registers += other.registers;
  dsps += other.dsps;
  brams += other.brams;
  return *this;
}

}  // namespace qfx::circuit
