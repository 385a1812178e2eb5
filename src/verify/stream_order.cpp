#include "verify/stream_order.h"

#include "qfx/base/error.h"
#include "qfx/dataflow/lower.h"

namespace qfx::verify {

StreamLayouts stream_layouts(const graph::FrozenModel& model) {
  const dataflow::Network network = dataflow::lower(graph::Analyzed(model));
  StreamLayouts layouts{.nodes = network.layouts,
                        .input = network.streams[static_cast<std::size_t>(network.input)].layout,
                        .outputs = {}};
  for (const dataflow::StreamId output : network.outputs)
    layouts.outputs.push_back(network.streams[static_cast<std::size_t>(output)].layout);
  return layouts;
}

std::vector<std::int32_t> to_stream_order(const dataflow::Layout& layout,
                                          std::span<const std::int32_t> values) {
  QFX_ASSERT(std::ssize(values) % layout.elements() == 0);
  std::vector<std::int32_t> result;
  result.reserve(values.size());
  for (std::int64_t sample = 0; sample < std::ssize(values); sample += layout.elements())
    for (std::int64_t beat = 0; beat < layout.beats; ++beat)
      for (std::int64_t lane = 0; lane < layout.lanes; ++lane)
        result.push_back(values[static_cast<std::size_t>(sample + layout.element(beat, lane))]);
  return result;
}

std::vector<std::int32_t> from_stream_order(const dataflow::Layout& layout,
                                            std::span<const std::int32_t> values) {
  QFX_ASSERT(std::ssize(values) % layout.elements() == 0);
  std::vector<std::int32_t> result(values.size());
  std::size_t at = 0;
  for (std::int64_t sample = 0; sample < std::ssize(values); sample += layout.elements())
    for (std::int64_t beat = 0; beat < layout.beats; ++beat)
      for (std::int64_t lane = 0; lane < layout.lanes; ++lane)
        result[static_cast<std::size_t>(sample + layout.element(beat, lane))] = values[at++];
  return result;
}

std::vector<std::int32_t> from_stream_order(const std::vector<dataflow::Layout>& layouts,
                                            std::span<const std::int32_t> values) {
  std::vector<std::int32_t> result;
  result.reserve(values.size());
  while (!values.empty()) {
    for (const dataflow::Layout& layout : layouts) {
      const auto size = static_cast<std::size_t>(layout.elements());
      QFX_ASSERT(values.size() >= size);
      const std::vector<std::int32_t> part = from_stream_order(layout, values.first(size));
      result.insert(result.end(), part.begin(), part.end());
      values = values.subspan(size);
    }
  }
  return result;
}

}  // namespace qfx::verify
