#include "train/ops/move.h"

#include "train/tensors/layout.h"

namespace qfx::train {

// Loops that repeat are left out of the index and made by expanding: then no element is taken
// twice, and the sums of gradients, which expanding makes, have one order on every device.
at::Tensor moved(const at::Tensor& x, const graph::View& view) {
  const Shape in(x.sizes().begin() + 1, x.sizes().end());
  const Shape out = view.shape();
  const bool is_image = in.size() == 3 && out.size() == 3;  // pixel by pixel in memory
  const graph::Moves moves = graph::moves_of(
      view, in, is_image ? graph::Arrangement::ChannelsLast : graph::Arrangement::RowMajor);

  graph::Moves taken{moves.base, {}};
  std::vector<std::int64_t> with_ones{x.size(0)}, whole{x.size(0)};
  for (const graph::MoveLoop& loop : moves.loops) {
    if (loop.from != 0) taken.loops.push_back(loop);
    with_ones.push_back(loop.from != 0 ? loop.extent : 1);
    whole.push_back(loop.extent);
  }
  const std::vector<std::int64_t> sources = graph::sources_of(taken);
  const at::Tensor index =
      at::tensor(at::ArrayRef<std::int64_t>(sources), at::kLong).to(x.device());

  const at::Tensor ordered = is_image ? x.permute({0, 2, 3, 1}) : x;
  const at::Tensor values =
      at::index_select(at::flatten(ordered, 1), 1, index).view(with_ones).expand(whole);
  if (is_image)
    return channels_last(values.reshape({x.size(0), out[1], out[2], out[0]}).permute({0, 3, 1, 2}));
  std::vector<std::int64_t> shape{x.size(0)};
  shape.insert(shape.end(), out.begin(), out.end());
  return channels_last(values.reshape(shape));
}

}  // namespace qfx::train
