// Odd integers -n..n, n = 2^planes - 1, packed to one bit a plane: what a quantizer of that many
// levels gives.
//
// Note [Bit planes]. A value is the sum over planes k of 2^k * (bit k ? 1 : -1); its level
// (value + n) / 2, a number 0..n, is those bits. The channels of a pixel lie together, channel c in
// bit c % 16 of word c / 16; bits of channels that do not exist are 0. A plane is {pixels, words};
// plane 0 is the lowest.
#pragma once

#include <cstdint>
#include <vector>

namespace qfx::kernels {

inline constexpr std::int64_t kWordChannels = 16;
inline constexpr int kMostPlanes = 4;

struct BitPlanes {
  int planes = 1;
  std::int64_t channels = 1, pixels = 1;

  // Of a pixel, of a plane and of all planes.
  std::int64_t words() const { return (channels + kWordChannels - 1) / kWordChannels; }
  std::int64_t plane_size() const { return pixels * words(); }
  std::int64_t size() const { return planes * plane_size(); }
  // The largest value.
  int largest() const { return (1 << planes) - 1; }
};

// Compares integers with the thresholds between the levels.
class LevelPacker {
 public:
  // thresholds: as many as the largest value, ascending. A level is how many of them are not above
  // x, which lies in lo..hi.
  LevelPacker(const BitPlanes& planes, std::vector<std::int64_t> thresholds, std::int64_t lo,
              std::int64_t hi);

  const BitPlanes& planes() const { return planes_; }

  // x: {pixels, channels} of int8_t, uint8_t, int16_t, uint16_t or int32_t. y: the planes.
  template <class In>
  void pack(const In* x, std::uint16_t* y) const;
  // y: the values themselves, {pixels, channels}.
  template <class In>
  void values(const In* x, std::int8_t* y) const;

 private:
  BitPlanes planes_;
  std::vector<std::int64_t> thresholds_;
  bool narrow_;  // x fits 16 bits
  // For vectors of 16 bits: a level is how many of these x exceeds, and those below all x.
  std::vector<std::int16_t> limits_;
  int start_;
};

// The packer of values that are levels already.
LevelPacker repacker(const BitPlanes& planes);

// Spreads each channel over `levels` channels of -1 and +1, by a threshold for each.
class SpreadPacker {
 public:
  // thresholds: {channels of x, levels}. y is +1 where x, which lies in lo..hi, is not below.
  SpreadPacker(std::int64_t pixels, std::int64_t levels, std::vector<std::int64_t> thresholds,
               std::int64_t lo, std::int64_t hi);

  // Of y: one plane.
  const BitPlanes& planes() const { return planes_; }

  // x: {pixels, channels}.
  template <class In>
  void pack(const In* x, std::uint16_t* y) const;
  template <class In>
  void values(const In* x, std::int8_t* y) const;

 private:
  BitPlanes planes_;
  std::int64_t levels_;
  std::vector<std::int64_t> thresholds_;
  std::int64_t lo_;
  // The words of a channel's every value, where whole words are a channel's and x is not wide:
  // {channels of x, lo..hi, words}.
  std::vector<std::uint16_t> table_;
};

// The values of planes, {pixels, channels}. Out is int8_t or int32_t.
template <class Out>
void unpack(const BitPlanes& planes, const std::uint16_t* x, Out* y);

}  // namespace qfx::kernels
