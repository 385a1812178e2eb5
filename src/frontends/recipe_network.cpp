#include "frontends/recipe_network.h"

#include <string>

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/graph/file.h"
#include "qfx/graph/preprocess.h"

namespace qfx::frontends {
namespace {

constexpr const char* kThreeWays =
    "the network is given in one of three ways: zoo = \"tiny_resnet\", graph = \"FILE.graph\", or "
    "[[network.layers]]";

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

graph::Model build(const TableReader& table, const DataFacts& facts, const Recipe& recipe) {
  if (table.has("graph")) return load_saved_graph(table, facts);
  if (table.has("zoo")) {
    const std::string name = *table.choice("zoo", zoo_names());
    try {
      return zoo(name, facts.shape, facts.preprocess, facts.classes, recipe.seed);
    } catch (const UserError& error) {
      table.fail("zoo", error.what());
    }
  }
  const std::vector<TableReader> layers = table.tables("layers", layer_keys());
  if (layers.empty()) table.fail(kThreeWays);
  graph::Builder builder(recipe.name, recipe.seed);
  builder.input(facts.shape, facts.preprocess);
  return read_layers(layers, builder);
}

}  // namespace

graph::Model read_network(const TableReader& root, const DataFacts& facts, Recipe& recipe) {
  const auto table = root.table("network", {"zoo", "graph", "layers", "batch_norm"});
  if (!table) root.fail(fmt::format("the recipe has no [network]; {}", kThreeWays));
  const int ways = table->has("zoo") + table->has("graph") + table->has("layers");
  if (ways != 1) table->fail(kThreeWays);

  graph::Model model = build(*table, facts, recipe);
  model.name = recipe.name;
  const std::int64_t outputs = graph::element_count(model.nodes.back().shape);
  if (outputs != facts.classes) {
    table->fail(
        fmt::format("the network's last layer '{}' gives {} values, and the data has {} classes; "
                    "they must be equal",
                    model.nodes.back().name, outputs, facts.classes));
  }
  const auto batch_norm = table->choice("batch_norm", {"scale_offset", "fold"});
  recipe.fold_batch_norm = batch_norm == "fold";
  return model;
}

}  // namespace qfx::frontends
