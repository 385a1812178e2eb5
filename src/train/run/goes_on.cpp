#include "train/run/goes_on.h"

#include <algorithm>
#include <cmath>

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::train {
namespace {

// Of a phase: when it ends, and how large its steps are until then.
constexpr const char* kSchedule[] = {"epochs",      "learning_rate", "schedule",
                                     "step_epochs", "step_factor",   "warmup_epochs"};

bool may_change(const std::string& key, PhaseKind phase) {
  if (key == "checkpoint.minutes") return true;
  return std::ranges::any_of(kSchedule, [&](const std::string& of_phase) {
    return key == "fixed." + of_phase || (phase == PhaseKind::Float && key == "float." + of_phase);
  });
}

}  // namespace

std::vector<std::string> changes_to_go_on(const frontends::Recipe& recipe,
                                          const std::string& old_text, const std::string& folder,
                                          const std::optional<Checkpoint>& from,
                                          std::int64_t steps_per_epoch) {
  const PhaseKind phase = from ? from->state.phase : PhaseKind::Float;
  const std::vector<std::string> changes = frontends::recipe_differences(old_text, recipe.text);
  std::vector<std::string> others;
  std::ranges::copy_if(changes, std::back_inserter(others),
                       [&](const std::string& key) { return !may_change(key, phase); });
  const std::string schedule =
      fmt::format("{} of {}", join({std::begin(kSchedule), std::end(kSchedule)}, ", "),
                  phase == PhaseKind::Float ? "[float] and [fixed]" : "[fixed]");
  if (!others.empty())
    user_error(
        "{}: the run in it has another recipe, which says otherwise of {}; it goes on by its own, "
        "or "
        "by one that differs in {}; for all else choose another folder",
        folder, join(others, ", "), schedule);
  if (!from) return changes;
  const frontends::Phase& asked =
      phase == PhaseKind::Float ? recipe.float_phase : recipe.fixed_phase;
  const auto steps = std::llround(asked.epochs * static_cast<double>(steps_per_epoch));
  if (from->state.step > steps)
    user_error(
        "{}: the run in it has done {:.4g} epochs of its {} phase, and the recipe asks for {:g}; "
        "give {}.epochs no less, or choose another folder",
        folder, static_cast<double>(from->state.step) / static_cast<double>(steps_per_epoch),
        to_string(phase), asked.epochs, to_string(phase));
  return changes;
}

}  // namespace qfx::train
