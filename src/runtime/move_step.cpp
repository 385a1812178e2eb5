// The step of a kind that only moves elements: its view as loops over the runtime's memory, with
// runs of neighbours copied at once.
#include <algorithm>

#include "runtime/step.h"

#include "qfx/base/error.h"

namespace qfx::runtime {
namespace {

class MoveStep : public Step {
 public:
  MoveStep(graph::Moves moves, const TensorLayout& from, const TensorLayout& to)
      : Step("copy"), base_(moves.base), loops_(std::move(moves.loops)), from_(from), to_(to) {
    if (!loops_.empty() && loops_.back().from == 1) {
      run_ = loops_.back().extent;
      loops_.pop_back();
    }
  }

  void run(const std::byte* const* inputs, std::byte* output, std::int64_t images,
           std::byte*) const override {
    kernels::with_type(from_.storage, [&]<class T>(T) {
      const auto* x = reinterpret_cast<const T*>(inputs[0]);
      auto* y = reinterpret_cast<T*>(output);
      for (std::int64_t image = 0; image < images; ++image, x += from_.elements())
        y = copy(x + base_, 0, y);
    });
  }

 private:
  // What loop `level` and those inside it visit; returns where the next element goes.
  template <class T>
  T* copy(const T* from, std::size_t level, T* to) const {
    if (level == loops_.size()) return std::copy_n(from, run_, to);
    const graph::MoveLoop& loop = loops_[level];
    if (run_ == 1 && level + 1 == loops_.size()) {
      for (std::int64_t i = 0; i < loop.extent; ++i) to[i] = from[i * loop.from];
      return to + loop.extent;
    }
    for (std::int64_t i = 0; i < loop.extent; ++i) to = copy(from + i * loop.from, level + 1, to);
    return to;
  }

  std::int64_t base_, run_ = 1;
  std::vector<graph::MoveLoop> loops_;
  TensorLayout from_, to_;
};

}  // namespace

std::unique_ptr<Step> make_move(const Analyzed& analyzed, graph::NodeId id) {
  const graph::FrozenNode& node = analyzed.node(id);
  const graph::Shape& in = analyzed.source(id).shape;
  const TensorLayout from = layout_of(analyzed, node.inputs[0]), to = layout_of(analyzed, id);
  QFX_ASSERT(from.storage == to.storage && from.planes == 0 && to.planes == 0);
  return std::make_unique<MoveStep>(
      graph::moves_of(graph::view_of(node.op, in), in, graph::Arrangement::ChannelsLast), from, to);
}

}  // namespace qfx::runtime
