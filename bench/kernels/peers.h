// What others offer for the same work, to be timed in one program: each file peers_NAME.cpp fills
// in its share, and peers.cpp times them all beside a plain copy.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/exact_conv.h"

namespace qfx::peers {

// The cast that all of them do: fixed<8,3,RND,SAT>, 32 steps to 1.
constexpr int kFracBits = 5;

struct CastPeer {
  std::string name;
  // Arrays that the work itself reads and writes, each once: 2 forward (x, y), 5 forward and
  // backward (x, y, and x, dy, dx).
  int arrays;
  // For one thread and its arrays: what the benchmark repeats. Forward, `out` holds the values
  // afterwards.
  std::function<std::function<void()>(std::span<float> x, std::span<float> out)> prepare;
  // Allocates its results: timed with memory as glibc hands it out (fresh pages for large arrays),
  // and once more with freed memory kept in the process.
  bool allocates = false;
};

std::vector<CastPeer> ap_casts();
std::vector<CastPeer> ac_casts();
std::vector<CastPeer> torch_casts();  // in a build with torch

// One image of unsigned and the same of signed bytes (128 less), the whole range of both.
struct ConvData {
  explicit ConvData(const ConvShape& shape);

  ConvShape shape;
  std::vector<std::uint8_t> unsigned_x;
  std::vector<std::int8_t> signed_x;
  std::vector<std::int8_t> weights;
  std::vector<std::int64_t> unsigned_sums, signed_sums;  // exact
};

struct ConvRun {
  std::function<void()> run;
  std::function<std::vector<std::int64_t>()> sums;
};

struct ConvPeer {
  std::string name;
  bool signed_input;
  std::function<ConvRun(const ConvData&)> prepare;
  bool ours = false;
};

std::vector<ConvPeer> our_convs();
std::vector<ConvPeer> ap_convs();
std::vector<ConvPeer> ac_convs();
std::vector<ConvPeer> onednn_convs();  // in a build with oneDNN

}  // namespace qfx::peers
