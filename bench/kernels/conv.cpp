// Exact integer convolutions: products a second on one core.
//
//   bench_conv [--json FILE] [--seconds S]
//
// A figure is the best of several rounds; every kernel of a shape runs in every round. "sums" says
// what the convolution adds up in.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "qfx/kernels/binary_conv.h"
#include "qfx/kernels/int_conv.h"
#include "qfx/kernels/int_gemm.h"

namespace {

using qfx::kernels::BinaryConv;
using qfx::kernels::ConvShape;
using qfx::kernels::IntConv;
using Narrow = IntConv<std::int32_t>::Path;
using Wide = IntConv<std::int64_t>::Path;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Kernel {
  std::string name;
  std::function<void()> run;
  double best = 1e9;
};

template <class T>
std::vector<T> draw(std::int64_t count, std::int64_t lo, std::int64_t hi) {
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::int64_t> any(lo, hi);
  std::vector<T> values(count);
  for (T& value : values) value = static_cast<T>(any(random));
  return values;
}

// One convolution with all that it works on.
template <class Conv, class In, class Sum>
Kernel kernel(const std::string& name, const ConvShape& s, Conv conv, std::vector<In> x, Sum) {
  struct Work {
    Conv conv;
    std::vector<In> x;
    std::vector<Sum> sums;
    std::vector<std::uint64_t> scratch;
  };
  auto work =
      std::make_shared<Work>(Work{std::move(conv),
                                  std::move(x),
                                  std::vector<Sum>(s.out_channels * s.out_height() * s.out_width()),
                                  {}});
  work->scratch.resize(work->conv.scratch_bytes() / 8 + 8);
  return {name, [work] {
            auto* scratch = reinterpret_cast<std::byte*>(
                (reinterpret_cast<std::uintptr_t>(work->scratch.data()) + 63) / 64 * 64);
            work->conv.run(work->x.data(), work->sums.data(), scratch);
          }};
}

// Weights of one bit with activations of one or two, by XOR and counting.
Kernel binary_kernel(const ConvShape& s, int planes) {
  struct Work {
    BinaryConv conv;
    std::vector<std::uint16_t> x;
    std::vector<std::int32_t> sums;
    std::vector<std::byte> image;
  };
  auto weights = draw<std::int32_t>(s.out_channels * s.group_channels() * s.taps(), 0, 1);
  for (std::int32_t& w : weights) w = 2 * w - 1;
  auto work = std::make_shared<Work>(Work{BinaryConv(s, planes, weights), {}, {}, {}});
  work->x = draw<std::uint16_t>(work->conv.planes().size(), 0, 0xffff);
  work->sums.resize(s.out_channels * s.out_height() * s.out_width());
  work->image.resize(work->conv.image_bytes());
  work->conv.pad(work->image.data());
  return {fmt::format("{} x 1 bit, xnor-popcount", planes), [work, height = s.out_height()] {
            work->conv.lay_out(work->x.data(), work->image.data());
            work->conv.multiply(work->image.data(), 0, height, work->sums.data());
          }};
}

std::vector<Kernel> kernels(const ConvShape& s) {
  const std::int64_t inputs = s.channels * s.height * s.width;
  const std::int64_t count = s.out_channels * s.group_channels() * s.taps();
  const auto bytes = draw<std::int32_t>(count, -127, 127);
  const auto halves = draw<std::int32_t>(count, -32767, 32767);
  std::vector<Kernel> list;
  {
    IntConv<std::int32_t> conv(s, bytes, 0, 255);
    const std::string name = "8 bits, int32 sums (" + conv.name() + ")";
    list.push_back(kernel(name, s, std::move(conv), draw<std::uint8_t>(inputs, 0, 255), 0));
  }
  {
    // A signed 8-bit format behind a ReLU: products of neighbours fit 16 bits.
    IntConv<std::int32_t> conv(s, bytes, 0, 127);
    const std::string name = "8 bits behind a ReLU (" + conv.name() + ")";
    list.push_back(kernel(name, s, std::move(conv), draw<std::uint8_t>(inputs, 0, 127), 0));
  }
  list.push_back(kernel("16 bits, int32 sums", s,
                        IntConv<std::int32_t>(s, draw<std::int32_t>(count, -64, 64), -32768, 32767),
                        draw<std::int16_t>(inputs, -32768, 32767), 0));
  list.push_back(kernel("16 bits, int64 sums in chunks", s,
                        IntConv<std::int64_t>(s, draw<std::int32_t>(count, -4000, 4000), -8191,
                                              8191, Wide::Int16Chunks),
                        draw<std::int16_t>(inputs, -8191, 8191), std::int64_t{}));
  list.push_back(kernel("32 bits, int64 sums", s,
                        IntConv<std::int64_t>(s, halves, -100000, 100000, Wide::Int32),
                        draw<std::int32_t>(inputs, -100000, 100000), std::int64_t{}));
  for (const int planes : {1, 2}) list.push_back(binary_kernel(s, planes));
  return list;
}

ConvShape square(std::int64_t in, std::int64_t out, std::int64_t size, std::int64_t groups = 1) {
  return {.channels = in,
          .height = size,
          .width = size,
          .out_channels = out,
          .groups = groups,
          .kernel_height = 3,
          .kernel_width = 3,
          .pad_top = 1,
          .pad_left = 1,
          .pad_bottom = 1,
          .pad_right = 1};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Exact integer convolutions, products a second on one core");
  std::string json_path;
  double budget = 0.3;
  app.add_option("--json", json_path, "also write the figures to this file");
  app.add_option("--seconds", budget, "time for each shape");
  CLI11_PARSE(app, argc, argv);

  nlohmann::json rows = nlohmann::json::array();
  fmt::print("target {}\n3x3 convolutions, padding 1, one image, one thread\n",
             qfx::kernels::gemm_target());
  for (const ConvShape& shape :
       {square(16, 16, 32), square(32, 32, 16), square(64, 64, 8), square(64, 64, 56),
        square(128, 128, 28), square(3, 16, 32), square(128, 128, 28, 128)}) {
    const double products =
        static_cast<double>(shape.out_channels * shape.group_channels() * shape.taps() *
                            shape.out_height() * shape.out_width());
    const std::string text =
        fmt::format("{} -> {} at {}x{}{}", shape.channels, shape.out_channels, shape.height,
                    shape.width, shape.groups > 1 ? ", depthwise" : "");
    std::vector<Kernel> list = kernels(shape);
    const double end = now() + budget;
    do {
      for (Kernel& k : list) {
        const double start = now();
        k.run();
        k.best = std::min(k.best, now() - start);
      }
    } while (now() < end);
    fmt::print("\n{}\n", text);
    for (const Kernel& k : list) {
      const double rate = products / k.best * 1e-9;
      fmt::print("  {:44} {:8.1f} GMAC/s\n", k.name, rate);
      rows.push_back({{"kernel", k.name},
                      {"shape", text},
                      {"channels", shape.channels},
                      {"out_channels", shape.out_channels},
                      {"size", shape.height},
                      {"groups", shape.groups},
                      {"gmac_a_second", rate}});
    }
  }
  if (!json_path.empty())
    std::ofstream(json_path)
        << nlohmann::json{{"target", qfx::kernels::gemm_target()}, {"figures", rows}}.dump(1)
        << "\n";
  return 0;
}
