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
    {28.8, 20.8},  // Ring
    {43.8, 32.2},  // Walk
    {20.5, 10.6},  // Plane
    {2.85, 0},  // Chain
    {86.9, 55.3},  // Softmax
    {13, 7.41},  // Join
    {20, 20},  // Reorder
    {4, 2.44},  // Fork
    {5.02, 3.3},  // Repack
    {3.28, 0.328},  // Fifo
    {43.1, 43.9},  // Rim
    {0.666, 0.81},  // RingAddress
    {1.75, 0},  // MultiplyBit
    {0.53, 0.677},  // SignedBit
    {1.01, 0.112},  // ShiftBit
    {1.4, 0.7},  // CountedBit
    {1.16, 1.13},  // TreeBit
    {0, 1.09},  // TreeRegister
    {1.91, 0.823},  // AccumulateBit
    {0.0101, 1.12},  // AlignBit
    {1.5, 1},  // GateBit
    {1.04, 0.0244},  // GraphBit
    {0.0413, 0.354},  // GraphRegister
    {0.594, 0.149},  // AddBit
    {3.24, 1.24},  // CompareBit
    {0.981, 0},  // SelectBit
    {0.147, 0.148},  // RoundBit
    {0.0832, 0},  // ClampBit
    {0.615, 0.277},  // MeanBit
    {1.09, 0},  // RomBit
    {0.366, 0},  // RomWord
    {0, 0.44},  // RamWord
    {0.0418, 1.02},  // WindowBit
    {0, 0.581},  // Register
    {0, 0.97},  // OutputBit
    {1.52, 0.997},  // CounterBit
    {0, 1.04},  // RepackedBit
    {0.727, 0.00861},  // RepackChoice
    {1.03, 0},  // RepackSelect
    {0.425, 0},  // JoinedBit
    {0.601, 0.366},  // BeatBit
}};

// Fitted to 98 engines.
inline constexpr TableErrors kErrors{
    .engines = 46,
    .luts = {0.07, 0.28},
    .memory_luts = {0.02, 0.33},
    .registers = {0.05, 0.13},
    .dsps = {0.00, 0.00},
    .brams = {0.00, 0.00},
};

}  // namespace qfx::circuit::cost
