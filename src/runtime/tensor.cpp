#include "runtime/tensor.h"

#include <vector>

#include "runtime/levels.h"

namespace qfx::runtime {

TensorLayout layout_of(const graph::Analyzed& analyzed, graph::NodeId id) {
  const graph::Shape& shape = analyzed.node(id).shape;
  const graph::Interval& range = analyzed.range(id).output;
  return {kernels::narrowest_storage(range.lo, range.hi), shape[0],
          graph::element_count(shape) / shape[0],
          is_packed(analyzed, id) ? level_planes(analyzed, id) : 0};
}

void bring_in(const TensorLayout& layout, const std::int32_t* raw, std::int64_t images,
              std::byte* tensor) {
  if (layout.channels == 1 || layout.pixels == 1)
    return kernels::narrow(raw, images * layout.elements(), tensor, layout.storage);
  kernels::with_type(layout.storage, [&]<class T>(T) {
    auto* to = reinterpret_cast<T*>(tensor);
    for (std::int64_t i = 0; i < images; ++i, raw += layout.elements(), to += layout.elements())
      transpose(raw, layout.pixels, layout.channels, layout.pixels, layout.channels, to);
  });
}

void bring_out(const TensorLayout& layout, const std::byte* tensor, std::int64_t images,
               std::int32_t* raw) {
  if (layout.planes > 0) {
    TensorLayout values = layout;
    values.planes = 0;
    std::vector<std::int8_t> image(static_cast<std::size_t>(layout.elements()));
    for (std::int64_t i = 0; i < images; ++i, raw += layout.elements(), tensor += layout.bytes()) {
      kernels::unpack(layout.bit_planes(), reinterpret_cast<const std::uint16_t*>(tensor),
                      image.data());
      bring_out(values, reinterpret_cast<const std::byte*>(image.data()), 1, raw);
    }
    return;
  }
  if (layout.channels == 1 || layout.pixels == 1)
    return kernels::widen(tensor, layout.storage, images * layout.elements(), raw);
  kernels::with_type(layout.storage, [&]<class T>(T) {
    const auto* from = reinterpret_cast<const T*>(tensor);
    for (std::int64_t i = 0; i < images; ++i, raw += layout.elements(), from += layout.elements())
      transpose(from, layout.channels, layout.pixels, layout.channels, layout.pixels, raw);
  });
}

}  // namespace qfx::runtime
