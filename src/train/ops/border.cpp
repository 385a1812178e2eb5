#include "train/ops/border.h"

namespace qfx::train {

at::Tensor with_border(const at::Tensor& images, const graph::Sides& padding, double value) {
  if (padding == graph::Sides()) return images;
  return at::constant_pad_nd(images, {padding.left, padding.right, padding.top, padding.bottom},
                             value);
}

at::Tensor without_border(const at::Tensor& bordered, const graph::Sides& padding) {
  if (padding == graph::Sides()) return bordered;
  return bordered.narrow(2, padding.top, bordered.size(2) - padding.both(0))
      .narrow(3, padding.left, bordered.size(3) - padding.both(1));
}

Bordered for_window(const at::Tensor& images, const graph::Sides& padding) {
  if (padding.is_alike()) return {images, {padding.top, padding.left}};
  return {with_border(images, padding), {0, 0}};
}

at::Tensor from_window(const at::Tensor& gradient, const graph::Sides& padding) {
  return padding.is_alike() || !gradient.defined() ? gradient : without_border(gradient, padding);
}

}  // namespace qfx::train
