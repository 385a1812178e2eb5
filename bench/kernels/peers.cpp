// What others offer, timed as bench_kernels times ours: bytes a second of the casts against a plain
// copy in the same rounds, and multiplications a second of exact convolution on one core.
//
//   bench_peers [--json FILE] [--seconds S]
//
// Every forward cast's values are compared with qfx::kernels::fake_cast, every convolution's sums
// with the exact ones.
#include "peers.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <limits>
#include <malloc.h>
#include <nlohmann/json.hpp>
#include <random>

#include "rounds.h"

#include "qfx/kernels/fake_cast.h"

namespace qfx::peers {

ConvData::ConvData(const ConvShape& s) : shape(s) {
  std::mt19937 random(3);
  unsigned_x.resize(static_cast<std::size_t>(s.input_count()));
  weights.resize(static_cast<std::size_t>(s.weight_count()));
  for (std::uint8_t& value : unsigned_x) value = static_cast<std::uint8_t>(random() >> 24);
  for (std::int8_t& value : weights) value = static_cast<std::int8_t>(random() >> 24);
  for (const int value : unsigned_x) signed_x.push_back(static_cast<std::int8_t>(value - 128));
  unsigned_sums = exact_conv(s, unsigned_x, weights);
  signed_sums = exact_conv(s, signed_x, weights);
}

namespace {

using bench::Array;
using bench::best_of;
using bench::Work;

struct Arrays {
  explicit Arrays(std::size_t bytes) : x_memory(bytes), out_memory(bytes) {}

  Array x_memory, out_memory;
  std::span<float> x = x_memory, out = out_memory;
};

std::vector<Arrays> arrays_of(std::size_t bytes, int threads) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> draw(1 << 14);
  for (float& value : draw) value = normal(random);
  std::vector<Arrays> arrays;
  for (int t = 0; t < threads; ++t) {
    const Arrays& a = arrays.emplace_back(bytes);
    for (std::size_t i = 0; i < a.x.size(); ++i) a.x[i] = draw[i % draw.size()];
    std::fill(a.out.begin(), a.out.end(), 0.0f);
  }
  return arrays;
}

bool same_values(const Arrays& arrays) {
  std::vector<float> ours(arrays.x.size());
  const fixed::Format format{8, 8 - kFracBits, true, fixed::Rounding::RND, fixed::Overflow::SAT, 0};
  const int frac_bits = kFracBits;
  kernels::fake_cast(arrays.x.data(), ours.data(), {1, 1, static_cast<std::int64_t>(ours.size())},
                     format, &frac_bits);
  return std::equal(ours.begin(), ours.end(), arrays.out.begin());
}

nlohmann::json cast_row(const CastPeer& peer, const std::string& name, std::size_t bytes,
                        int threads, double budget) {
  std::vector<Arrays> arrays = arrays_of(bytes, threads);
  std::vector<Work> works, copies;
  for (Arrays& a : arrays) {
    works.push_back(peer.prepare(a.x, a.out));
    copies.push_back([&a] { std::memcpy(a.out.data(), a.x.data(), a.x.size() * sizeof(float)); });
  }
  works[0]();
  const bool same = peer.arrays > 2 || same_values(arrays[0]);
  const std::vector<double> best = best_of({works, copies}, budget);
  const double gigabytes = static_cast<double>(bytes) * threads * 1e-9;
  const double rate = peer.arrays * gigabytes / best[0], copy = 2 * gigabytes / best[1];
  fmt::print("{:66} {:8.2f} {:8.1f} {:7.3f} {:7.1f}{}\n", name, rate, copy, rate / copy,
             best[0] / best[1], same ? "" : "  values differ from fixed<8,3,RND,SAT>");
  return {{"kernel", name},
          {"layout", "flat"},
          {"array_bytes", bytes},
          {"threads", threads},
          {"gigabytes_a_second", rate},
          {"copy_gigabytes_a_second", copy},
          {"ratio", rate / copy},
          {"copies", best[0] / best[1]},
          {"same_values", same}};
}

std::vector<CastPeer> cast_peers() {
  std::vector<CastPeer> peers;
#ifdef QFX_PEERS_VENDOR_TYPES
  for (const auto& more : {ap_casts(), ac_casts()})
    peers.insert(peers.end(), more.begin(), more.end());
#endif
#ifdef QFX_PEERS_TORCH
  for (const CastPeer& peer : torch_casts()) peers.push_back(peer);
#endif
  return peers;
}

nlohmann::json time_casts(double budget) {
  nlohmann::json rows = nlohmann::json::array();
  for (const bool kept : {false, true}) {
    if (kept) {
      // glibc gives large arrays back when they are freed, and the next one costs a page fault
      // every 4 KiB. There is no way back to its defaults, which adapt, so that they come first.
      mallopt(M_MMAP_THRESHOLD, 1 << 30);
      mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
    }
    for (const std::size_t bytes : {std::size_t{256} << 10, std::size_t{64} << 20}) {
      for (const int threads : {1, 2}) {
        fmt::print("\narrays of {} KiB, {} thread{}\n{:66} {:>8} {:>8} {:>7} {:>7}\n", bytes >> 10,
                   threads, threads > 1 ? "s, each with its own" : "", "peer", "GB/s", "copy",
                   "ratio", "copies");
        for (const CastPeer& peer : cast_peers())
          if (!kept || peer.allocates)
            rows.push_back(
                cast_row(peer, peer.name + (kept ? ", memory kept" : ""), bytes, threads, budget));
      }
    }
  }
  return rows;
}

// 3x3; the last two depthwise. peers.py has the same.
constexpr ConvShape kShapes[] = {
    {.in_channels = 16, .out_channels = 16, .size = 32},
    {.in_channels = 32, .out_channels = 32, .size = 16},
    {.in_channels = 64, .out_channels = 64, .size = 8},
    {.in_channels = 64, .out_channels = 64, .size = 56},
    {.in_channels = 128, .out_channels = 128, .size = 28},
    {.in_channels = 3, .out_channels = 16, .size = 32},
    {.in_channels = 64, .out_channels = 64, .size = 56, .groups = 64},
    {.in_channels = 128, .out_channels = 128, .size = 28, .groups = 128},
};

nlohmann::json time_convs(double budget) {
  std::vector<ConvPeer> peers = our_convs();
#ifdef QFX_PEERS_VENDOR_TYPES
  for (const auto& more : {ap_convs(), ac_convs()})
    peers.insert(peers.end(), more.begin(), more.end());
#endif
#ifdef QFX_PEERS_ONEDNN
  for (const ConvPeer& peer : onednn_convs()) peers.push_back(peer);
#endif
  nlohmann::json rows = nlohmann::json::array();
  fmt::print("\nconvolution 3x3, one image, 1 thread\n{:40} {:>16} {:>8} exact\n", "peer", "shape",
             "GMAC/s");
  for (const ConvShape& shape : kShapes) {
    const ConvData data(shape);
    for (const ConvPeer& peer : peers) {
      const ConvRun conv = peer.prepare(data);
      if (!conv.run) continue;  // not this shape
      conv.run();
      const bool exact = conv.sums() == (peer.signed_input ? data.signed_sums : data.unsigned_sums);
      const double rate =
          static_cast<double>(shape.products()) / best_of({{conv.run}}, budget)[0] * 1e-9;
      fmt::print("{:40} {:>16} {:8.3f} {}\n", peer.name,
                 fmt::format("{},{},{}{}", shape.in_channels, shape.out_channels, shape.size,
                             shape.groups > 1 ? " depthwise" : ""),
                 rate, exact ? "yes" : "no");
      rows.push_back({{"kernel", peer.name},
                      {"ours", peer.ours},
                      {"in_channels", shape.in_channels},
                      {"out_channels", shape.out_channels},
                      {"size", shape.size},
                      {"kernel_size", shape.kernel},
                      {"groups", shape.groups},
                      {"threads", 1},
                      {"gmac_a_second", rate},
                      {"exact", exact}});
    }
  }
  return rows;
}

std::vector<std::string> left_out() {
  std::vector<std::string> notes;
#ifndef QFX_PEERS_TORCH
  notes.push_back("torch (C++): this build is without torch");
#endif
#ifndef QFX_PEERS_ONEDNN
  notes.push_back("oneDNN: libdnnl-dev was not found when this was built");
#endif
#ifndef QFX_PEERS_VENDOR_TYPES
  notes.push_back("ap_fixed, ac_fixed: the headers were not there when this was built");
#endif
  for (const std::string& note : notes) fmt::print("left out: {}\n", note);
  return notes;
}

}  // namespace
}  // namespace qfx::peers

int main(int argc, char** argv) {
  CLI::App app("What others offer for the same work, against a plain copy");
  std::string json_path;
  double budget = 0.1;
  app.add_option("--json", json_path, "also write the figures to this file");
  app.add_option("--seconds", budget, "time for each figure");
  CLI11_PARSE(app, argc, argv);

  // One arena: with one for each thread, glibc would not keep what a thread frees.
  mallopt(M_ARENA_MAX, 1);
  nlohmann::json result;
  result["left_out"] = qfx::peers::left_out();
  result["figures"] = qfx::peers::time_casts(budget);
  result["convolutions"] = qfx::peers::time_convs(budget);
  if (!json_path.empty()) std::ofstream(json_path) << result.dump(1) << "\n";
  return 0;
}
