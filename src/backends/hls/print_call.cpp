#include "backends/hls/print_call.h"

#include <cctype>
#include <fmt/format.h>

#include "qfx/base/text.h"

namespace qfx::backends::hls {
namespace {

using dataflow::StreamId;

// "leaky_relu" to "LeakyRelu": the operation of that kind, in the header of the kind's name.
std::string operation_of(std::string_view kind) {
  std::string name;
  bool begins = true;
  for (char c : kind) {
    if (c != '_') name += begins ? static_cast<char>(std::toupper(c)) : c;
    begins = c == '_';
  }
  return name;
}

// What the taps of a pool's window become.
std::string reducer_of(const dataflow::WindowReduce& pool) {
  return pool.mean ? "Average" : "Largest";
}

// "qfx::FUNCTION<ARGUMENT>(results, operands, tables);" with the headers that hold what it names.
struct Function {
  std::string name, argument;
  std::vector<std::string> tables;
  std::vector<std::string> headers;
};

class Visitor {
 public:
  Visitor(const Design& design, const dataflow::Process& process)
      : design_(design),
        process_(process),
        names_(design.nodes[process.node]),
        kind_(kind_name(design.network.node(process.node).op)) {}

  Function operator()(const dataflow::Map& map) const {
    std::vector<std::string> tables;
    if (map.factor) tables = {names_.weight, names_.shift};
    if (map.offset) tables.push_back(names_.bias);
    if (map.lookup) tables.push_back(names_.table);
    std::string operation = "qfx::" + operation_of(kind_);
    if (map.factor || map.offset || map.limits)
      operation += fmt::format("<{}> ", names_.config);  // not ">>", which old compilers misread
    return {"map", fmt::format("{}, {}", beats(), operation), tables, {kind_}};
  }
  Function operator()(const dataflow::MultiplyAccumulate& sums) const {
    const std::vector<std::string> tables{names_.weight, names_.shift, names_.bias};
    if (!sums.window) return {"linear", names_.config, tables, {"linear"}};
    return {"window",
            names_.config + ", qfx::MultiplyAccumulate",
            tables,
            {"window", "multiply_accumulate"}};
  }
  Function operator()(const dataflow::WindowReduce& pool) const {
    const std::string form = pool.window ? "window" : "whole_image", reducer = reducer_of(pool);
    std::vector<std::string> tables;
    if (pool.mean) tables.push_back(names_.reciprocal);
    return {form,
            fmt::format("{}, qfx::{}", names_.config, reducer),
            tables,
            {form, pool.mean ? "average" : "largest"}};
  }
  Function operator()(const dataflow::Normalise&) const {
    return {"softmax", names_.config, {names_.table}, {"softmax"}};
  }
  Function operator()(const dataflow::Join& joined) const {
    if (joined.side_by_side) return {"concat", beats(), {}, {"concat"}};
    std::vector<std::string> beats;
    for (StreamId id : process_.inputs)
      beats.push_back(std::to_string(design_.stream(id).layout.beats));
    return {"concat_vectors", join(beats, ", "), {}, {"concat"}};
  }
  Function operator()(const dataflow::Reorder&) const { return by_beats("reorder"); }
  Function operator()(const dataflow::Clone&) const { return by_beats("clone"); }
  Function operator()(const dataflow::Copy&) const { return by_beats("copy"); }

 private:
  std::string beats() const {
    return std::to_string(design_.stream(process_.inputs[0]).layout.beats);
  }
  Function by_beats(const std::string& function) const {
    return {function, beats(), {}, {function}};
  }

  const Design& design_;
  const dataflow::Process& process_;
  const NodeNames& names_;
  std::string kind_;
};

Function function_of(const Design& design, const dataflow::Process& process) {
  return std::visit(Visitor(design, process), process.work);
}

}  // namespace

// The results come first: what parameter packs take stands behind.
std::string print_call(const Design& design, const dataflow::Process& process) {
  const Function function = function_of(design, process);
  std::vector<std::string> arguments;
  for (StreamId id : process.outputs) arguments.push_back(design.streams[id]);
  for (StreamId id : process.inputs) arguments.push_back(design.streams[id]);
  arguments.insert(arguments.end(), function.tables.begin(), function.tables.end());
  return fmt::format("qfx::{}<{}>({});", function.name, function.argument, join(arguments, ", "));
}

std::vector<std::string> headers_of(const Design& design, const dataflow::Process& process) {
  std::vector<std::string> headers = function_of(design, process).headers;
  for (std::string& header : headers) header = fmt::format("qfx/{}.h", header);
  return headers;
}

}  // namespace qfx::backends::hls
