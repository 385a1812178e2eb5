#include "train/network/dropout.h"

#include "train/tensors/random.h"

namespace qfx::train {
namespace {

constexpr std::uint64_t kFractions = std::uint64_t{1} << 24;  // of 1, each exact in float32

}  // namespace

at::Tensor Dropout::operator()(const graph::Node& node, graph::NodeId id,
                               const at::Tensor& values) const {
  const auto found = shares.find(node.name);
  if (found == shares.end() || found->second == 0) return values;
  const auto dropped = static_cast<std::uint64_t>(found->second * static_cast<double>(kFractions));
  const auto kept = static_cast<float>(1 / (1 - found->second));
  at::Tensor factors = at::empty(values.sizes(), at::kFloat);  // row-major, whatever values are
  float* factor = factors.data_ptr<float>();
  const std::int64_t each = values.numel() / values.size(0);
  for (std::int64_t sample = 0; sample < values.size(0); ++sample) {
    Random random({seed, static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(id),
                   static_cast<std::uint64_t>(first_sample + sample)});
    for (std::int64_t i = 0; i < each; ++i)
      *factor++ = random.below(kFractions) < dropped ? 0.0F : kept;
  }
  return values * factors.to(values.device());
}

}  // namespace qfx::train
