// The step of every kind that computes an element from those at the same place: its kernel writes
// exact values into a tile, which waits for its cast in the first-level cache.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "runtime/proof.h"
#include "runtime/step.h"

#include "qfx/kernels/int_cast.h"

namespace qfx::runtime {

inline constexpr std::int64_t kTile = 1024;

// Consecutive elements of a batch, at most kTile.
struct Stretch {
  const std::int32_t* const* inputs;
  std::int64_t first, count;
  std::int64_t channel;  // of the first element; 0 where the kernel treats all channels alike
  bool across;           // the elements are one each of the next channels, else all of this one

  const std::int32_t* x(std::size_t i) const { return inputs[i] + first; }
};

// Kernel: void operator()(const Stretch&, Acc* tile) const. Acc holds every exact value: int32_t or
// int64_t.
template <class Acc, class Kernel>
class ElementStep : public Step {
 public:
  // elements: of an image, in `channels` planes that the kernel treats differently.
  ElementStep(const kernels::IntCast& cast, std::int64_t elements, std::int64_t channels,
              Kernel kernel, std::string name)
      : Step(std::move(name)),
        cast_(cast),
        kernel_(std::move(kernel)),
        channels_(channels),
        inner_(elements / channels) {}

  void run(const std::int32_t* const* inputs, std::int32_t* output, std::int64_t images,
           std::byte*) const override {
    const bool across = channels_ > 1 && inner_ == 1;
    // Of one channel, or of all of an image where each is one element, or of all images.
    const std::int64_t length = channels_ == 1 ? images * inner_ : across ? channels_ : inner_;
    const std::int64_t end = images * channels_ * inner_;
    std::int64_t channel = 0;
    alignas(64) Acc tile[kTile];  // vectors that never cross a cache line
    for (std::int64_t first = 0; first < end; first += length) {
      for (std::int64_t done = 0; done < length; done += kTile) {
        const Stretch part{inputs, first + done, std::min(kTile, length - done),
                           across ? done : channel, across};
        kernel_(part, tile);
        cast_(tile, output + part.first, part.count);
      }
      if (!across && ++channel == channels_) channel = 0;
    }
  }

 private:
  kernels::IntCast cast_;
  Kernel kernel_;
  std::int64_t channels_, inner_;
};

template <class Acc, class Kernel>
std::unique_ptr<Step> make_element_step(const Analyzed& analyzed, graph::NodeId id,
                                        std::int64_t channels, Kernel kernel, std::string name) {
  return std::make_unique<ElementStep<Acc, Kernel>>(accumulator_cast(analyzed, id),
                                                    graph::element_count(analyzed.node(id).shape),
                                                    channels, std::move(kernel), std::move(name));
}

// make<Acc>() gives the kernel; Acc is the cheapest type that is proved to hold every exact value.
template <class Make>
std::unique_ptr<Step> make_by_width(const Analyzed& analyzed, graph::NodeId id,
                                    std::int64_t channels, const char* operation,
                                    const Make& make) {
  const graph::NodeRange& range = analyzed.range(id);
  if (fits<std::int32_t>(range.accumulator))
    return make_element_step<std::int32_t>(analyzed, id, channels,
                                           make.template operator()<std::int32_t>(),
                                           describe(operation, "int32", range.accumulator_width));
  return make_element_step<std::int64_t>(analyzed, id, channels,
                                         make.template operator()<std::int64_t>(),
                                         describe(operation, "int64", range.accumulator_width));
}

}  // namespace qfx::runtime
