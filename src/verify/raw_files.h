// The files between QFX and a replay program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <vector>

namespace qfx::verify {

void write_raw(const std::filesystem::path& path, std::span<const std::int32_t> values);

// Raises InternalError unless the file holds exactly `count` values.
std::vector<std::int32_t> read_raw(const std::filesystem::path& path, std::int64_t count);

// One sample after another, each node's values: trace[sample][node]. Nodes without a record are
// empty.
using SampleTrace = std::vector<std::vector<std::int64_t>>;
std::vector<SampleTrace> read_trace(const std::filesystem::path& path, int nodes);

}  // namespace qfx::verify
