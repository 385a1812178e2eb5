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
    {14.6, 11.8},  // Ring
    {42.7, 32.9},  // Walk
    {14.1, 9.52},  // Plane
    {2.23, 0},  // Chain
    {95.5, 65},  // Softmax
    {13, 7.63},  // Join
    {20, 20},  // Reorder
    {4, 2},  // Fork
    {5.02, 3.88},  // Repack
    {2, 0},  // Fifo
    {40, 40},  // Rim
    {0.453, 0.678},  // RingAddress
    {1.75, 0},  // MultiplyBit
    {0.553, 0.573},  // SignedBit
    {0.767, 0},  // ShiftBit
    {1.4, 0.7},  // CountedBit
    {1.73, 1.42},  // TreeBit
    {0, 1.38},  // TreeRegister
    {2.41, 1.27},  // AccumulateBit
    {0.336, 1.41},  // AlignBit
    {1.5, 1},  // GateBit
    {1.03, 0.0315},  // GraphBit
    {0.0294, 0.361},  // GraphRegister
    {0.431, 0.158},  // AddBit
    {4.29, 2.06},  // CompareBit
    {0.881, 0},  // SelectBit
    {0.0798, 0.189},  // RoundBit
    {0.352, 0},  // ClampBit
    {0.594, 0.282},  // MeanBit
    {1.26, 0},  // RomBit
    {0.549, 0},  // RomWord
    {0, 0.0621},  // RamWord
    {0.0297, 1.03},  // WindowBit
    {0, 0.562},  // Register
    {0, 0.952},  // OutputBit
    {1, 1},  // CounterBit
    {0, 1.04},  // RepackedBit
    {0.743, 0.0104},  // RepackChoice
    {1.04, 0},  // RepackSelect
    {0.424, 0},  // JoinedBit
    {0.5, 0.5},  // BeatBit
}};

// Fitted to 67 engines.
inline constexpr TableErrors kErrors{
    .engines = 33,
    .luts = {0.12, 0.28},
    .memory_luts = {0.00, 0.00},
    .registers = {0.04, 0.16},
    .dsps = {0.00, 0.00},
    .brams = {0.00, 0.00},
};

}  // namespace qfx::circuit::cost
