#include "train/loop/warnings.h"

#include <algorithm>
#include <cmath>

#include "train/loop/learned_points.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/graph/links.h"
#include "qfx/graph/outputs.h"

namespace qfx::train {
namespace {

constexpr double kManyOverflows = 0.01;
constexpr std::size_t kNamedTensors = 4;  // one line each; the others share one
// Of an error: less is no difference worth a word.
constexpr double kSameError = 0.01;

bool is_fraction(const measure::Headline& result) {
  return result.name.ends_with("accuracy");
}

// What chance alone makes of a fraction of this many samples: one standard deviation.
double chance(double fraction, std::int64_t samples) {
  return std::sqrt(std::max(0.0, fraction * (1 - fraction)) / static_cast<double>(samples));
}

// Whether a result is worse than another by more than chance.
bool is_clearly_worse(const measure::Headline& result, double other, std::int64_t samples) {
  if (!std::isfinite(result.value)) return std::isfinite(other);
  if (is_fraction(result)) return result.value < other - chance(other, samples);
  return result.higher_is_better ? result.value < other * (1 - kSameError)
                                 : result.value > other * (1 + kSameError);
}

bool is_no_better(const measure::Headline& result, double constant, std::int64_t samples) {
  if (!std::isfinite(result.value)) return true;
  if (is_fraction(result)) return result.value <= constant + chance(constant, samples);
  return result.higher_is_better ? result.value <= constant * (1 + kSameError)
                                 : result.value >= constant * (1 - kSameError);
}

const char* name_of(Stage stage) {
  switch (stage) {
    case Stage::Float:
      return "float";
    case Stage::Calibrated:
      return "calibrated";
    case Stage::Fixed:
      return "trained in fixed point";
  }
  internal_error("a stage that is none");
}

std::string remedy_for(const RunContext& context, Stage stage) {
  switch (stage) {
    case Stage::Float:
      if (!context.recipe.start.empty())
        return fmt::format(
            "the run to start from, '{}', has not learned it: train it in float first",
            context.recipe.start);
      return fmt::format(
          "try another float.learning_rate (now {}), more float.epochs, and data.normalize that "
          "brings the samples near 1; see that labels and samples belong together",
          context.recipe.float_phase.optimizer.learning_rate);
    case Stage::Calibrated:
      return "float had learned it, so formats are at fault: give the tensors that overflow or "
             "round to 0 more bits (format.width), leave int_bits to calibration, or "
             "format.granularity = \"channel\" for weights and scales";
    case Stage::Fixed:
      if (context.recipe.start.empty() && !(context.recipe.float_phase.epochs > 0))
        return "there was no float phase to start from: give float.epochs";
      return fmt::format(
          "float had learned it: give the formats more bits (format.width), or train otherwise: "
          "fixed.learning_rate (now {}), fixed.epochs (now {:g})",
          context.recipe.fixed_phase.optimizer.learning_rate, context.recipe.fixed_phase.epochs);
  }
  internal_error("a stage that is none");
}

bool wraps(const graph::QuantSpec& spec) {
  return spec.overflow == fixed::Overflow::WRAP || spec.overflow == fixed::Overflow::WRAP_SM;
}

// A relu makes 0 of all that lies below its input's format; saturating there has cost nothing.
bool only_relus_read(const Network& network, const std::string& tensor) {
  const std::vector<graph::Node>& nodes = network.nodes();
  const auto readers = graph::readers(nodes);
  for (std::size_t id = 0; id < nodes.size(); ++id) {
    if (nodes[id].name != tensor) continue;
    if (graph::is_output(network.structure(), static_cast<graph::NodeId>(id))) return false;
    return !readers[id].empty() && std::ranges::all_of(readers[id], [&](graph::NodeId reader) {
      return std::holds_alternative<graph::Relu>(nodes[reader].op);
    });
  }
  return false;
}

std::string overflow_sentence(const Network& network, const Point& point,
                              const steps::OverflowCount& count) {
  const bool is_given = point.spec.int_bits && !point.spec.learned;
  return fmt::format(
      "'{}' overflows in {:.1f} % of its values on the test set ({} of {}){}: {} for it in an "
      "[[format.override]]{}",
      point.tensor,
      100.0 * static_cast<double>(count.overflows) / static_cast<double>(count.values),
      count.overflows, count.values, wraps(point.spec) ? ", which wrap around to wrong ones" : "",
      is_given ? "more int_bits (or a format with more)"
               : "a larger width, or calibration.method = \"max\"; or its int_bits",
      !wraps(point.spec) && only_relus_read(network, point.tensor)
          ? "; what lies below its range costs nothing here, as only a relu reads it"
          : "");
}

}  // namespace

std::string text_of(const measure::Headline& result) {
  return result.name == "accuracy" ? result.text : result.name + " " + result.text;
}

bool warn_of_no_answer(RunContext& context, Stage stage, const Evaluation& evaluation,
                       const std::string& set, bool float_was_better) {
  const measure::Headline result = evaluation.measures.headline();
  const std::optional<double> constant = evaluation.measures.constant_answer();
  const bool is_chance = constant && is_no_better(result, *constant, evaluation.measures.samples());
  if (!evaluation.is_constant && !is_chance) return false;
  if (stage != Stage::Float && !float_was_better) return true;
  if (evaluation.is_constant)
    context.warn(
        "constant", "",
        fmt::format("{}: the network's outputs are the same for every sample of the {} set "
                    "({}); {}",
                    name_of(stage), set, text_of(result), remedy_for(context, stage)));
  else
    context.warn(
        "chance", "",
        fmt::format("{}: {} {} on the {} set is near chance, as one answer for all samples "
                    "gets {}; {}",
                    name_of(stage), result.name, result.text, set,
                    is_fraction(result) ? fmt::format("{:.2f} %", 100 * *constant)
                                        : fmt::format("{:.4g}", *constant),
                    remedy_for(context, stage)));
  return true;
}

void warn_of_overflows(RunContext& context, Network& network,
                       const std::map<std::string, steps::OverflowCount>& overflows) {
  struct Entry {
    const Point* point;
    steps::OverflowCount count;
    double fraction;
  };
  std::vector<Entry> many;
  for (const Point* point : network.points()) {
    const auto found = overflows.find(point->tensor);
    if (found == overflows.end()) continue;
    const steps::OverflowCount& count = found->second;
    const double fraction =
        static_cast<double>(count.overflows) / static_cast<double>(count.values);
    if (fraction > kManyOverflows) many.push_back({point, count, fraction});
  }
  std::ranges::stable_sort(many, std::ranges::greater(), &Entry::fraction);
  std::vector<std::string> others;
  for (const Entry& entry : many) {
    if (&entry - many.data() < static_cast<std::ptrdiff_t>(kNamedTensors))
      context.warn("overflow", entry.point->tensor,
                   overflow_sentence(network, *entry.point, entry.count));
    else
      others.push_back(fmt::format("{} {:.1f} %", entry.point->tensor, 100 * entry.fraction));
  }
  if (!others.empty())
    context.warn("overflow", "",
                 fmt::format("{} more tensors overflow in more than 1 % of their values: {}",
                             others.size(), join(others, ", ")));
}

void warn_of_still_points(RunContext& context, Network& network, std::int64_t steps,
                          double factors) {
  const double reach = context.recipe.points.learning_rate * factors;  // Adam's step is its rate
  if (steps == 0 || reach >= 1 || trained_points(network).empty()) return;
  context.warn(
      "still_points", "",
      fmt::format(
          "the learned binary points cannot move by a bit: {} steps at points.learning_rate "
          "{} come to {:.2g} bits, so they stay about where calibration put them; more "
          "fixed.epochs, or a larger points.learning_rate",
          steps, context.recipe.points.learning_rate, reach));
}

void warn_of_last_softmax(RunContext& context) {
  const graph::Model& model = context.recipe.model;
  const auto last = static_cast<graph::NodeId>(model.nodes.size()) - 1;
  if (model.outputs.size() > 1 || loss_input(model, model.task) == last) return;
  const std::string& name = model.nodes[graph::format_source(model.nodes, last)].name;
  context.warn("last_softmax", name,
               fmt::format("'{}' is a softmax at the end, and the loss has its own: the loss takes "
                           "what '{}' reads, so that training loses nothing by it; leave the layer "
                           "out unless the hardware must give probabilities",
                           name, name));
}

void tell_kept(RunContext& context, const Best& best, const measure::Headline& last) {
  const char* samples = context.has_validation() ? "validation samples" : "training samples";
  if (best.epoch > 0)
    return context.message(fmt::format(
        "epoch {} was better on {}, {}, than the last one, {}: it is frozen (fixed.keep = \"last\" "
        "freezes the last)",
        best.epoch, samples, text_of(best.result), text_of(last)));
  context.warn("below_calibration", "",
               fmt::format("fixed-point training ended below calibration: {} on {}, calibrated {}; "
                           "so the calibrated network is frozen (fixed.keep = \"last\" freezes the "
                           "last). Train otherwise: fixed.learning_rate (now {}), fixed.epochs",
                           text_of(last), samples, text_of(best.result),
                           context.recipe.fixed_phase.optimizer.learning_rate));
}

void warn_below_calibration(RunContext& context, const measure::Headline& calibrated,
                            const measure::Headline& trained, std::int64_t samples,
                            const std::string& kept) {
  if (kept == "calibrated" || !is_clearly_worse(trained, calibrated.value, samples)) return;
  const std::string remedy =
      context.recipe.keep == frontends::Keep::Last
          ? "fixed.keep = \"best\" freezes the better of the two"
      : context.has_validation()
          ? "the validation samples told otherwise: a larger data.validation tells better"
          : "on training samples it was the better one: with data.validation, a share of "
            "them kept apart, the best epoch is frozen";
  context.warn("below_calibration", "",
               fmt::format("fixed-point training ended below calibration: {} on the test set, "
                           "calibrated {}; {}, or train otherwise: fixed.learning_rate (now {})",
                           text_of(trained), text_of(calibrated), remedy,
                           context.recipe.fixed_phase.optimizer.learning_rate));
}

}  // namespace qfx::train
