#include <cmath>
#include <fmt/format.h>
#include <utility>

#include "qfx/base/table.h"
#include "qfx/base/text.h"
#include "qfx/graph/outputs.h"
#include "qfx/imports/import.h"

namespace qfx::imports {
namespace {

// A file's name, whole, on one line.
std::string shown(const Record& record) {
  const std::string& name = record.name.empty() ? record.output : record.name;
  std::string text = record.name.empty() ? "makes '" : "'";
  for (const char c : name) {
    if (c >= ' ' && c <= '~')
      text += c;
    else
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return text + "'";
}

// The formats that the file gives its tensors, which calibration leaves alone.
std::string formats_text(const graph::Model& model) {
  std::string text =
      "\n# The formats of the file. Parameters with a binary point for each channel have them in\n"
      "# the graph. The float network that ptq compares with does not round; where values overflow,\n"
      "# the file's quantizers saturate.\n[format]\n";
  const auto add = [&](const std::string& name, const graph::QuantSpec& spec) {
    if (spec.learned || !spec.int_bits || spec.granularity == graph::Granularity::PerChannel)
      return;
    text += fmt::format("\n[[format.override]]\nmatch = \"{}\"\nformat = \"{}\"\n", name,
                        fixed::to_string(spec.format(spec.width - *spec.int_bits)));
  };
  for (const graph::Node& node : model.nodes) {
    if (!graph::keeps_format(node.op) && !graph::own_format(node.op)) add(node.name, node.spec);
    for (const auto& [role, param] : node.params) {
      if (!graph::own_format(node.op, role)) add(graph::tensor_name(node.name, role), param.spec);
    }
  }
  return text;
}

}  // namespace

std::string outputs_text(const graph::Model& model) {
  std::vector<std::string> texts;
  for (const graph::NodeId id : graph::output_ids(model)) {
    const graph::Node& node = model.nodes[id];
    texts.push_back(model.outputs.empty()
                        ? "output " + to_string(node.shape)
                        : fmt::format("'{}' {}", node.name, to_string(node.shape)));
  }
  return (texts.size() > 1 ? "outputs " : "") + join(texts, ", ");
}

std::string report_text(const Imported& imported, const std::string& file) {
  const Source& source = imported.source;
  const graph::Model& model = imported.model();
  std::string text = fmt::format("{}: {} nodes\n", in_quotes(file), source.records.size());
  if (!source.producer.empty()) text += fmt::format("written by {}\n", in_quotes(source.producer));
  text += fmt::format("model '{}': {} nodes, input {}, {}\n", model.name, model.nodes.size(),
                      to_string(model.nodes.front().shape), outputs_text(model));
  text += fmt::format("input {} of the file has the shape {}\n",
                      in_quotes(source.inputs.at(0).name), to_string(imported.lowered.input_shape));
  for (std::size_t i = 0; i < source.output_names.size(); ++i) {
    const LoweredOutput& output = imported.lowered.outputs.at(i);
    text += fmt::format("output {} of the file has the shape {}: '{}'\n",
                        in_quotes(source.output_names[i]), to_string(output.shape),
                        model.nodes[output.node].name);
  }
  for (const std::string& remark : source.remarks) text += remark + "\n";
  text += imported.difference
              ? fmt::format(
                    "{} difference to the file: {:.1e} of the largest value, on random "
                    "samples\n",
                    source.is_quantized ? "unrounded" : "float", *imported.difference)
              : "not compared with the file's values here, which takes long for its size; "
                "--check does\n";
  std::size_t values = 0;
  for (const LoweredOutput& output : imported.lowered.outputs) values += output.index.size();
  if (imported.differing)
    text += fmt::format(
        "the file's network and the model in its formats, both rounding: {} of {} output values "
        "differ, on random samples\n",
        *imported.differing, values);
  Table table({Align::Left, Align::Left, Align::Left});
  table.add_row({"became", "operator", "node of the file"});
  table.add_rule();
  for (std::size_t i = 0; i < source.records.size(); ++i) {
    const Record& record = source.records[i];
    const std::vector<std::string>& names = imported.lowered.made[i];
    const std::string became = !names.empty()         ? join(names, ", ")
                               : !record.fate.empty() ? record.fate
                                                      : "the order of values";
    table.add_row({became, record.op.substr(0, 40), shown(record)});
  }
  return text + "\n" + table.to_string();
}

std::string recipe_text(const Imported& imported, const RecipeFacts& facts) {
  std::string text = fmt::format("# Of {}, by qfx import. docs/recipe.md lists every key.\n",
                                 in_quotes(facts.file));
  text += fmt::format("name = \"{}\"\n", imported.model().name);
  text +=
      "loss = \"teacher\"              # what the network in float answers; labels only measure\n";
  text += fmt::format("\n[network]\ngraph = \"{}\"\n", facts.graph);
  text += "\n[data]\n";
  if (facts.data.empty())
    text += fmt::format(
        "source = \"npy:DATA\"           # yours: samples of {}; or cifar10:DIR, csv:FILE, "
        "folder:DIR\n",
        to_string(imported.model().nodes.front().shape));
  else
    text += fmt::format("source = \"{}\"\n", facts.data);
  if (imported.source.is_quantized)
    text += formats_text(imported.model());
  else
    text +=
      "\n[format]\nwidth = 8\n"
      "\n[format.input]\nwidth = 8                      # of a byte all of them\n"
      "\n[format.weights]\ngranularity = \"channel\"      # trained networks have channels of very "
      "different size\n"
      "\n[format.scales]\ngranularity = \"channel\"\n"
      "\n[format.biases]\nwidth = 16\n"
      "\n[format.offsets]\nwidth = 16\n"
      "\n[format.preactivations]\nwidth = 16                     # between a sum and its ReLU: "
      "wires, no "
      "multiplier\n"
      "\n[format.outputs]\nwidth = 8                      # what leaves, and what a softmax at the "
      "end reads: no multiplier\n"
      "\n[calibration]\n"
      "equalize = true                # channels of one activation, where the error falls by it\n"
      "rounding = \"gptq\"              # of weights, in view of each other\n"
      "bias_correction = true\n";
  text +=
      "\n[float]\nepochs = 0                     # it is trained\n"
      "\n[fixed]\nepochs = 2\noptimizer = \"adam\"\n"
      "learning_rate = 0.005          # of each tensor's own size\n";
  return text;
}

}  // namespace qfx::imports
