#include "qfx/runtime/engine.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "runtime/memory.h"
#include "runtime/schedule.h"
#include "runtime/thread_pool.h"

#include "qfx/base/error.h"
#include "qfx/graph/outputs.h"

namespace qfx::runtime {
struct Engine::Impl {
  Impl(graph::Analyzed proved, int threads)
      : analyzed(std::move(proved)),
        model(analyzed.model()),
        parts(graph::output_parts(model)),
        row(graph::output_size(model)),
        fused(analyzed, fused_groups(analyzed), false),
        pool(threads),
        memories(pool.size()) {}

  std::int64_t size(graph::NodeId id) const { return graph::element_count(model.nodes[id].shape); }

  void check_input(std::span<const std::int32_t> input, std::int64_t batch) const {
    const graph::FrozenNode& node = model.input();
    if (batch < 0 || static_cast<std::int64_t>(input.size()) != batch * size(0))
      user_error("{}: {} input values for a batch of {}; each image has {} of shape {}", node.name,
                 input.size(), batch, size(0), graph::to_string(node.shape));
    const graph::Interval range = analyzed.range(0).output;
    if (kernels::all_within(input.data(), std::ssize(input), static_cast<std::int32_t>(range.lo),
                            static_cast<std::int32_t>(range.hi)))
      return;
    const auto outside = std::find_if(input.begin(), input.end(), [&](std::int32_t value) {
      return value < range.lo || value > range.hi;
    });
    user_error(
        "{}: raw input value {} at index {} is outside {}, which holds {} to {}; quantize_input "
        "gives values inside it",
        node.name, *outside, outside - input.begin(), fixed::to_string(node.format), range.lo,
        range.hi);
  }

  // Every node by itself, for who asks about nodes.
  const Schedule& singly() {
    std::call_once(asked, [this] {
      single = std::make_unique<Schedule>(analyzed, single_groups(analyzed), true);
    });
    return *single;
  }

  // Runs blocks of images on the pool, and calls use(memory, first image, images) after each.
  template <class Use>
  void run(const Schedule& schedule, std::span<const std::int32_t> input, std::int64_t batch,
           const Use& use) {
    const std::lock_guard lock(running);
    // A small batch still gives every thread something to do.
    const std::int64_t share = (batch + pool.size() - 1) / pool.size();
    const std::int64_t images = std::clamp<std::int64_t>(share, 1, schedule.block());
    const std::int64_t bytes = schedule.memory_bytes(images);
    const TensorLayout layout = layout_of(analyzed, 0);
    pool.for_each((batch + images - 1) / images, [&](std::int64_t index, int worker) {
      const std::int64_t first = index * images, count = std::min(images, batch - first);
      std::byte* memory = memories[worker].of(bytes);
      bring_in(layout, input.data() + first * size(0), count, schedule.tensor(memory, 0, count));
      schedule.run(memory, count);
      use(memory, first, count);
    });
  }

  // What leaves the network of these images to where it is in `raw`, an image's outputs one behind
  // the other.
  void bring_outputs_out(const Schedule& schedule, std::byte* memory, std::int64_t first,
                         std::int64_t images, RawTensor& raw) const {
    if (parts.size() == 1)
      return bring_images_out(schedule, memory, parts[0].node, first, images, raw);
    for (const graph::OutputPart& part : parts) {
      const TensorLayout layout = layout_of(analyzed, part.node);
      const std::byte* tensor = schedule.tensor(memory, part.node, images);
      for (std::int64_t image = 0; image < images; ++image)
        bring_out(layout, tensor + image * layout.bytes(), 1,
                  raw.data() + (first + image) * row + part.first);
    }
  }

  // The tensor of node id, of these images, to where they are in `raw`.
  void bring_images_out(const Schedule& schedule, std::byte* memory, graph::NodeId id,
                        std::int64_t first, std::int64_t images, RawTensor& raw) const {
    bring_out(layout_of(analyzed, id), schedule.tensor(memory, id, images), images,
              raw.data() + first * size(id));
  }

  graph::Analyzed analyzed;
  const graph::FrozenModel& model;
  std::vector<graph::OutputPart> parts;
  std::int64_t row;  // values that leave the network for an image
  Schedule fused;
  std::once_flag asked;
  std::unique_ptr<Schedule> single;
  ThreadPool pool;
  std::mutex running;
  std::vector<Memory> memories;
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
  RawTensor outputs(batch * impl_->row);
  impl_->run(impl_->fused, input, batch,
             [&](std::byte* memory, std::int64_t first, std::int64_t images) {
               impl_->bring_outputs_out(impl_->fused, memory, first, images, outputs);
             });
  return outputs;
}

std::vector<RawTensor> Engine::run_all(std::span<const std::int32_t> input,
                                       std::int64_t batch) const {
  impl_->check_input(input, batch);
  const auto count = static_cast<graph::NodeId>(impl_->model.nodes.size());
  std::vector<RawTensor> results(count);
  for (graph::NodeId id = 0; id < count; ++id) results[id].resize(batch * impl_->size(id));
  const Schedule& schedule = impl_->singly();
  impl_->run(schedule, input, batch,
             [&](std::byte* memory, std::int64_t first, std::int64_t images) {
               for (graph::NodeId id = 0; id < count; ++id)
                 impl_->bring_images_out(schedule, memory, id, first, images, results[id]);
             });
  return results;
}

std::string Engine::kernel_name(graph::NodeId node) const {
  if (node < 0 || node >= std::ssize(impl_->model.nodes))
    user_error("node {} does not exist; the model has nodes 0 to {}", node,
               impl_->model.nodes.size() - 1);
  if (node == 0) return "input";
  const Step* step = impl_->singly().step(node);
  return step == nullptr ? "none" : step->kernel();
}

}  // namespace qfx::runtime
