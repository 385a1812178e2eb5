#include "verify/verilog_traces.h"

#include <charconv>
#include <fmt/format.h>

#include "verify/stream_order.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::verify {
namespace {

// A raw value a line, in hexadecimal and of the format's width.
std::vector<std::int32_t> read_trace_file(const std::filesystem::path& path,
                                          const fixed::Format& format) {
  const std::string text = read_file(path);
  std::vector<std::int32_t> values;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at < end; ++at) {
    std::uint64_t raw = 0;
    const auto [behind, error] = std::from_chars(at, end, raw, 16);
    if (error != std::errc{} || behind == end || *behind != '\n')
      internal_error("{} is no trace", path.string());
    const bool is_negative = format.is_signed && (raw >> (format.width - 1) & 1) != 0;
    values.push_back(static_cast<std::int32_t>(
        static_cast<std::int64_t>(raw) - (is_negative ? std::int64_t{1} << format.width : 0)));
    at = behind;
  }
  return values;
}

}  // namespace

std::vector<std::vector<std::int32_t>> read_verilog_traces(const std::filesystem::path& folder,
                                                           const graph::FrozenModel& model,
                                                           const StreamLayouts& layouts,
                                                           std::int64_t samples) {
  std::vector<std::vector<std::int32_t>> values(model.nodes.size());
  for (std::size_t id = 0; id < model.nodes.size(); ++id) {
    const graph::FrozenNode& node = model.nodes[id];
    const std::filesystem::path path = folder / fmt::format("trace_{}.hex", id);
    if (path_exists(path)) {
      values[id] = read_trace_file(path, node.format);
      const auto wanted = static_cast<std::size_t>(samples * element_count(node.shape));
      if (values[id].size() < wanted)
        internal_error("{} holds {} values, it should hold {}", path.string(), values[id].size(),
                       wanted);
      values[id].resize(wanted);  // beyond lies what came before a reset, or after the last sample
      values[id] = from_stream_order(layouts.nodes[id], values[id]);
    } else if (node.inputs.size() == 1) {
      values[id] = values[static_cast<std::size_t>(node.inputs[0])];
    }
  }
  return values;
}

}  // namespace qfx::verify
