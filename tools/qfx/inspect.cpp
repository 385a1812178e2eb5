#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "command_line.h"
#include "console.h"
#include "given_file.h"
#include "model_facts.h"
#include "verb.h"

#include "qfx/base/error.h"
#include "qfx/base/table.h"
#include "qfx/base/text.h"

namespace qfx::command {
namespace {

using Json = nlohmann::ordered_json;

struct InspectOptions {
  std::string model;
  bool json = false;
};

std::string range_text(double low, double high) {
  return fmt::format("{:.5g} .. {:.5g}", low, high);
}

// "0: 12  1: 340  2: 98", how many constants have how many ones.
std::string ones_text(const std::vector<std::int64_t>& ones) {
  std::string text;
  for (std::size_t i = 0; i < ones.size(); ++i) {
    if (ones[i] > 0) text += fmt::format("{}{}: {}", text.empty() ? "" : "  ", i, grouped(ones[i]));
  }
  return text;
}

std::string khot_text(const ParamFacts& param) {
  if (param.k_hot == 0) return "-";
  return fmt::format("{}-hot{}", param.k_hot, param.signed_digits ? " signed" : "");
}

// "classes" for cross_entropy and so on.
std::string outputs_text(const graph::Task& task) {
  switch (task.loss) {
    case graph::Loss::CrossEntropy:
      return "classes";
    case graph::Loss::Bce:
      return "labels";
    case graph::Loss::Mse:
    case graph::Loss::Mae:
      return "outputs";
  }
  internal_error("a loss does not say what outputs are");
}

// What the network is for, and what its outputs are called; --json has every name.
void print_task(const ModelFacts& facts) {
  if (facts.outputs.size() > 1) {
    std::vector<std::string> outputs;
    for (const OutputFacts& output : facts.outputs)
      outputs.push_back(fmt::format("{} ({} values)", output.name, grouped(output.values)));
    print(fmt::format("{} outputs: {}", outputs.size(), join(outputs, ", ")));
    return;
  }
  const graph::Task& task = facts.task;
  const std::string outputs = task.rebuilds_input ? "outputs" : outputs_text(task);
  print(fmt::format("task: {}, {} {}{}", graph::to_string(task.loss),
                    grouped(facts.outputs[0].values), outputs,
                    task.rebuilds_input ? ": the input rebuilt" : ""));
  if (task.names.empty()) return;
  constexpr std::size_t kShown = 20;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(kShown, task.names.size()); ++i)
    names.push_back(fmt::format("{} {}", i, task.names[i]));
  if (task.names.size() > kShown)
    names.push_back(fmt::format("and {} more", task.names.size() - kShown));
  print(fmt::format("{}: {}", outputs, join(names, ", ")));
}

std::string work_text(const Work& work) {
  return fmt::format("{} multiplies, {} shifts, {} adds", grouped(work.multiplies),
                     grouped(work.shifts), grouped(work.adds));
}

// What K-hot constants are worth: layer by layer the adders beside the multipliers they replace.
void print_k_hot_work(const ModelFacts& facts) {
  Table layers =
      Table::headed({"an image", "multiplies", "adds", "ordinary multiplies", "and adds"});
  const auto add_row = [&](const std::string& name, const Work& work, const Work& ordinary) {
    layers.add_row({name, grouped(work.multiplies), grouped(work.adds),
                    grouped(ordinary.multiplies), grouped(ordinary.adds)});
  };
  for (const NodeFacts& node : facts.nodes) {
    if (node.work.shifts > 0) add_row(node.name, node.work, node.ordinary_work);
  }
  add_row("all layers", facts.work, facts.ordinary_work);
  print(layers.to_string());
}

void print_tables(const ModelFacts& facts) {
  Table layers = Table::headed({"layer", "kind", "shape", "format", "range", "sum bits", "overflow",
                                "kernel", "cycles", "products at once", "multipliers"});
  for (const NodeFacts& node : facts.nodes) {
    layers.add_row({node.name, node.kind, graph::to_string(node.shape), node.format,
                    range_text(node.low, node.high),
                    node.accumulator_width > 0 ? std::to_string(node.accumulator_width) : "-",
                    node.can_overflow ? "possible" : "-", node.kernel.empty() ? "-" : node.kernel,
                    node.cycles > 0 ? grouped(node.cycles) : "-",
                    node.products_at_once > 0 ? grouped(node.products_at_once) : "-",
                    node.cycles > 0 ? grouped(node.multipliers()) : "-"});
  }
  print(layers.to_string());
  if (!facts.params.empty()) {
    Table params = Table::headed({"parameter", "shape", "format", "points", "range", "K-hot",
                                  "constants by number of ones"});
    for (const ParamFacts& param : facts.params) {
      params.add_row({param.name, graph::to_string(param.shape), param.format,
                      param.points.empty() ? "-" : param.points, range_text(param.low, param.high),
                      khot_text(param), ones_text(param.ones)});
    }
    print(params.to_string());
  }
  print(fmt::format("parameters: {} ({:.1f} KiB)", grouped(facts.totals.parameters),
                    static_cast<double>(facts.totals.parameter_bits) / 8 / 1024));
  if (facts.work.shifts > 0) print_k_hot_work(facts);
  print("an image: " + work_text(facts.work));
  print_task(facts);
}

Json json_of(const Work& work) {
  return {{"multiplies", work.multiplies}, {"shifts", work.shifts}, {"adds", work.adds}};
}

Json json_of(const ModelFacts& facts) {
  Json layers = Json::array(), params = Json::array();
  for (const NodeFacts& node : facts.nodes) {
    layers.push_back(
        {{"name", node.name},
         {"kind", node.kind},
         {"shape", node.shape},
         {"format", node.format},
         {"low", node.low},
         {"high", node.high},
         {"accumulator_width", node.accumulator_width > 0 ? Json(node.accumulator_width) : Json()},
         {"can_overflow", node.can_overflow},
         {"kernel", node.kernel.empty() ? Json() : Json(node.kernel)},
         {"work", json_of(node.work)},
         {"ordinary_work", json_of(node.ordinary_work)},
         {"cycles", node.cycles > 0 ? Json(node.cycles) : Json()},
         {"products_at_once", node.products_at_once > 0 ? Json(node.products_at_once) : Json()},
         {"multipliers", node.cycles > 0 ? Json(node.multipliers()) : Json()}});
  }
  for (const ParamFacts& param : facts.params) {
    params.push_back({{"name", param.name},
                      {"shape", param.shape},
                      {"format", param.format},
                      {"points", param.points.empty() ? Json() : Json(param.points)},
                      {"low", param.low},
                      {"high", param.high},
                      {"k_hot", param.k_hot},
                      {"signed_digits", param.signed_digits},
                      {"count", param.count},
                      {"ones", param.ones}});
  }
  Json outputs = Json::array();
  for (const OutputFacts& output : facts.outputs)
    outputs.push_back({{"name", output.name}, {"values", output.values}});
  return {{"name", facts.name},
          {"outputs", outputs},
          {"task",
           {{"loss", std::string(graph::to_string(facts.task.loss))},
            {"rebuilds_input", facts.task.rebuilds_input},
            {"names", facts.task.names}}},
          {"parameters", facts.totals.parameters},
          {"parameter_bits", facts.totals.parameter_bits},
          {"work", json_of(facts.work)},
          {"ordinary_work", json_of(facts.ordinary_work)},
          {"layers", layers},
          {"params", params}};
}

int inspect(const InspectOptions& options) {
  const ModelFacts facts = describe(load_given_model(options.model));
  if (options.json) {
    print(json_of(facts).dump(2));
  } else {
    print_tables(facts);
  }
  return kSuccess;
}

}  // namespace

Verb add_inspect(CLI::App& command) {
  auto options = std::make_shared<InspectOptions>();
  CommandLine verb(command, "inspect", "show formats, ranges, widths and work of a frozen model");
  verb.text("model", options->model, "the frozen model (.qfx)", Need::Required);
  verb.flag("--json", options->json, "print JSON");
  return {verb.app(), [options] { return inspect(*options); }};
}

}  // namespace qfx::command
