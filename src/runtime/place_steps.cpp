// Steps that give elements another place: concat, flatten.
#include <algorithm>
#include <cstring>

#include "runtime/element_tile.h"
#include "runtime/step.h"

#include "qfx/kernels/int_cast.h"

namespace qfx::runtime {
namespace {

using kernels::IntCast;

// A pixel of the result is the pixels of the inputs, each cast from its own grid.
class ConcatStep : public Step {
 public:
  struct Part {
    TensorLayout from;
    IntCast cast;
    std::int64_t first_channel;
  };

  ConcatStep(std::vector<Part> parts, const TensorLayout& to, std::string kernel)
      : Step(std::move(kernel)), parts_(std::move(parts)), to_(to) {}

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte*) const override {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const Part& part = parts_[i];
      const std::int64_t pixels = images * to_.pixels, channels = part.from.channels;
      if (part.cast.path() == IntCast::Path::Copy && part.from.storage == to_.storage) {
        copy_bytes(part, inputs[i], pixels, output);
        continue;
      }
      const std::int64_t at_once = std::max<std::int64_t>(kTile / channels, 1);
      for (std::int64_t pixel = 0; pixel < pixels; pixel += at_once)
        copy(part, inputs[i], pixel, std::min(at_once, pixels - pixel), output);
    }
  }

 private:
  // Where no value changes. A pixel is few bytes: a call for each would take longer than they do.
  void copy_bytes(const Part& part, const std::byte* from, std::int64_t pixels,
                  std::byte* output) const {
    constexpr std::int64_t kChunk = 16;
    const std::int64_t size = part.from.offset(part.from.channels), step = to_.offset(to_.channels);
    std::byte* to = output + to_.offset(part.first_channel);
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel, from += size, to += step) {
      std::int64_t done = 0;
      for (; done + kChunk <= size; done += kChunk) std::memcpy(to + done, from + done, kChunk);
      for (; done < size; ++done) to[done] = from[done];
    }
  }

  void copy(const Part& part, const std::byte* input, std::int64_t pixel, std::int64_t pixels,
            std::byte* output) const {
    const std::int64_t channels = part.from.channels;
    std::int32_t words[kTile];
    for (std::int64_t done = 0; done < channels * pixels; done += kTile) {
      const std::int64_t count = std::min(kTile, channels * pixels - done);
      kernels::widen(input + part.from.offset(pixel * channels + done), part.from.storage, count,
                     words);
      part.cast(words, words, count);
      // A tile is whole pixels, or a part of one.
      const std::int64_t length = std::min(channels, count);
      for (std::int64_t at = 0; at < count; at += length) {
        const std::int64_t row = pixel + (done + at) / channels;
        const std::int64_t channel = part.first_channel + (done + at) % channels;
        kernels::narrow(words + at, length, output + to_.offset(row * to_.channels + channel),
                        to_.storage);
      }
    }
  }

  std::vector<Part> parts_;
  TensorLayout to_;
};

// From channels innermost to channels outermost, in which order the vector has them.
class FlattenStep : public Step {
 public:
  explicit FlattenStep(const TensorLayout& from) : Step("copy"), from_(from) {}

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte*) const override {
    kernels::with_type(from_.storage, [&]<class T>(T) {
      const auto* x = reinterpret_cast<const T*>(inputs[0]);
      auto* y = reinterpret_cast<T*>(output);
      for (std::int64_t image = 0; image < images; ++image) {
        transpose(x, from_.channels, from_.pixels, from_.channels, from_.pixels, y);
        x += from_.elements();
        y += from_.elements();
      }
    });
  }

 private:
  TensorLayout from_;
};

}  // namespace

std::unique_ptr<Step> make_concat(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  std::vector<ConcatStep::Part> parts;
  std::int64_t channel = 0;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const graph::Interval& x = analyzed.source_range(id, i);
    const IntCast cast(analyzed.source(id, i).format.frac_bits(), node.format, x.lo, x.hi);
    parts.push_back({layout_of(analyzed, node.inputs[i]), cast, channel});
    channel += parts.back().from.channels;
  }
  return std::make_unique<ConcatStep>(std::move(parts), layout_of(analyzed, id),
                                      fmt::format("{} casts", node.inputs.size()));
}

std::unique_ptr<Step> make_flatten(const Analyzed& analyzed, graph::NodeId id) {
  return std::make_unique<FlattenStep>(layout_of(analyzed, analyzed.node(id).inputs[0]));
}

}  // namespace qfx::runtime
