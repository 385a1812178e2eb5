#include "data/notes.h"

#include <algorithm>
#include <fmt/format.h>

#include "qfx/base/text.h"

namespace qfx::data {
namespace {

constexpr std::size_t kListed = 10;
// Calibration and limits look at the first samples of a set.
constexpr std::int64_t kFirstSamples = 512;

std::vector<std::int64_t> count_classes(const Dataset& set, std::int64_t samples) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(set.class_count), 0);
  for (std::int64_t i = 0; i < samples; ++i)
    ++counts[static_cast<std::size_t>(set.labels[static_cast<std::size_t>(i)])];
  return counts;
}

std::string listed(const Dataset& set, const std::vector<std::int64_t>& classes) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < classes.size() && i < kListed; ++i)
    words.push_back(class_text(set, classes[i]));
  const std::string list = join(words, ", ");
  if (classes.size() <= kListed) return list;
  return fmt::format("{} and {} more", list, classes.size() - kListed);
}

void note_empty_classes(Split split, std::int64_t limit, Dataset& set) {
  const std::vector<std::int64_t> counts = count_classes(set, set.size());
  std::vector<std::int64_t> empty;
  for (std::int64_t c = 0; c < std::ssize(counts); ++c) {
    if (counts[static_cast<std::size_t>(c)] == 0) empty.push_back(c);
  }
  if (empty.empty()) return;
  const bool is_cut = limit > 0 && limit <= set.size();
  const bool is_train = split == Split::Train;
  // The few samples of a quick look at a test set need not be of every class.
  if (is_cut && !is_train) return;
  if (set.class_names.empty() && empty.size() == 1 && empty[0] == 0) {
    if (!is_train) return;
    set.notes.push_back(fmt::format(
        "the labels of {} start at 1: no training sample has class 0, whose output is trained for "
        "nothing; store labels - 1 to number the classes from 0",
        set.name));
    return;
  }
  const char* consequence =
      is_train ? is_cut ? "the network cannot learn them: train_limit keeps the first samples "
                          "only, raise it"
                        : "the network cannot learn them: add samples, or number the classes "
                          "without them"
               : "the test says nothing about them: add samples";
  set.notes.push_back(fmt::format("of {} classes {} have no {} sample in {}: {}; {}",
                                  set.class_count, empty.size(), is_train ? "training" : "test",
                                  set.name, listed(set, empty), consequence));
}

void note_order(Dataset& set) {
  if (set.size() <= kFirstSamples || set.class_count < 2) return;
  const auto present = [](const std::vector<std::int64_t>& counts) {
    return std::count_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; });
  };
  const std::int64_t first = present(count_classes(set, kFirstSamples));
  const std::int64_t all = present(count_classes(set, set.size()));
  // A class with few samples may well be missing from any 512.
  if (2 * first > all) return;
  set.notes.push_back(fmt::format(
      "the training samples of {} are sorted by class: the first {} are of {} of {} classes, and "
      "calibration and limits look at the first ones; shuffle them",
      set.name, kFirstSamples, first, all));
}

}  // namespace

std::string class_text(const Dataset& set, std::int64_t label) {
  if (label >= std::ssize(set.class_names)) return fmt::to_string(label);
  return fmt::format("{} ({})", label, set.class_names[static_cast<std::size_t>(label)]);
}

void note_labels(const Source& source, Split split, std::int64_t limit, Dataset& set) {
  if (source.targets != Targets::Classes || source.is_new || set.labels.empty() ||
      split == Split::Validation)
    return;
  if (split == Split::Train && source.classes > set.class_count)
    set.notes.push_back(fmt::format(
        "classes = {} in the recipe, and {} has {}: the outputs from {} on are trained for "
        "nothing; write classes = {}, or leave it out",
        source.classes, set.name, set.class_count, set.class_count, set.class_count));
  note_empty_classes(split, limit, set);
  if (split == Split::Train) note_order(set);
}

}  // namespace qfx::data
