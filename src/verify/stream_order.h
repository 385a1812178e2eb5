// Between C, H, W order and the order in which elements come on a stream.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "qfx/dataflow/layout.h"
#include "qfx/graph/graph.h"

namespace qfx::verify {

// How tensors lie on their streams: of a flattened image, and of what follows it, as the image's.
struct StreamLayouts {
  std::vector<dataflow::Layout> nodes;
  dataflow::Layout input;
  std::vector<dataflow::Layout> outputs;
};
StreamLayouts stream_layouts(const graph::FrozenModel& model);

// Any number of samples.
std::vector<std::int32_t> to_stream_order(const dataflow::Layout& layout,
                                          std::span<const std::int32_t> values);
std::vector<std::int32_t> from_stream_order(const dataflow::Layout& layout,
                                            std::span<const std::int32_t> values);
// Of several tensors, one behind the other in each sample.
std::vector<std::int32_t> from_stream_order(const std::vector<dataflow::Layout>& layouts,
                                            std::span<const std::int32_t> values);

}  // namespace qfx::verify
