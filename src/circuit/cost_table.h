// What the pieces of parts cost (pieces.h). Written by bench/hardware/fit.py from what Yosys counted
// for whole engines, by
//
//   synth_xilinx -family xcup -nowidelut -noiopad -noclkbuf -flatten
//
// No vendor's tool ran. How far the table is from Yosys on engines that it was not fitted to stands at
// its end, and every estimate by it says so.
#pragma once

#include <array>

#include "circuit/pieces.h"

namespace qfx::circuit::cost {

struct Price {
  double luts = 0, registers = 0;
};

inline constexpr std::array<Price, kPieces> kPrices{{
    {40, 30},  // Ring
    {40, 30},  // Walk
    {20, 15},  // Plane
    {4, 3},  // Chain
    {100, 60},  // Softmax
    {15, 8},  // Join
    {20, 20},  // Reorder
    {4, 2},  // Fork
    {5, 5},  // Repack
    {2, 0},  // Fifo
    {40, 40},  // Rim
    {1, 1},  // RingAddress
    {1.75, 0},  // MultiplyBit
    {1, 1},  // SignedBit
    {1, 0},  // ShiftBit
    {1.4, 0.7},  // CountedBit
    {1, 0},  // TreeBit
    {0, 1},  // TreeRegister
    {1, 1},  // AccumulateBit
    {1, 1},  // AlignBit
    {1.5, 1},  // GateBit
    {1, 0},  // GraphBit
    {0, 0.33},  // GraphRegister
    {1, 0},  // AddBit
    {0.5, 0},  // CompareBit
    {0.5, 0},  // SelectBit
    {1, 0},  // RoundBit
    {0.7, 0},  // ClampBit
    {1, 0.3},  // MeanBit
    {1, 0},  // RomBit
    {0, 1},  // RomWord
    {0, 1},  // RamWord
    {0, 1},  // WindowBit
    {0, 1},  // Register
    {0, 1},  // OutputBit
    {1, 1},  // CounterBit
    {0, 1},  // RepackedBit
    {0.5, 0},  // RepackChoice
    {1, 0},  // RepackSelect
    {0.5, 0},  // JoinedBit
    {0.5, 0.5},  // BeatBit
}};

// Fitted to 0 engines.
inline constexpr TableErrors kErrors{
    .engines = 0,
    .luts = {0, 0},
    .memory_luts = {0, 0},
    .registers = {0, 0},
    .dsps = {0, 0},
    .brams = {0, 0},
};

}  // namespace qfx::circuit::cost
