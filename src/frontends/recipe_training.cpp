#include "frontends/recipe_training.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::frontends {
namespace {

constexpr double kMaxEpochs = 100000;
constexpr std::int64_t kMaxCalibrationImages = 1 << 20;

const Words<OptimizerKind> kOptimizers{{"sgd", OptimizerKind::Sgd}, {"adam", OptimizerKind::Adam}};
const Words<Schedule> kSchedules{
    {"constant", Schedule::Constant}, {"cosine", Schedule::Cosine}, {"step", Schedule::Step}};
const Words<CalibrationMethod> kMethods{{"max", CalibrationMethod::Max},
                                        {"mean3sd", CalibrationMethod::Mean3Sd},
                                        {"percentile", CalibrationMethod::Percentile},
                                        {"mse", CalibrationMethod::Mse},
                                        {"kl", CalibrationMethod::Kl}};
const Words<WeightRounding> kRoundings{{"nearest", WeightRounding::Nearest},
                                       {"gptq", WeightRounding::Gptq}};
const Words<graph::PointForm> kPointForms{{"frac_bits", graph::PointForm::FracBits},
                                          {"log2_threshold", graph::PointForm::Log2Threshold}};

const Words<Keep> kKeeps{{"best", Keep::Best}, {"last", Keep::Last}};
const Words<StartFrom> kStarts{{"float", StartFrom::Float}, {"fixed", StartFrom::Fixed}};

// Of a phase, where the recipe does not say how long to warm up.
constexpr double kMostWarmup = 0.1;

// Without a recipe's word: enough for the zoo on small images.
Phase default_float_phase() {
  Phase phase;
  phase.epochs = 10;
  phase.optimizer.learning_rate = 0.05;
  phase.optimizer.warmup_epochs = 0.5;
  return phase;
}

// The network is trained already; fixed point needs fewer, smaller steps.
Phase default_fixed_phase() {
  Phase phase;
  phase.epochs = 5;
  phase.optimizer.learning_rate = 0.01;
  return phase;
}

void read_step_schedule(const TableReader& table, Optimizer& optimizer) {
  const bool is_step = optimizer.schedule == Schedule::Step;
  for (const char* key : {"step_epochs", "step_factor"}) {
    if (table.has(key) && !is_step) {
      table.fail(
          key,
          fmt::format(
              "this belongs to schedule = \"step\", and the schedule is \"{}\"; change one of them",
              word_for(optimizer.schedule, kSchedules)));
    }
  }
  if (!is_step) return;
  auto epochs = table.reals("step_epochs", {0, kMaxEpochs, true});
  if (!epochs)
    table.fail("schedule", "this needs step_epochs, the epochs after which the rate falls: [5, 8]");
  for (std::size_t i = 1; i < epochs->size(); ++i) {
    if ((*epochs)[i] <= (*epochs)[i - 1])
      table.fail("step_epochs", "a list of rising numbers is allowed");
  }
  optimizer.step_epochs = std::move(*epochs);
  optimizer.step_factor = table.real("step_factor", {0, 1, true}).value_or(optimizer.step_factor);
}

Phase read_phase(const TableReader& table, Phase phase) {
  Optimizer& optimizer = phase.optimizer;
  phase.epochs = table.real("epochs", {0, kMaxEpochs}).value_or(phase.epochs);
  if (const auto kind = table.choice("optimizer", kOptimizers); kind && *kind != optimizer.kind) {
    optimizer.kind = *kind;
    optimizer.learning_rate /=
        50;  // Adam's steps are of the size of its rate, whatever the gradient
  }
  if (table.has("momentum") && optimizer.kind != OptimizerKind::Sgd) {
    table.fail("momentum",
               "this belongs to optimizer = \"sgd\", and the optimizer is \"adam\"; leave it out");
  }
  optimizer.learning_rate =
      table.real("learning_rate", {0, 1000, true}).value_or(optimizer.learning_rate);
  optimizer.momentum = table.real("momentum", {0, 0.9999}).value_or(optimizer.momentum);
  optimizer.weight_decay = table.real("weight_decay", {0, 10}).value_or(optimizer.weight_decay);
  optimizer.schedule = table.choice("schedule", kSchedules).value_or(optimizer.schedule);
  optimizer.warmup_epochs = std::min(optimizer.warmup_epochs, kMostWarmup * phase.epochs);
  optimizer.warmup_epochs =
      table.real("warmup_epochs", {0, kMaxEpochs}).value_or(optimizer.warmup_epochs);
  if (table.has("warmup_epochs") && optimizer.warmup_epochs > phase.epochs) {
    table.fail(
        "warmup_epochs",
        fmt::format("the phase has {} epochs, and the warm-up at most as many", phase.epochs));
  }
  read_step_schedule(table, optimizer);
  return phase;
}

// The values that a step of training changes, by the names of log.jsonl and of checkpoints.
std::vector<std::string> trained_names(const graph::Model& model) {
  std::vector<std::string> names;
  for (const graph::Node& node : model.nodes) {
    for (const auto& [role, param] : node.params) {
      if (!param.values.empty()) names.push_back(tensor_name(node.name, role));
    }
    if (!std::holds_alternative<graph::BatchNorm>(node.op)) continue;
    names.push_back(tensor_name(node.name, graph::Statistic::Beta));
    names.push_back(tensor_name(node.name, graph::Statistic::Gamma));
  }
  return names;
}

void read_start(const TableReader& root, Recipe& recipe) {
  recipe.start = root.text("start").value_or("");
  if (root.has("start_from") && recipe.start.empty())
    root.fail("start_from", "this belongs to start, which names a run folder; leave it out");
  recipe.start_from = root.choice("start_from", kStarts).value_or(recipe.start_from);
}

std::vector<std::string> calibration_keys() {
  return {"method", "percentile", "images", "equalize", "rounding", "bias_correction"};
}

void read_calibration(const TableReader& table, Calibration& calibration) {
  calibration.method = table.choice("method", kMethods).value_or(calibration.method);
  if (table.has("percentile") && calibration.method != CalibrationMethod::Percentile) {
    table.fail("percentile", fmt::format("this belongs to method = \"percentile\", and the "
                                         "method is \"{}\"; change one of them",
                                         to_string(calibration.method)));
  }
  calibration.percentile = table.real("percentile", {50, 100}).value_or(calibration.percentile);
  calibration.images =
      table.integer("images", {1, kMaxCalibrationImages}).value_or(calibration.images);
  calibration.equalize = table.boolean("equalize").value_or(calibration.equalize);
  calibration.rounding = table.choice("rounding", kRoundings).value_or(calibration.rounding);
  calibration.bias_correction =
      table.boolean("bias_correction").value_or(calibration.bias_correction);
}

std::vector<std::string> point_keys() {
  return {"form", "learning_rate", "freeze_after"};
}

// A point that is there already keeps its integer.
void set_form(graph::PointForm form, graph::QuantSpec& spec, std::vector<float>& frac_bits) {
  if (!spec.learned || spec.point_form == form) return;
  const graph::QuantSpec before = spec;
  spec.point_form = form;
  for (float& f : frac_bits) f = spec.middle_of(before.point_of(f));
}

}  // namespace

std::string to_string(CalibrationMethod method) {
  return word_for(method, kMethods);
}

void read_point_form(const TableReader& root, graph::Model& model) {
  const auto table = root.table("points", point_keys());
  const auto form = table ? table->choice("form", kPointForms) : std::nullopt;
  if (!form) return;
  for (graph::Node& node : model.nodes) {
    set_form(*form, node.spec, node.frac_bits);
    for (auto& [role, param] : node.params) set_form(*form, param.spec, param.frac_bits);
  }
}

void read_untrained(const TableReader& root, Recipe& recipe) {
  recipe.untrained = root.texts("untrained").value_or(std::vector<std::string>{});
  const std::vector<std::string> names = trained_names(recipe.model);
  for (const std::string& glob : recipe.untrained) {
    if (std::ranges::any_of(names, [&](const auto& name) { return matches_glob(glob, name); }))
      continue;
    root.fail("untrained",
              fmt::format("'{}' matches no parameter that training changes; the nearest is '{}'",
                          glob, nearest(glob, names)));
  }
}

void read_training(const TableReader& root, Recipe& recipe) {
  const std::vector<std::string> phase_keys{"epochs",        "optimizer",    "learning_rate",
                                            "momentum",      "weight_decay", "schedule",
                                            "warmup_epochs", "step_epochs",  "step_factor"};
  read_start(root, recipe);
  recipe.float_phase = default_float_phase();
  recipe.fixed_phase = default_fixed_phase();
  std::vector<std::string> float_keys = phase_keys;
  float_keys.emplace_back("binary_weights");
  if (const auto table = root.table("float", float_keys)) {
    if (!recipe.start.empty()) {
      table->fail(
          "start takes trained float parameters from another run, so there is no float phase; "
          "leave out start or [float]");
    }
    recipe.float_phase = read_phase(*table, recipe.float_phase);
    recipe.binary_in_float = table->boolean("binary_weights").value_or(recipe.binary_in_float);
  }
  if (!recipe.start.empty()) recipe.float_phase.epochs = 0;
  std::vector<std::string> fixed_keys = phase_keys;
  fixed_keys.emplace_back("keep");
  if (const auto table = root.table("fixed", fixed_keys)) {
    recipe.fixed_phase = read_phase(*table, recipe.fixed_phase);
    recipe.keep = table->choice("keep", kKeeps).value_or(recipe.keep);
  }

  if (const auto table = root.table("points", point_keys())) {
    Points& points = recipe.points;
    points.learning_rate =
        table->real("learning_rate", {0, 1, true}).value_or(points.learning_rate);
    points.freeze_after = table->real("freeze_after", {0, 1}).value_or(points.freeze_after);
  }
  if (const auto table = root.table("calibration", calibration_keys()))
    read_calibration(*table, recipe.calibration);
  if (const auto table = root.table("checkpoint", {"minutes"})) {
    recipe.checkpoint_minutes =
        table->real("minutes", {0, 1e6, true}).value_or(recipe.checkpoint_minutes);
  }
}

}  // namespace qfx::frontends
