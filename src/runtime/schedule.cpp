#include "runtime/schedule.h"

#include <algorithm>
#include <utility>

#include "qfx/kernels/int_gemm.h"

namespace qfx::runtime {
namespace {

// Tensors of one block of images should stay in a core's second-level cache.
constexpr std::int64_t kBlockBytes = 256 * 1024;
// Rows of A that fill the register tile of the matrix products.
constexpr std::int64_t kRowTile = 4;
constexpr std::int64_t kMaxBlock = 64;
constexpr std::int64_t kLine = 64;

std::int64_t block_images(std::int64_t bytes_per_image) {
  const std::int64_t images = std::clamp<std::int64_t>(
      kBlockBytes / std::max<std::int64_t>(bytes_per_image, 1), 1, kMaxBlock);
  return images < kRowTile ? images : images / kRowTile * kRowTile;
}

}  // namespace

Schedule::Schedule(const graph::Analyzed& analyzed, std::vector<Group> groups, bool keep_all)
    : groups_(std::move(groups)),
      plan_(plan_memory(analyzed, groups_, keep_all)),
      block_(block_images(plan_.size)) {
  for (const Group& group : groups_) steps_.push_back(make_step(analyzed, group));
}

std::int64_t Schedule::memory_bytes(std::int64_t images) const {
  std::size_t scratch = 0;
  for (const auto& step : steps_) scratch = std::max(scratch, step->scratch_bytes(images));
  return plan_.size * images + kernels::round_up(static_cast<std::int64_t>(scratch), kLine);
}

void Schedule::run(std::byte* memory, std::int64_t images) const {
  std::byte* scratch = memory + plan_.size * images;
  std::vector<const std::byte*> inputs;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    inputs.clear();
    for (const graph::NodeId input : groups_[i].inputs)
      inputs.push_back(tensor(memory, input, images));
    steps_[i]->run(inputs.data(), tensor(memory, groups_[i].last(), images), images, scratch);
  }
}

const Step* Schedule::step(graph::NodeId id) const {
  for (std::size_t i = 0; i < groups_.size(); ++i)
    if (groups_[i].last() == id) return steps_[i].get();
  return nullptr;
}

}  // namespace qfx::runtime
