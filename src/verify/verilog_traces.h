// The files of qfx_trace.
#pragma once

#include <filesystem>
#include <vector>

#include "verify/raw_files.h"
#include "verify/stream_order.h"

#include "qfx/graph/graph.h"

namespace qfx::verify {

// The values of every node, each sample in C, H, W order: values[node] of `samples` samples. A node
// that keeps its input's values has those of its input; one without a file, none.
std::vector<std::vector<std::int32_t>> read_verilog_traces(const std::filesystem::path& folder,
                                                           const graph::FrozenModel& model,
                                                           const StreamLayouts& layouts,
                                                           std::int64_t samples);

}  // namespace qfx::verify
