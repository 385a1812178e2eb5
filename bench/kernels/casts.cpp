// Bytes a second of the casts on floating-point arrays, against a plain copy of the same array in
// the same run.
//
//   bench_kernels [--json FILE] [--seconds S]
//
// A kernel's bytes are the arrays it reads and writes, each once; a copy's are 2 arrays. Each
// figure is the best of several rounds, and a copy runs in every round beside the kernel it is
// compared with.
#include <CLI/CLI.hpp>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "rounds.h"

#include "qfx/kernels/fake_cast.h"

namespace {

using qfx::fixed::Format;
using qfx::fixed::Overflow;
using qfx::fixed::Rounding;
using qfx::kernels::Extent;
using qfx::kernels::PointGradient;

constexpr std::int64_t kChannels = 16;

// One thread's arrays, all of `extent.size()` floats.
struct Arrays {
  Arrays(Extent e, unsigned seed)
      : extent(e), a(bytes()), b(bytes()), dy(bytes()), out(bytes()), out_b(bytes()) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, 1);
    // One draw in the seed's order fills the rest by repetition: the values matter, not their
    // number.
    std::vector<float> draw(1 << 14);
    for (float& value : draw) value = normal(random);
    for (std::size_t i = 0; i < size(); ++i) {
      a.data()[i] = draw[i % draw.size()];
      b.data()[i] = draw[(i + 5003) % draw.size()];
      dy.data()[i] = draw[(i + 9001) % draw.size()];
    }
    // Memory never written to is the kernel's one page of zeros.
    std::memset(out.data(), 0, bytes());
    std::memset(out_b.data(), 0, bytes());
    scale.assign(static_cast<std::size_t>(e.channels), 0.75f);
    offset.assign(static_cast<std::size_t>(e.channels), 0.125f);
    frac_bits.assign(static_cast<std::size_t>(e.channels), 5);
    points.resize(static_cast<std::size_t>(e.channels));
    d_scale.resize(static_cast<std::size_t>(e.channels));
    d_offset.resize(static_cast<std::size_t>(e.channels));
  }
  std::size_t size() const { return static_cast<std::size_t>(extent.size()); }
  std::size_t bytes() const { return size() * sizeof(float); }

  Extent extent;
  qfx::bench::Array a, b, dy, out, out_b;
  std::vector<float> scale, offset;
  std::vector<int> frac_bits;
  std::vector<PointGradient> points;
  std::vector<double> d_scale, d_offset;
};

void copy(Arrays& x) {
  std::memcpy(x.out.data(), x.a.data(), x.bytes());
}

struct Kernel {
  std::string name;
  std::string layout;  // flat, NCHW or channels last
  int arrays;          // read and written
  std::function<void(Arrays&)> run;
};

Format format_of(Rounding rounding, Overflow overflow, int wrap_bits = 0) {
  return {8, 3, true, rounding, overflow, wrap_bits};
}

std::string modes_of(const Format& format) {
  return std::string(to_string(format.rounding)) + " " + std::string(to_string(format.overflow)) +
         (format.wrap_bits > 0 ? " " + std::to_string(format.wrap_bits) : "");
}

Kernel forward(const std::string& layout, const Format& format) {
  return {"fake_cast " + modes_of(format), layout, 2, [format](Arrays& x) {
            qfx::kernels::fake_cast(x.a.data(), x.out.data(), x.extent, format, x.frac_bits.data());
          }};
}

Kernel backward(const std::string& layout, const Format& format) {
  return {"fake_cast_backward " + modes_of(format), layout, 3, [format](Arrays& x) {
            qfx::kernels::fake_cast_backward(x.a.data(), x.dy.data(), x.out.data(), x.extent,
                                             format, x.frac_bits.data(), x.points.data());
          }};
}

std::vector<Kernel> kernels() {
  using enum Rounding;
  using enum Overflow;
  const std::vector<Format> seldom = {format_of(RND, SAT_ZERO), format_of(TRN_ZERO, SAT_ZERO),
                                      format_of(TRN, WRAP, 1), format_of(RND, WRAP_SM)};
  std::vector<Kernel> list;
  for (const Overflow overflow : {SAT, SAT_SYM, WRAP})
    for (const Rounding rounding : {RND, RND_CONV, TRN})
      list.push_back(forward("flat", format_of(rounding, overflow)));
  list.push_back(forward("flat", format_of(RND_INF, SAT)));
  for (const Format& format : seldom) list.push_back(forward("flat", format));
  list.push_back(forward("NCHW", format_of(RND, SAT)));
  list.push_back(forward("channels last", format_of(RND, SAT)));
  for (const Rounding rounding : {RND, RND_CONV, TRN, RND_INF})
    list.push_back(backward("flat", format_of(rounding, SAT)));
  list.push_back(backward("flat", format_of(RND, WRAP)));
  for (const Format& format : seldom) list.push_back(backward("flat", format));
  list.push_back(backward("NCHW", format_of(RND, SAT)));
  list.push_back(backward("channels last", format_of(RND, SAT)));
  const Format format = format_of(RND, SAT);
  list.push_back({"count_overflows RND SAT", "flat", 1, [format](Arrays& x) {
                    qfx::kernels::count_overflows(x.a.data(), x.extent, format, x.frac_bits.data());
                  }});
  list.push_back({"relu_cast RND SAT", "flat", 2, [format](Arrays& x) {
                    qfx::kernels::relu_cast(x.a.data(), x.out.data(), x.extent, format,
                                            x.frac_bits.data());
                  }});
  list.push_back({"relu_cast_backward RND SAT", "flat", 3, [format](Arrays& x) {
                    qfx::kernels::relu_cast_backward(x.a.data(), x.dy.data(), x.out.data(),
                                                     x.extent, format, x.frac_bits.data(),
                                                     x.points.data());
                  }});
  list.push_back({"add_cast RND SAT", "flat", 3, [format](Arrays& x) {
                    qfx::kernels::add_cast(x.a.data(), x.b.data(), x.out.data(), x.extent, format,
                                           x.frac_bits.data());
                  }});
  list.push_back({"add_cast_backward RND SAT", "flat", 4, [format](Arrays& x) {
                    qfx::kernels::add_cast_backward(x.a.data(), x.b.data(), x.dy.data(),
                                                    x.out.data(), x.extent, format,
                                                    x.frac_bits.data(), x.points.data());
                  }});
  list.push_back({"mul_cast RND SAT", "flat", 3, [format](Arrays& x) {
                    qfx::kernels::mul_cast(x.a.data(), x.b.data(), x.out.data(), x.extent, format,
                                           x.frac_bits.data());
                  }});
  list.push_back({"mul_cast_backward RND SAT", "flat", 5, [format](Arrays& x) {
                    qfx::kernels::mul_cast_backward(x.a.data(), x.b.data(), x.dy.data(),
                                                    x.out.data(), x.out_b.data(), x.extent, format,
                                                    x.frac_bits.data(), x.points.data());
                  }});
  for (const std::string layout : {"NCHW", "channels last"}) {
    list.push_back({"affine_cast<float, float> RND SAT", layout, 2, [format](Arrays& x) {
                      qfx::kernels::affine_cast<float, float>(x.a.data(), x.scale.data(),
                                                              x.offset.data(), x.out.data(),
                                                              x.extent, format, 5);
                    }});
    list.push_back({"affine_cast<float, double> RND SAT", layout, 2, [format](Arrays& x) {
                      qfx::kernels::affine_cast<float, double>(x.a.data(), x.scale.data(),
                                                               x.offset.data(), x.out.data(),
                                                               x.extent, format, 5);
                    }});
    list.push_back({"affine_cast_backward<float, float> RND SAT", layout, 3, [format](Arrays& x) {
                      qfx::kernels::affine_cast_backward<float, float>(
                          x.a.data(), x.scale.data(), x.offset.data(), x.dy.data(), x.out.data(),
                          x.extent, format, 5, x.d_scale.data(), x.d_offset.data(),
                          x.points.data());
                    }});
    list.push_back({"affine_cast_backward<float, double> RND SAT", layout, 3, [format](Arrays& x) {
                      qfx::kernels::affine_cast_backward<float, double>(
                          x.a.data(), x.scale.data(), x.offset.data(), x.dy.data(), x.out.data(),
                          x.extent, format, 5, x.d_scale.data(), x.d_offset.data(),
                          x.points.data());
                    }});
  }
  return list;
}

Extent extent_of(const std::string& layout, std::size_t bytes) {
  const auto elements = static_cast<std::int64_t>(bytes / sizeof(float));
  if (layout == "flat") return {1, 1, elements};
  if (layout == "NCHW") return {elements / kChannels / 1024, kChannels, 1024};
  return {elements / kChannels, kChannels, 1};
}

struct Figure {
  double gigabytes_a_second;
  double copy_gigabytes_a_second;
};

Figure measure(const Kernel& kernel, std::vector<Arrays>& arrays, double budget) {
  const double bytes = static_cast<double>(arrays[0].size() * sizeof(float) * arrays.size());
  std::vector<std::vector<qfx::bench::Work>> works(2);
  for (Arrays& own : arrays) {
    works[0].emplace_back([&own, &kernel] { kernel.run(own); });
    works[1].emplace_back([&own] { copy(own); });
  }
  const std::vector<double> best = qfx::bench::best_of(works, budget);
  return {kernel.arrays * bytes / best[0] * 1e-9, 2 * bytes / best[1] * 1e-9};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Casts on floating-point arrays against a plain copy");
  std::string json_path;
  double budget = 0.1;
  app.add_option("--json", json_path, "also write the figures to this file");
  app.add_option("--seconds", budget, "time for each figure");
  CLI11_PARSE(app, argc, argv);

  nlohmann::json rows = nlohmann::json::array();
  fmt::print("target {}\n", qfx::kernels::active_target());
  for (const std::size_t bytes : {std::size_t{256} << 10, std::size_t{64} << 20}) {
    for (const int threads : {1, 2}) {
      fmt::print("\narrays of {} KiB, {} thread{}\n{:44} {:14} {:>8} {:>8} {:>6}\n", bytes >> 10,
                 threads, threads > 1 ? "s, each with its own" : "", "kernel", "layout", "GB/s",
                 "copy", "ratio");
      for (const Kernel& kernel : kernels()) {
        std::vector<Arrays> arrays;
        for (int t = 0; t < threads; ++t)
          arrays.emplace_back(extent_of(kernel.layout, bytes), static_cast<unsigned>(t));
        const Figure figure = measure(kernel, arrays, budget);
        const double ratio = figure.gigabytes_a_second / figure.copy_gigabytes_a_second;
        fmt::print("{:44} {:14} {:8.1f} {:8.1f} {:6.2f}\n", kernel.name, kernel.layout,
                   figure.gigabytes_a_second, figure.copy_gigabytes_a_second, ratio);
        rows.push_back({{"kernel", kernel.name},
                        {"layout", kernel.layout},
                        {"array_bytes", bytes},
                        {"threads", threads},
                        {"gigabytes_a_second", figure.gigabytes_a_second},
                        {"copy_gigabytes_a_second", figure.copy_gigabytes_a_second},
                        {"ratio", ratio}});
      }
    }
  }
  if (!json_path.empty())
    std::ofstream(json_path)
        << nlohmann::json{{"target", qfx::kernels::active_target()}, {"figures", rows}}.dump(1)
        << "\n";
  return 0;
}
