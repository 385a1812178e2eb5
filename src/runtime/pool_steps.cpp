// Steps that reduce windows: max_pool2d, avg_pool2d, global_avg_pool2d.
#include <algorithm>
#include <optional>

#include "runtime/carver.h"
#include "runtime/chain.h"
#include "runtime/pooling.h"
#include "runtime/proof.h"
#include "runtime/step.h"

namespace qfx::runtime {
namespace {

using kernels::Pooling;

// Where a step's tensors lie.
class PoolStep : public Step {
 public:
  PoolStep(const Analyzed& analyzed, const Group& group, const Pooling& pooling, std::string kernel)
      : Step(std::move(kernel)),
        pooling_(pooling),
        from_(layout_of(analyzed, group.inputs[0])),
        to_(layout_of(analyzed, group.last())) {}

 protected:
  std::int64_t size() const { return pooling_.out_height * pooling_.out_width * pooling_.channels; }

  Pooling pooling_;
  TensorLayout from_, to_;
};

class MaxPoolStep : public PoolStep {
 public:
  MaxPoolStep(const Analyzed& analyzed, const Group& group, const Pooling& pooling)
      : PoolStep(
            analyzed, group, pooling,
            describe(fmt::format("maximum of {}",
                                 kernels::name_of(layout_of(analyzed, group.inputs[0]).storage))
                         .c_str(),
                     "int32", analyzed.range(group.first()).accumulator_width)),
        cast_(accumulator_cast(analyzed, group.first())) {
    if (fits_lanes(analyzed, group.first()))
      chain_.emplace(analyzed, group, SumConstants{{1}, {0}, false});
  }

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte* scratch) const override {
    for (std::int64_t image = 0; image < images; ++image) {
      kernels::with_type(from_.storage, [&]<class T>(T) {
        kernels::max_pool(reinterpret_cast<const T*>(inputs[0]) + image * from_.elements(),
                          pooling_, reinterpret_cast<T*>(scratch));
      });
      finish(scratch, image * size(), inputs + 1, output);
    }
  }

  std::size_t scratch_bytes(std::int64_t) const override {
    Carver carver(nullptr);
    carve(carver);
    return carver.used();
  }

 private:
  // The maxima, and where no chain does, them and their casts as words.
  std::int32_t* carve(Carver& carver) const {
    carver.take<std::byte>(from_.offset(size()));
    return carver.take<std::int32_t>(size());
  }

  void finish(std::byte* scratch, std::int64_t first, const std::byte* const* others,
              std::byte* output) const {
    if (chain_) return chain_->run({scratch, from_.storage, others, output, first, size()});
    Carver carver(scratch);
    std::int32_t* words = carve(carver);
    kernels::widen(scratch, from_.storage, size(), words);
    cast_(words, words, size());
    kernels::narrow(words, size(), output + to_.offset(first), to_.storage);
  }

  kernels::IntCast cast_;
  std::optional<Chain> chain_;
};

// Sum holds the sum of every window.
template <class Sum>
class MeanPoolStep : public PoolStep {
 public:
  MeanPoolStep(const Analyzed& analyzed, const Group& group, const Pooling& pooling)
      : PoolStep(
            analyzed, group, pooling,
            describe(fmt::format("mean of {}",
                                 kernels::name_of(layout_of(analyzed, group.inputs[0]).storage))
                         .c_str(),
                     std::is_same_v<Sum, std::int32_t> ? "int32" : "int64",
                     analyzed.range(group.first()).accumulator_width)),
        mean_(layout_of(analyzed, group.first())),
        counts_(counts_of(analyzed, group.first())),
        is_scaled_(!counts_.is_uniform()),
        cast_(mean_cast(analyzed, group.first())),
        chain_(analyzed, group, 1) {}

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte* scratch) const override {
    Carver carver(scratch);
    const Buffers buffers = carve(carver);
    for (std::int64_t image = 0; image < images; ++image) {
      kernels::with_type(from_.storage, [&]<class T>(T) {
        kernels::sum_pool(reinterpret_cast<const T*>(inputs[0]) + image * from_.elements(),
                          pooling_, buffers.sums);
      });
      if (is_scaled_) scale(buffers.sums);
      cast_(buffers.sums, buffers.words, size());
      kernels::narrow(buffers.words, size(), buffers.means, mean_.storage);
      chain_.run({buffers.means, mean_.storage, inputs + 1, output, image * size(), size()});
    }
  }

  std::size_t scratch_bytes(std::int64_t) const override {
    Carver carver(nullptr);
    carve(carver);
    return carver.used();
  }

 private:
  struct Buffers {
    Sum* sums;
    std::int32_t* words;
    std::byte* means;
  };

  void scale(Sum* sums) const {
    for (std::int64_t row = 0; row < pooling_.out_height; ++row)
      scale_row(counts_, row, pooling_.channels,
                sums + row * pooling_.out_width * pooling_.channels);
  }

  Buffers carve(Carver& carver) const {
    Buffers buffers;
    buffers.sums = carver.take<Sum>(size());
    buffers.words = carver.take<std::int32_t>(size());
    buffers.means = carver.take<std::byte>(mean_.bytes());
    return buffers;
  }

  TensorLayout mean_;
  graph::WindowCounts counts_;
  bool is_scaled_;  // where windows count differently
  kernels::IntMeanCast cast_;
  Chain chain_;
};

std::unique_ptr<Step> make_mean_pool(const Analyzed& analyzed, const Group& group,
                                     const Pooling& pooling) {
  if (fits<std::int32_t>(analyzed.range(group.first()).accumulator))
    return std::make_unique<MeanPoolStep<std::int32_t>>(analyzed, group, pooling);
  return std::make_unique<MeanPoolStep<std::int64_t>>(analyzed, group, pooling);
}

}  // namespace

std::unique_ptr<Step> make_pool(const Analyzed& analyzed, const Group& group,
                                const graph::MaxPool2d& pool) {
  return std::make_unique<MaxPoolStep>(analyzed, group, pooling_of(analyzed, group.first(), pool));
}

std::unique_ptr<Step> make_pool(const Analyzed& analyzed, const Group& group,
                                const graph::AvgPool2d& pool) {
  return make_mean_pool(analyzed, group, pooling_of(analyzed, group.first(), pool));
}

std::unique_ptr<Step> make_pool(const Analyzed& analyzed, const Group& group,
                                const graph::GlobalAvgPool2d& pool) {
  return make_mean_pool(analyzed, group, pooling_of(analyzed, group.first(), pool));
}

}  // namespace qfx::runtime
