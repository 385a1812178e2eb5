#include "qfx/measure/answers.h"

#include <algorithm>
#include <utility>

#include "qfx/base/error.h"
#include "qfx/graph/preprocess.h"

namespace qfx::measure {
namespace {

void check_targets(const graph::Task& task, std::int64_t outputs, const data::Dataset& set) {
  if (set.target_size != outputs)
    user_error(
        "{} has {} target values a sample, and the model {} outputs; both must be as many, give "
        "the data the model was trained on",
        set.name, set.target_size, outputs);
  if (kind_of(task) != Kind::Labels) return;
  const auto wrong =
      std::ranges::find_if(set.targets, [](float target) { return !(target >= 0 && target <= 1); });
  if (wrong != set.targets.end())
    user_error(
        "sample {} of {} has the target {}; under loss = \"bce\" a target says whether a label is "
        "there, 0 to 1",
        (wrong - set.targets.begin()) / set.target_size, set.name, *wrong);
}

// Labels of a set that tells what is odd are 0 and 1; others are classes, which say nothing of it.
bool tell_odd(const data::Dataset& set) {
  return !set.labels.empty() && std::ranges::all_of(set.labels, [](std::int32_t label) {
    return label == 0 || label == 1;
  });
}

}  // namespace

Answers::Answers(graph::Task task, const graph::Input& input, std::int64_t outputs,
                 const data::Dataset& set)
    : task_(std::move(task)), input_(input), outputs_(outputs), set_(set) {
  switch (kind_of(task_)) {
    case Kind::Classes:
      known_ = !set.labels.empty();
      if (known_) set.check_labels(outputs);
      break;
    case Kind::Labels:
    case Kind::Values:
      known_ = !set.targets.empty();
      if (known_) check_targets(task_, outputs, set);
      break;
    case Kind::Rebuilt:
      if (set.sample_size() != outputs)
        user_error(
            "a sample of {} has {} values, and the model, which rebuilds its input, {} outputs; "
            "both must be as many",
            set.name, set.sample_size(), outputs);
      known_ = true;
      labels_tell_odd_ = tell_odd(set);
      break;
  }
}

Answers Answers::of_several(graph::Task task, const graph::Input& input, std::int64_t outputs,
                            const data::Dataset& set) {
  const bool are_values = kind_of(task) == Kind::Values && set.target_size == outputs;
  if (are_values && !set.targets.empty()) return {std::move(task), input, outputs, set};
  return Answers(set);
}

Truth Answers::of(std::int64_t first, std::int64_t count) {
  QFX_ASSERT(known_);
  const auto begin = static_cast<std::size_t>(first), size = static_cast<std::size_t>(count);
  const auto width = static_cast<std::size_t>(outputs_);
  switch (kind_of(task_)) {
    case Kind::Classes:
      return {.labels = std::span(set_.labels).subspan(begin, size), .targets = {}};
    case Kind::Labels:
    case Kind::Values:
      return {.labels = {},
              .targets = std::span(set_.targets).subspan(begin * width, size * width)};
    case Kind::Rebuilt:
      break;
  }
  samples_.resize(size * width);
  rebuilt_.resize(samples_.size());
  set_.copy_samples(first, count, samples_.data());
  graph::preprocess(input_.preprocess, input_.shape, samples_, rebuilt_);
  return {.labels = labels_tell_odd_ ? std::span(set_.labels).subspan(begin, size)
                                     : std::span<const std::int32_t>(),
          .targets = rebuilt_};
}

}  // namespace qfx::measure
