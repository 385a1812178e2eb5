#include "backends/hls/assigned_formats.h"

namespace qfx::backends::hls {

std::vector<fixed::Format> assigned_formats(const graph::FrozenNode& node) {
  std::vector<fixed::Format> formats{node.format};
  if (const fixed::Format* accumulator = graph::accumulator_of(node.op))
    formats.push_back(*accumulator);
  return formats;
}

}  // namespace qfx::backends::hls
