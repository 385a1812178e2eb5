#include "data/split.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "qfx/base/error.h"

namespace qfx::data {
namespace {

template <class Value>
void keep_blocks(std::vector<Value>& values, const std::vector<std::int64_t>& indices,
                 std::int64_t size) {
  if (values.empty() || size == 0) return;
  const std::ptrdiff_t block = std::ssize(values) / size;
  auto end = values.begin();
  for (const std::int64_t i : indices) {
    const auto at = values.begin() + i * block;
    end = at == end ? end + block : std::move(at, at + block, end);
  }
  values.erase(end, values.end());
  values.shrink_to_fit();
}

std::vector<std::int32_t> labels_at(const std::vector<std::int32_t>& labels,
                                    const std::vector<std::int64_t>& indices) {
  std::vector<std::int32_t> out;
  if (labels.empty()) return out;
  for (const std::int64_t i : indices) out.push_back(labels[static_cast<std::size_t>(i)]);
  return out;
}

// Leaves the share, or all but it. A share that is asked for and takes nothing would leave a split
// empty.
void take_share(const Source& source, const char* key, double share, bool is_kept,
                const std::vector<std::int32_t>& labels, std::vector<std::int64_t>& indices) {
  const std::vector<bool> chosen = share_of(labels_at(labels, indices), std::ssize(indices), share);
  if (std::find(chosen.begin(), chosen.end(), true) == chosen.end())
    user_error(
        "data.{} = {} of the {} samples of {} is less than one of every class; give a larger "
        "share, or more samples",
        key, share, indices.size(), source.text);
  std::size_t end = 0;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i] == is_kept) indices[end++] = indices[i];
  }
  indices.resize(end);
}

}  // namespace

std::vector<bool> share_of(const std::vector<std::int32_t>& labels, std::int64_t size,
                           double share) {
  // Halves go up, but for a share so large that a class's first sample would be taken.
  const double offset = std::min(0.5, 1 - share - 1e-9);
  std::vector<bool> chosen(static_cast<std::size_t>(size), false);
  std::map<std::int32_t, double> seen;  // of each class, so far
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    double& before = seen[labels.empty() ? 0 : labels[i]];
    chosen[i] = std::floor((before + 1) * share + offset) > std::floor(before * share + offset);
    ++before;
  }
  return chosen;
}

std::vector<std::int64_t> split_indices(const Source& source, Split split, std::int64_t limit,
                                        const std::vector<std::int32_t>& labels, std::int64_t size,
                                        bool is_whole) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(size));
  std::iota(indices.begin(), indices.end(), std::int64_t{0});
  if (is_whole)
    take_share(source, "test", source.test > 0 ? source.test : kTestShare, split == Split::Test,
               labels, indices);
  if (limit > 0 && limit < std::ssize(indices)) indices.resize(static_cast<std::size_t>(limit));
  // One sample stands for the set where only its shape is asked for.
  const bool is_example = split == Split::Train && limit == 1;
  if (source.validation > 0 && split != Split::Test && !is_example)
    take_share(source, "validation", source.validation, split == Split::Validation, labels,
               indices);
  return indices;
}

void keep(Dataset& set, const std::vector<std::int64_t>& indices) {
  const std::int64_t size = set.size();
  if (std::ssize(indices) == size) return;
  keep_blocks(set.bytes, indices, size);
  keep_blocks(set.floats, indices, size);
  keep_blocks(set.labels, indices, size);
  keep_blocks(set.targets, indices, size);
  keep_blocks(set.sample_names, indices, size);
}

void take_split(const Source& source, Split split, std::int64_t limit, bool is_whole,
                Dataset& set) {
  keep(set, split_indices(source, split, limit, set.labels, set.size(), is_whole));
}

}  // namespace qfx::data
