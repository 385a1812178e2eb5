// IntConv on a peer's shape and data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/exact_conv.h"

#include "qfx/kernels/int_conv.h"

namespace qfx::peers {

// 8-bit activations from lowest to highest, 32-bit sums.
template <typename X>
class OurConv {
 public:
  OurConv(const ConvShape& s, std::vector<X> x, const std::vector<std::int8_t>& w, int lowest,
          int highest)
      : conv_({.channels = s.in_channels,
               .height = s.size,
               .width = s.size,
               .out_channels = s.out_channels,
               .groups = s.groups,
               .kernel_height = s.kernel,
               .kernel_width = s.kernel,
               .pad_top = s.padding(),
               .pad_left = s.padding(),
               .pad_bottom = s.padding(),
               .pad_right = s.padding()},
              std::vector<std::int32_t>(w.begin(), w.end()), lowest, highest),
        x_(std::move(x)),
        sums_(static_cast<std::size_t>(s.output_count())),
        scratch_(conv_.scratch_bytes() + 64) {}

  void run() {
    void* at = scratch_.data();
    std::size_t space = scratch_.size();
    std::align(64, conv_.scratch_bytes(), at, space);
    conv_.run(x_.data(), sums_.data(), static_cast<std::byte*>(at));
  }
  const std::vector<std::int32_t>& result() const { return sums_; }

 private:
  kernels::IntConv<std::int32_t> conv_;
  std::vector<X> x_;
  std::vector<std::int32_t> sums_;
  std::vector<std::byte> scratch_;
};

}  // namespace qfx::peers
