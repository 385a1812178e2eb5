#include "train/run/data_warnings.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <optional>

#include "qfx/base/text.h"
#include "qfx/data/statistics.h"

namespace qfx::train {
namespace {

// Extremes of samples of like size differ by some tenths.
constexpr double kVeryDifferent = 90;
constexpr std::size_t kListed = 5;

struct Range {
  double low = 0, high = 0;
  double reach() const { return std::max(std::abs(low), std::abs(high)); }
  // A channel tells no more than its values move by, wherever it lies.
  double size() const { return std::min(reach(), high - low); }
};

std::vector<Range> seen_ranges(const graph::Input& input, const data::Dataset& set) {
  const graph::Preprocess& p = input.preprocess;
  std::vector<Range> ranges;
  for (const data::ChannelStatistics& channel :
       data::channel_statistics(set, input.shape.front())) {
    const std::size_t c = ranges.size();
    const double mean = p.mean.empty() ? 0 : p.mean[c], std = p.std.empty() ? 1 : p.std[c];
    ranges.push_back(
        {(channel.least / p.divisor - mean) / std, (channel.greatest / p.divisor - mean) / std});
  }
  return ranges;
}

std::string channel_text(const data::Dataset& set, const std::vector<Range>& ranges,
                         std::size_t channel) {
  const bool is_named = set.column_names.size() == ranges.size();
  const std::string name =
      is_named ? in_quotes(set.column_names[channel]) : fmt::to_string(channel);
  return fmt::format("{} ({:.4g} to {:.4g})", name, ranges[channel].low, ranges[channel].high);
}

std::optional<std::string> sizes_warning(const graph::Input& input, const data::Dataset& set) {
  const std::vector<Range> ranges = seen_ranges(input, set);
  const auto largest = static_cast<std::size_t>(
      std::ranges::max_element(ranges, {}, &Range::reach) - ranges.begin());
  std::vector<std::string> small;
  for (std::size_t c = 0; c < ranges.size(); ++c) {
    // A constant one tells nothing that could be lost.
    if (ranges[c].size() > 0 && ranges[c].size() * kVeryDifferent <= ranges[largest].reach())
      small.push_back(channel_text(set, ranges, c));
  }
  // Of many columns, as of pixels in a row, some hardly ever move.
  if (small.empty() || small.size() * 100 < ranges.size()) return std::nullopt;
  const std::size_t count = small.size();
  small.resize(std::min(count, kListed));
  return fmt::format(
      "the input's {} differ in size by 100 or more: {}{} beside {}; one format holds them all, "
      "and "
      "the small ones lose their bits: write normalize = \"standard\" under [data]",
      input.shape.size() == 1 ? "columns" : "channels", join(small, ", "),
      count > small.size() ? fmt::format(" and {} more", count - small.size()) : "",
      channel_text(set, ranges, largest));
}

}  // namespace

std::vector<std::string> data_warnings(const graph::Input& input, const data::Dataset& train_set) {
  std::vector<std::string> all;
  const graph::Preprocess& p = input.preprocess;
  const bool is_raw = p.divisor == 1 && p.mean.empty() && p.std.empty();
  if (const auto sizes = sizes_warning(input, train_set)) {
    all.push_back(*sizes);
  } else if (is_raw && data::looks_like_pixels(train_set)) {
    all.push_back(fmt::format(
        "the samples of {} are whole numbers from 0 to 255, as pixels are, and enter as such; "
        "networks train better on 0 to 1: write normalize = {{ divisor = 256 }} under [data]",
        train_set.name));
  }
  return all;
}

std::vector<std::string> data_warnings(const graph::Input& input, const data::Dataset& train_set,
                                       const std::vector<const data::Dataset*>& others) {
  std::vector<std::string> all = train_set.notes;
  for (const data::Dataset* set : others)
    all.insert(all.end(), set->notes.begin(), set->notes.end());
  for (std::string& sentence : data_warnings(input, train_set)) all.push_back(std::move(sentence));
  std::vector<std::string> once;
  for (std::string& sentence : all) {
    if (std::ranges::find(once, sentence) == once.end()) once.push_back(std::move(sentence));
  }
  return once;
}

}  // namespace qfx::train
