// What comes before all passes: where the network ends, and how large its input is.
#include <algorithm>
#include <set>

#include "imports/passes/edit.h"

#include "qfx/base/error.h"
#include "qfx/base/text.h"
#include "qfx/imports/passes.h"

namespace qfx::imports {
namespace {

std::string quoted(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 12;
  std::vector<std::string> parts;
  for (const std::string& name : names) {
    if (parts.size() == kShown) {
      parts.push_back("...");
      break;
    }
    parts.push_back(in_quotes(name));
  }
  return join(parts, ", ");
}

std::vector<std::string> value_names(const Source& source) {
  std::vector<std::string> names;
  for (const Node& node : source.nodes) {
    for (const std::string& output : node.outputs) {
      if (!output.empty() && output.size() <= 64) names.push_back(output);
    }
  }
  return names;
}

bool is_made(const Source& source, const std::string& value) {
  return std::ranges::any_of(source.nodes, [&](const Node& node) {
    return std::ranges::find(node.outputs, value) != node.outputs.end();
  });
}

void mark_cut(Source& source, const std::vector<Node>& before) {
  std::set<int> kept;
  for (const Node& node : source.nodes) kept.insert(node.origins.begin(), node.origins.end());
  for (const Node& node : before) {
    for (const int origin : node.origins) {
      if (!kept.contains(origin))
        source.records[origin].fate = "not part of the network: no output needs it";
    }
  }
}

}  // namespace

void cut(Source& source, const std::vector<std::string>& outputs) {
  std::set<std::string> named;
  for (const std::string& output : outputs) {
    if (!named.insert(output).second)
      user_error("--outputs names {} twice; each output is imported once", in_quotes(output));
    if (!is_made(source, output))
      user_error("--outputs names {}, and no node makes that value; the nearest is {}",
                 in_quotes(output), in_quotes(nearest(output.substr(0, 64), value_names(source))));
  }
  if (!outputs.empty()) {
    source.remarks.push_back("cut at " + quoted(outputs) + " instead of " +
                             quoted(source.output_names));
    source.output_names = source.outputs = outputs;
  }
  const std::vector<Node> before = source.nodes;
  drop_dead(source);
  mark_cut(source, before);
  const Links links(source);
  std::erase_if(source.inputs,
                [&](const SourceInput& input) { return links.uses(input.name) == 0; });
  if (source.inputs.empty())
    user_error("the {} {} on no input of the network",
               source.outputs.size() == 1 ? "output" : "outputs",
               quoted(source.outputs) + (source.outputs.size() == 1 ? " depends" : " depend"));
  if (source.inputs.size() > 1) {
    std::vector<std::string> names;
    for (const SourceInput& input : source.inputs) names.push_back(input.name);
    user_error(
        "the network has the inputs {}, and one is what can be imported; cut it with --outputs "
        "where "
        "one is left",
        quoted(names));
  }
}

void set_input_shape(Source& source, const std::optional<Shape>& given) {
  SourceInput& input = source.inputs.at(0);
  const std::string name = in_quotes(input.name);
  Shape shape;
  if (input.shape) shape = *input.shape;
  const Shape said = shape;
  const auto was = [&] {
    std::vector<std::string> parts;
    for (const std::int64_t size : said) parts.push_back(size < 0 ? "?" : std::to_string(size));
    return "[" + join(parts, ", ") + "]";
  };
  if (given) {
    Shape wanted = *given;
    if (input.shape && wanted.size() + 1 == shape.size()) wanted.insert(wanted.begin(), 1);
    if (!input.shape && wanted.size() != 4) wanted.insert(wanted.begin(), 1);
    if (input.shape && wanted.size() != shape.size())
      user_error("--input-shape has {} sizes, and the input {} has the shape {}", given->size(),
                 name, was());
    for (std::size_t i = 1; i < shape.size(); ++i) {
      if (shape[i] >= 0 && shape[i] != wanted[i])
        user_error("--input-shape is {}, and the input {} has the shape {}, whose sizes are fixed",
                   to_string(wanted), name, was());
    }
    shape = wanted;
  }
  if (shape.empty())
    user_error("the file does not say the shape of its input {}; say it with --input-shape 3,96,96",
               name);
  if (shape[0] < 0 && shape.size() > 1) {
    shape[0] = 1;
    source.remarks.push_back("the batch is 1");
  }
  if (shape[0] > 1 && shape.size() > 1) {
    std::vector<std::string> sample;
    for (std::size_t i = 1; i < shape.size(); ++i) sample.push_back(std::to_string(shape[i]));
    user_error(
        "the input {} has the shape {}, a batch of {}; say one sample with --input-shape {}, or export "
        "the network with a batch of 1",
        name, to_string(shape), shape[0], join(sample, ","));
  }
  for (const std::int64_t size : shape) {
    if (size < 1)
      user_error("the input {} has the shape {}; say what is open with --input-shape {}", name,
                 was(), shape.size() == 4 ? "3,96,96" : "16");
  }
  if (!is_reasonable(shape) || element_count(shape) > std::int64_t{1} << 25)
    user_error("the input {} has the shape {}, which is too large", name, to_string(shape));
  if (shape != said) source.remarks.push_back("the input's shape is set to " + to_string(shape));
  input.shape = shape;
}

}  // namespace qfx::imports
