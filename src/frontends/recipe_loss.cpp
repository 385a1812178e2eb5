#include "frontends/recipe_loss.h"

#include <optional>
#include <string>
#include <variant>

#include "qfx/base/error.h"
#include "qfx/graph/links.h"
#include "qfx/graph/outputs.h"
#include "qfx/graph/table.h"

namespace qfx::frontends {
namespace {

constexpr double kHeaviest = 1e6;
constexpr double kMostSmoothing = 0.999;
constexpr const char* kTeacher = "teacher";

// Nothing stands for the network in float, which is no loss of a task.
Words<std::optional<graph::Loss>> loss_words() {
  Words<std::optional<graph::Loss>> words;
  for (const graph::Loss loss : graph::kLosses) words.emplace_back(to_string(loss), loss);
  words.emplace_back(kTeacher, std::nullopt);
  return words;
}

data::Targets targets_of(const graph::Task& task) {
  if (task.rebuilds_input) return data::Targets::None;
  return task.classifies() ? data::Targets::Classes : data::Targets::Values;
}

void read_class_weights(const TableReader& root, Recipe& recipe) {
  if (!root.has("class_weights")) return;
  if (root.is_text("class_weights")) {
    root.choice("class_weights", {"balanced"});
    recipe.balances_classes = true;
  } else {
    recipe.class_weights = *root.reals("class_weights", {0, kHeaviest, true});
  }
}

// The last node that computes: those after it only rename its values.
const graph::Node& last_value(const graph::Model& model) {
  return model
      .nodes[graph::format_source(model.nodes, static_cast<graph::NodeId>(model.nodes.size()) - 1)];
}

std::string_view word_of(const graph::Op& op) {
  const auto* function = std::get_if<graph::Function>(&op);
  return function != nullptr ? to_string(function->function) : kind_name(op);
}

// Whether no value of the node is below 0.
bool never_negative(const graph::Op& op) {
  if (const auto* function = std::get_if<graph::Function>(&op))
    return !graph::can_be_negative(*function, true);
  if (const auto* clip = std::get_if<graph::Clip>(&op)) return clip->min >= 0;
  return std::holds_alternative<graph::Relu>(op) || std::holds_alternative<graph::Softmax>(op) ||
         std::holds_alternative<graph::Abs>(op);
}

}  // namespace

std::vector<std::string> loss_keys() {
  return {"loss", "class_weights", "label_smoothing"};
}

void read_loss(const TableReader& root, const TableReader& data, Recipe& recipe) {
  graph::Task& task = recipe.model.task;
  const auto word = root.choice("loss", loss_words());
  recipe.has_teacher = word && !*word;
  const std::optional<graph::Loss> loss = word.value_or(std::nullopt);
  const auto target = recipe.has_teacher ? data.choice("target", {"input", "values"})
                                         : data.choice("target", {"input"});
  task.rebuilds_input = target == "input";
  // What an autoencoder is usually trained by.
  task.loss = loss.value_or(task.rebuilds_input ? graph::Loss::Mse : graph::Loss::CrossEntropy);
  if (loss && task.rebuilds_input && task.classifies())
    root.fail("loss",
              "data.target = \"input\" compares the outputs with the samples themselves, which are "
              "no classes; \"mse\", \"mae\" or \"bce\" is allowed");
  if (target == "values") task.loss = graph::Loss::Mse;
  recipe.data.targets = targets_of(task);
  // Labels only measure, so they may be missing.
  if (recipe.has_teacher && task.classifies()) recipe.data.targets = data::Targets::None;
  for (const char* key : {"class_weights", "label_smoothing"}) {
    if (root.has(key) && (recipe.has_teacher || !task.classifies()))
      root.fail(key, fmt::format("this belongs to loss = \"cross_entropy\", and the loss is "
                                 "\"{}\"; leave it out",
                                 recipe.has_teacher ? kTeacher : to_string(task.loss)));
  }
  read_class_weights(root, recipe);
  recipe.label_smoothing = root.real("label_smoothing", {0, kMostSmoothing}).value_or(0);
}

void settle_teacher(const TableReader& root, bool has_classes, Recipe& recipe) {
  if (!recipe.has_teacher || !root.has("loss")) return;
  if (recipe.float_phase.epochs > 0)
    root.fail(
        "loss",
        "the teacher is the network in float as it comes, and [float] would train it first, "
        "for which it needs another loss; write epochs = 0 under [float], or start = \"RUN\"");
  graph::Task& task = recipe.model.task;
  if (!task.classifies()) return;
  const std::vector<graph::NodeId> outputs = graph::output_ids(recipe.model);
  const graph::Node& last =
      recipe.model.nodes[graph::format_source(recipe.model.nodes, outputs[0])];
  const bool is_vector = outputs.size() == 1 && graph::element_count(last.shape) == last.shape[0];
  const bool is_of_classes = has_classes || std::holds_alternative<graph::Softmax>(last.op);
  if (!is_vector || !is_of_classes) task.loss = graph::Loss::Mse;
}

void check_loss(const TableReader& root, const Recipe& recipe) {
  const graph::Task& task = recipe.model.task;
  const std::int64_t outputs = graph::output_size(recipe.model);
  const std::size_t weights = recipe.class_weights.size();
  if (root.has("class_weights") && weights > 0 && static_cast<std::int64_t>(weights) != outputs)
    root.fail("class_weights",
              fmt::format("the network has {} outputs, so {} weights are allowed, one a class in "
                          "the order of the labels, not {}",
                          outputs, outputs, weights));
  const graph::Node& last = last_value(recipe.model);
  const bool says_bce = root.has("loss") && !recipe.has_teacher && task.loss == graph::Loss::Bce;
  if (says_bce && never_negative(last.op))
    root.fail("loss",
              fmt::format("\"bce\" takes the sigmoid of the outputs itself: a label is there where "
                          "its output is above 0, and those of the last layer '{}' ({}) are never "
                          "below it; leave that layer out",
                          last.name, word_of(last.op)));
}

std::string outputs_word(const graph::Task& task) {
  if (task.rebuilds_input) return "values a sample";
  return task.classifies() ? "classes" : "target values";
}

}  // namespace qfx::frontends
