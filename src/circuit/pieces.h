// What parts of a circuit are made of, in the units that the cost table (cost_table.h) prices.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "qfx/circuit/plan.h"

namespace qfx::circuit {

inline double real(std::int64_t value) {
  return static_cast<double>(value);
}

// Bits of a number up to this one, at least one.
inline int bits_for(std::int64_t most) {
  return std::max(1, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(most))));
}

// One of a kind of part, or bits of what is said. The names are those of the bench that fits their
// prices (bench/hardware/fit.py).
enum class Piece : std::uint8_t {
  // what a part has once: counters, valid bits
  Ring,
  Walk,
  Plane,
  Chain,
  Softmax,
  Join,
  Reorder,
  Fork,
  Repack,
  Fifo,
  Rim,
  // arithmetic
  RingAddress,    // of positions in a ring's memory, its constants and its image
  MultiplyBit,    // of one factor times those of the other, in tables
  SignedBit,      // of values times +1 or -1
  ShiftBit,       // times the tables in which one of its shifts is chosen (shift_cost)
  CountedBit,     // agree or not, and are counted
  TreeBit,        // of adders in trees over products
  TreeRegister,   // of registers in them
  AccumulateBit,  // added to what came before
  AlignBit,       // shifted by a constant and added to an offset
  GateBit,        // of a gate's compare and add
  GraphBit,       // of graphs of adders
  GraphRegister,  // between their levels
  AddBit,         // of single adders
  CompareBit,
  SelectBit,
  RoundBit,  // that may carry
  ClampBit,  // that may be replaced
  MeanBit,   // of a mean's sum, divided by a reciprocal
  // memories and registers
  RomBit,        // of 64 words in tables, read
  RomWord,       // of the register behind them
  RamWord,       // of the register behind a memory
  WindowBit,     // of taps in registers
  Register,      // of values on their way between stages
  OutputBit,     // of the output register
  CounterBit,    // of FIFOs' counters
  RepackedBit,   // kept between words of another width
  RepackChoice,  // of words put at one of several places, a bit for each doubling
  RepackSelect,  // taken from the new word or from what is kept
  JoinedBit,     // chosen among inputs
  BeatBit,       // of AXI beats
  kCount
};
inline constexpr std::size_t kPieces = static_cast<std::size_t>(Piece::kCount);
std::string_view to_string(Piece piece);

// DSPs, memories' LUTs and block RAMs follow from rules of the mapping and have no price.
struct Pieces {
  std::array<double, kPieces> amounts = {};
  double memory_luts = 0, dsps = 0, brams = 0;

  void add(Piece piece, double amount) { amounts[static_cast<std::size_t>(piece)] += amount; }
  Pieces& operator+=(const Pieces& other);
};
Pieces operator*(Pieces pieces, double times);

// By the cost table.
Resources priced(const Pieces& pieces);

}  // namespace qfx::circuit
