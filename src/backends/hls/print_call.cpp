#include "backends/hls/print_call.h"

#include <fmt/format.h>

#include "backends/hls/print_parameters.h"

#include "qfx/base/text.h"

namespace qfx::backends::hls {
namespace {

using dataflow::StreamId;

// The function that computes a kind: its name, as the header's that has it.
std::string function_of(const graph::Op& op) {
  // With its slope in a table, a leaky_relu is a prelu.
  if (std::holds_alternative<graph::LeakyRelu>(op)) return "prelu";
  return std::string(kind_name(op));
}

class Call {
 public:
  Call(const Design& design, const dataflow::Process& process)
      : design_(design),
        process_(process),
        names_(design.nodes[process.node]),
        function_(function_of(design.network.node(process.node).op)) {}

  std::string operator()(const dataflow::Map& map) const {
    if (!has_parameters(process_)) return by_beats(function_);
    std::vector<std::string> tables;
    if (map.factor) tables = {names_.weight, names_.shift};
    if (map.offset) tables.push_back(names_.bias);
    if (map.lookup) tables.push_back(names_.table);
    return by_config(tables);
  }
  std::string operator()(const dataflow::MultiplyAccumulate&) const {
    return by_config({names_.weight, names_.shift, names_.bias});
  }
  std::string operator()(const dataflow::WindowReduce& pool) const {
    return pool.mean ? by_config({names_.reciprocal}) : by_config({});
  }
  std::string operator()(const dataflow::Normalise&) const { return by_config({names_.table}); }
  // The output comes first: what the parameter pack behind it takes is the inputs.
  std::string operator()(const dataflow::Join& joined) const {
    std::vector<std::string> arguments{design_.streams[process_.outputs[0]]}, beats;
    for (StreamId id : process_.inputs) {
      arguments.push_back(design_.streams[id]);
      beats.push_back(std::to_string(design_.stream(id).layout.beats));
    }
    if (joined.side_by_side)
      return fmt::format("qfx::concat<{}>({});", beats[0], join(arguments, ", "));
    return fmt::format("qfx::concat_vectors<{}>({});", join(beats, ", "), join(arguments, ", "));
  }
  std::string operator()(const dataflow::Reorder&) const { return by_beats("reorder"); }
  std::string operator()(const dataflow::Clone&) const { return by_beats("clone"); }
  std::string operator()(const dataflow::Copy&) const { return by_beats("copy"); }

 private:
  std::string call(const std::string& function, const std::string& argument,
                   const std::vector<std::string>& tables) const {
    std::vector<std::string> arguments;
    for (StreamId id : process_.inputs) arguments.push_back(design_.streams[id]);
    for (StreamId id : process_.outputs) arguments.push_back(design_.streams[id]);
    for (const std::string& table : tables) arguments.push_back(table);
    return fmt::format("qfx::{}<{}>({});", function, argument, join(arguments, ", "));
  }
  std::string by_beats(const std::string& function) const {
    return call(function, std::to_string(design_.stream(process_.inputs[0]).layout.beats), {});
  }
  std::string by_config(const std::vector<std::string>& tables) const {
    return call(function_, names_.config, tables);
  }

  const Design& design_;
  const dataflow::Process& process_;
  const NodeNames& names_;
  std::string function_;
};

}  // namespace

std::string print_call(const Design& design, const dataflow::Process& process) {
  return std::visit(Call(design, process), process.work);
}

std::string header_of(const Design& design, const dataflow::Process& process) {
  const auto own = [&](const auto&) {
    return fmt::format("qfx/{}.h", function_of(design.network.node(process.node).op));
  };
  return std::visit(graph::Overloaded{
                        [&](const dataflow::Map& map) { return own(map); },
                        [&](const dataflow::MultiplyAccumulate& sums) { return own(sums); },
                        [&](const dataflow::WindowReduce& pool) { return own(pool); },
                        [&](const dataflow::Normalise& softmax) { return own(softmax); },
                        [&](const dataflow::Join& joined) { return own(joined); },
                        [](const dataflow::Reorder&) { return std::string("qfx/reorder.h"); },
                        [](const dataflow::Clone&) { return std::string("qfx/clone.h"); },
                        [](const dataflow::Copy&) { return std::string("qfx/copy.h"); },
                    },
                    process.work);
}

}  // namespace qfx::backends::hls
