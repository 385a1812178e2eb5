#include "verify/raw_files.h"

#include <cstring>
#include <fstream>

#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::verify {
namespace {

template <class T>
std::vector<T> read_values(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  if (bytes.size() % sizeof(T) != 0)
    internal_error("{} has {} bytes, not a multiple of {}", path.string(), bytes.size(), sizeof(T));
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace

void write_raw(const std::filesystem::path& path, std::span<const std::int32_t> values) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(values.size_bytes()));
  file.close();
  if (!file) user_error("cannot write '{}': is the disk full?", path.string());
}

std::vector<std::int32_t> read_raw(const std::filesystem::path& path, std::int64_t count) {
  std::vector<std::int32_t> values = read_values<std::int32_t>(path);
  if (std::ssize(values) != count)
    internal_error("{} holds {} values, it should hold {}", path.string(), values.size(), count);
  return values;
}

std::vector<SampleTrace> read_trace(const std::filesystem::path& path, int nodes) {
  const std::vector<std::int64_t> words = read_values<std::int64_t>(path);
  std::vector<SampleTrace> samples;
  for (std::size_t at = 0; at < words.size();) {
    const std::int64_t node = words[at];
    const std::int64_t left = static_cast<std::int64_t>(words.size() - at) - 2;
    if (node < 0 || node >= nodes || left < 0 || words[at + 1] < 0 || words[at + 1] > left)
      internal_error("{} is no trace of {} nodes", path.string(), nodes);
    // The input comes first in every sample.
    if (node == 0) samples.emplace_back(static_cast<std::size_t>(nodes));
    QFX_ASSERT(!samples.empty());
    const auto begin = words.begin() + static_cast<std::ptrdiff_t>(at) + 2;
    samples.back()[static_cast<std::size_t>(node)].assign(begin, begin + words[at + 1]);
    at += static_cast<std::size_t>(words[at + 1]) + 2;
  }
  return samples;
}

}  // namespace qfx::verify
