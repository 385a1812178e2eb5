#include "qfx/runtime/engine.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "runtime/memory_plan.h"
#include "runtime/step.h"
#include "runtime/thread_pool.h"

#include "qfx/base/error.h"
#include "qfx/kernels/int_gemm.h"

namespace qfx::runtime {
namespace {

// Tensors of one block of images should stay in a core's second-level cache.
constexpr std::int64_t kBlockBytes = 256 * 1024;
// Rows of A that fill the register tile of the matrix products.
constexpr std::int64_t kRowTile = 4;
constexpr std::int64_t kMaxBlock = 64;
constexpr std::int64_t kAlignment = 64;

std::int64_t block_images(std::int64_t elements_per_image) {
  const std::int64_t bytes = std::max<std::int64_t>(elements_per_image * 4, 1);
  const std::int64_t images = std::clamp<std::int64_t>(kBlockBytes / bytes, 1, kMaxBlock);
  return images < kRowTile ? images : images / kRowTile * kRowTile;
}

struct FreeAligned {
  void operator()(std::byte* memory) const {
    ::operator delete[](memory, std::align_val_t{kAlignment});
  }
};
using AlignedBytes = std::unique_ptr<std::byte[], FreeAligned>;

AlignedBytes allocate(std::int64_t bytes) {
  return AlignedBytes(new (std::align_val_t{kAlignment})
                          std::byte[std::max<std::int64_t>(bytes, 1)]);
}

}  // namespace

struct Engine::Impl {
  // What one thread works in; kept between runs, because fresh pages are slow.
  struct Worker {
    AlignedBytes arena, scratch;
  };

  Impl(graph::Analyzed proved, int threads)
      : analyzed(std::move(proved)),
        model(analyzed.model()),
        plan(plan_memory(model)),
        pool(threads) {
    const auto count = static_cast<graph::NodeId>(model.nodes.size());
    for (graph::NodeId id = 0; id < count; ++id) steps.push_back(make_step(analyzed, id));
    block = block_images(plan.size + graph::element_count(model.input().shape) +
                         graph::element_count(model.output().shape));
    for (const auto& step : steps)
      if (step) scratch_bytes = std::max(scratch_bytes, step->scratch_bytes(block));
    workers.resize(pool.size());
  }

  std::int64_t size(graph::NodeId id) const { return graph::element_count(model.nodes[id].shape); }

  void check_input(std::span<const std::int32_t> input, std::int64_t batch) const {
    const graph::FrozenNode& node = model.input();
    if (batch < 0 || static_cast<std::int64_t>(input.size()) != batch * size(0))
      user_error("{}: {} input values for a batch of {}; each image has {} of shape {}", node.name,
                 input.size(), batch, size(0), graph::to_string(node.shape));
    const graph::Interval range = analyzed.range(0).output;
    const auto outside = std::find_if(input.begin(), input.end(), [&](std::int32_t value) {
      return value < range.lo || value > range.hi;
    });
    if (outside != input.end())
      user_error(
          "{}: raw input value {} at index {} is outside {}, which holds {} to {}; quantize_input "
          "gives "
          "values inside it",
          node.name, *outside, outside - input.begin(), fixed::to_string(node.format), range.lo,
          range.hi);
  }

  // Runs blocks of images on the pool: run_block(first image, images, worker).
  template <class RunBlock>
  void for_each_block(std::int64_t batch, const RunBlock& run_block) {
    const std::lock_guard lock(running);
    // A small batch still gives every thread something to do.
    const std::int64_t share = (batch + pool.size() - 1) / pool.size();
    const std::int64_t images = std::clamp<std::int64_t>(share, 1, block);
    pool.for_each((batch + images - 1) / images, [&](std::int64_t index, int worker) {
      Worker& mine = workers[worker];
      if (!mine.scratch) mine.scratch = allocate(static_cast<std::int64_t>(scratch_bytes));
      run_block(index * images, std::min(images, batch - index * images), mine);
    });
  }

  // tensors[id]: where node id's values of these images are or go. skip(id): nothing to do.
  template <class Skip>
  void run_steps(const std::vector<std::int32_t*>& tensors, std::int64_t images, std::byte* scratch,
                 const Skip& skip) const {
    for (std::size_t id = 1; id < steps.size(); ++id) {
      if (skip(static_cast<graph::NodeId>(id))) continue;
      const std::vector<graph::NodeId>& inputs = model.nodes[id].inputs;
      std::vector<const std::int32_t*> sources;
      for (const graph::NodeId input : inputs) sources.push_back(tensors[input]);
      steps[id]->run(sources.data(), tensors[id], images, scratch);
    }
  }

  graph::Analyzed analyzed;
  const graph::FrozenModel& model;
  MemoryPlan plan;
  ThreadPool pool;
  std::vector<std::unique_ptr<Step>> steps;
  std::int64_t block = 1;
  std::size_t scratch_bytes = 0;
  std::mutex running;
  std::vector<Worker> workers;
};

Engine::Engine(graph::Analyzed model, int threads)
    : impl_(std::make_unique<Impl>(std::move(model), threads)) {}
Engine::Engine(graph::FrozenModel model, int threads)
    : Engine(graph::Analyzed(std::move(model)), threads) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

const graph::Analyzed& Engine::analyzed() const {
  return impl_->analyzed;
}

const graph::FrozenModel& Engine::model() const {
  return impl_->model;
}

RawTensor Engine::run(std::span<const std::int32_t> input, std::int64_t batch) const {
  impl_->check_input(input, batch);
  const auto count = static_cast<graph::NodeId>(impl_->model.nodes.size());
  if (count == 1) return RawTensor(input.begin(), input.end());
  const std::int64_t in_size = impl_->size(0), out_size = impl_->size(count - 1);
  RawTensor output(batch * out_size);
  impl_->for_each_block(batch, [&](std::int64_t first, std::int64_t images, Impl::Worker& worker) {
    if (!worker.arena)
      worker.arena = allocate(impl_->plan.size * impl_->block * sizeof(std::int32_t));
    auto* arena = reinterpret_cast<std::int32_t*>(worker.arena.get());
    std::vector<std::int32_t*> tensors(count);
    for (graph::NodeId id = 0; id < count; ++id) {
      const std::int64_t offset = impl_->plan.offset[id];
      // No step writes to the input.
      if (offset == MemoryPlan::kInput)
        tensors[id] = const_cast<std::int32_t*>(input.data()) + first * in_size;
      else if (offset == MemoryPlan::kOutput)
        tensors[id] = output.data() + first * out_size;
      else
        tensors[id] = arena + offset * images;
    }
    impl_->run_steps(tensors, images, worker.scratch.get(),
                     [&](graph::NodeId id) { return is_alias(impl_->model, id); });
  });
  return output;
}

std::vector<RawTensor> Engine::run_all(std::span<const std::int32_t> input,
                                       std::int64_t batch) const {
  impl_->check_input(input, batch);
  const auto count = static_cast<graph::NodeId>(impl_->model.nodes.size());
  std::vector<RawTensor> results(count);
  results[0].assign(input.begin(), input.end());
  for (graph::NodeId id = 1; id < count; ++id) results[id].resize(batch * impl_->size(id));
  impl_->for_each_block(batch, [&](std::int64_t first, std::int64_t images, Impl::Worker& worker) {
    std::vector<std::int32_t*> tensors(count);
    for (graph::NodeId id = 0; id < count; ++id)
      tensors[id] = results[id].data() + first * impl_->size(id);
    impl_->run_steps(tensors, images, worker.scratch.get(), [](graph::NodeId) { return false; });
  });
  return results;
}

std::string Engine::kernel_name(graph::NodeId node) const {
  if (node < 0 || node >= std::ssize(impl_->steps))
    user_error("node {} does not exist; the model has nodes 0 to {}", node,
               impl_->steps.size() - 1);
  const auto& step = impl_->steps[node];
  return step ? step->kernel() : "input";
}

}  // namespace qfx::runtime
