#include "frontends/recipe_network.h"

#include <optional>
#include <string>

#include "frontends/recipe_loss.h"
#include "frontends/zoo.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/graph/affine_batch_norm.h"
#include "qfx/graph/file.h"
#include "qfx/graph/outputs.h"
#include "qfx/graph/preprocess.h"

namespace qfx::frontends {
namespace {

constexpr const char* kThreeWays =
    "the network is given in one of three ways: zoo = \"tiny_resnet\", graph = \"FILE.graph\", or "
    "[[network.layers]]";

const std::vector<std::string> kBatchNorms{"scale_offset", "fold", "affine"};

constexpr std::int64_t kMaxHiddenSize = 1 << 16;
constexpr std::size_t kMaxHiddenLayers = 64;

graph::Model load_saved_graph(const TableReader& table, const DataFacts& facts) {
  graph::Model model;
  try {
    model = graph::load_model(*table.text("graph"));
  } catch (const UserError& error) {
    table.fail("graph", error.what());
  }
  auto& input = std::get<graph::Input>(model.nodes.front().op);
  if (!graph::takes_samples(input.shape, facts.shape)) {
    table.fail(
        "graph",
        fmt::format(
            "this network takes {}, and the data's samples are {}; choose data of that shape",
            graph::to_string(input.shape), graph::to_string(facts.shape)));
  }
  input.preprocess.signed_samples = facts.preprocess.signed_samples;
  if (facts.preprocess_given) input.preprocess = facts.preprocess;
  return model;
}

// The sizes of the hidden layers of a network of the zoo.
std::vector<std::int64_t> read_hidden(const TableReader& table) {
  const auto sizes = table.integers("hidden", {1, kMaxHiddenSize});
  if (!sizes) return {};
  if (table.choice("zoo", zoo_names()) != "mlp")
    table.fail("hidden",
               "this belongs to zoo = \"mlp\", the sizes of its hidden layers; leave it out");
  if (sizes->size() > kMaxHiddenLayers)
    table.refuse("hidden", fmt::format("at most {} hidden layers are allowed", kMaxHiddenLayers));
  return *sizes;
}

graph::Model build(const TableReader& table, const DataFacts& facts, Recipe& recipe) {
  if (table.has("outputs") && !table.has("layers"))
    table.fail("outputs",
               "this belongs to [[network.layers]], whose names it gives; a network of the zoo has "
               "one output, and a graph says its own; leave it out");
  const std::vector<std::int64_t> hidden = read_hidden(table);
  if (table.has("graph")) return load_saved_graph(table, facts);
  if (table.has("zoo")) {
    const std::string name = *table.choice("zoo", zoo_names());
    recipe.zoo = name;
    try {
      return hidden.empty()
                 ? zoo(name, facts.shape, facts.preprocess, facts.classes, recipe.seed)
                 : mlp(facts.shape, facts.preprocess, hidden, facts.classes, recipe.seed);
    } catch (const UserError& error) {
      table.fail("zoo", error.what());
    }
  }
  const std::vector<TableReader> layers = table.tables("layers", layer_keys());
  if (layers.empty()) table.fail(kThreeWays);
  graph::Builder builder(recipe.name, recipe.seed);
  builder.input(facts.shape, facts.preprocess);
  return read_layers(layers, table, builder, recipe.dropout);
}

// Of several outputs only values are compared with values.
void check_several(const TableReader& table, const Recipe& recipe) {
  const graph::Task& task = recipe.model.task;
  const bool are_values =
      !task.rebuilds_input && (task.loss == graph::Loss::Mse || task.loss == graph::Loss::Mae);
  if (are_values) return;
  table.fail(fmt::format(
      "the network has several outputs, and {} is about one; \"mse\" and \"mae\" compare the "
      "values of all outputs, one behind the other, with as many target values",
      task.rebuilds_input ? "data.target = \"input\""
                          : fmt::format("loss = \"{}\"", to_string(task.loss))));
}

std::optional<TableReader> network_table(const TableReader& root) {
  return root.table("network", {"zoo", "hidden", "graph", "layers", "outputs", "batch_norm"});
}

}  // namespace

bool check_network(const TableReader& root, RecipeFaults& faults) {
  std::vector<TableReader> layers;
  bool is_right = faults.read([&] {
    const auto table = network_table(root);
    if (!table) return;
    layers = table->unchecked_tables("layers");
    table->choice("batch_norm", kBatchNorms);
    table->choice("zoo", zoo_names());
    read_hidden(*table);
  });
  for (const TableReader& layer : layers) is_right &= faults.read([&] { check_layer(layer); });
  return is_right;
}

graph::Model read_network(const TableReader& root, const DataFacts& facts, Recipe& recipe) {
  const auto table = network_table(root);
  if (!table) root.fail(fmt::format("the recipe has no [network]; {}", kThreeWays));
  const int ways = table->has("zoo") + table->has("graph") + table->has("layers");
  if (ways != 1) table->fail(kThreeWays);

  graph::Model model = build(*table, facts, recipe);
  model.name = recipe.name;
  if (model.outputs.size() > 1 && !recipe.has_teacher) check_several(*table, recipe);
  const std::int64_t outputs = graph::output_size(model);
  const bool is_one = graph::output_ids(model).size() == 1;
  // Names are for the values of one output.
  const bool can_name =
      is_one && (std::ssize(facts.output_names) == outputs || !recipe.has_teacher);
  if (!facts.output_names.empty() && can_name) model.task.names = facts.output_names;
  // Whoever has a teacher needs no labels, and his outputs may be no classes.
  const bool is_vector = is_one && outputs == graph::first_output(model).shape[0];
  const bool must_fit = !recipe.has_teacher || (facts.classes > 0 && is_vector);
  if (must_fit && outputs != facts.classes) {
    table->fail(fmt::format(
        "the network's {} {} values, and the data has {} {}; they must be equal",
        model.outputs.empty() ? fmt::format("last layer '{}' gives", model.nodes.back().name)
                              : fmt::format("{} outputs give", model.outputs.size()),
        outputs, facts.classes, outputs_word(recipe.model.task)));
  }
  const auto batch_norm = table->choice("batch_norm", kBatchNorms);
  recipe.fold_batch_norm = batch_norm == "fold";
  return batch_norm == "affine" ? graph::batch_norms_to_affine(std::move(model)) : model;
}

}  // namespace qfx::frontends
