// What the pieces of an engine cost, in LUTs of six inputs unless said: sums of LUT1 to LUT6 that
// Yosys 0.23 counted on 2026-11-29 by
//
//   synth_xilinx -family xcup -nowidelut -noiopad -noclkbuf -flatten
//
// on each piece alone; bench/hardware/cost_table.py measures them again. No vendor's tool ran.
#pragma once

namespace qfx::circuit::cost {

// A product of a * b bits in tables: a * b * (kMultiply - kMultiply / min(a, b)). 4x4 24, 8x8 120,
// 16x12 380.
inline constexpr double kMultiply = 2.0;
// Products of at least so many bits take a DSP of kDspWide x kDspNarrow bits instead.
inline constexpr int kLeastDspProduct = 9;
inline constexpr int kDspWide = 26, kDspNarrow = 18;

// Of a sum that Yosys makes of several terms at once, for each bit of each addition: 8 products of
// 16x12 bits 285, where seven plain adders of their widths have 206.
inline constexpr double kTreeBit = 1.35;
// An adder or subtractor, a comparison with a constant, for each bit.
inline constexpr double kAddBit = 1.0;
inline constexpr double kCompareBit = 0.5;
// Choosing one of n shifts, for each bit: 16 bits by 0..3 17, 0..7 34, 0..15 51.
inline constexpr double kShiftOf4 = 1.1, kShiftOf8 = 2.15, kShiftOf16 = 3.2, kShiftOf32 = 4.3;
// Exclusive nor and count of ones, a bit: 144 of them 241.
inline constexpr double kCountBit = 1.67;
// Rounding and saturating, a bit of what is cast: 28 to 16 bits 28.
inline constexpr double kCastBit = 1.0;
// Adder graphs: half an adder for each signed digit of the matrix, an adder as wide as its operand
// and kGraphGrowth more. 16x16 of 8 bits: 690 digits, 3,995.
inline constexpr double kAddersADigit = 0.5;
inline constexpr int kGraphGrowth = 4;

// Constants in tables: bits of a LUT. Beyond kLeastBlockRom bits, and where they are deeper than
// kLeastBlockDepth, they lie in block RAM of kBlockWidth x kBlockDepth.
inline constexpr double kRomBits = 64;
inline constexpr int kLeastBlockRom = 8192, kLeastBlockDepth = 64;
inline constexpr int kBlockWidth = 36, kBlockDepth = 512;
// Words that are written too: eight LUTs for seven bits of 64 words.
inline constexpr double kRamBits = 56;
// Shift registers: a LUT for a bit of 32 words.
inline constexpr int kShiftRegisterDepth = 32;
inline constexpr int kDeepestShiftRegister = 64;

// What an engine has beside its datapath: counters, valid bits, addresses.
inline constexpr double kControl = 40, kControlRegisters = 40;
inline constexpr double kFifoControl = 12, kFifoRegisters = 8;

// What a DSP and a block RAM are worth in LUTs where all are to be had: as on a ZU3EG (70,560 LUTs,
// 360 DSPs, 432 blocks of 18 Kib).
inline constexpr double kLutsADsp = 196, kLutsABram = 163;

}  // namespace qfx::circuit::cost
