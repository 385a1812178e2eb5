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

// Headers are called after what they hold: "StepwiseAverage" in "stepwise_average".
std::string header_of(std::string_view reducer) {
  std::string name;
  for (char c : reducer) {
    if (std::isupper(c) != 0 && !name.empty()) name += '_';
    name += static_cast<char>(std::tolower(c));
  }
  return name;
}

// What the taps of a window become.
std::string reducer_of(const dataflow::WindowReduce& pool) {
  if (!pool.mean) return "Largest";
  return std::string(pool.accumulator ? "Stepwise" : "") +
         (pool.mean->has_factors() ? "PlacedAverage" : "Average");
}
std::string reducer_of(const dataflow::MultiplyAccumulate& sums) {
  if (sums.gate) return "FractionalConv2d";
  return sums.accumulator ? "StepwiseProducts" : "MultiplyAccumulate";
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
    if (map.steps) tables.push_back(names_.threshold);
    std::string operation = "qfx::" + operation_of(kind_);
    if (map.factor || map.offset || map.limits)
      operation += fmt::format("<{}> ", names_.config);  // not ">>", which old compilers misread
    return {"map", fmt::format("{}, {}", beats(), operation), tables, {kind_}};
  }
  Function operator()(const dataflow::MultiplyAccumulate& sums) const {
    std::vector<std::string> tables{names_.weight, names_.shift, names_.bias};
    if (sums.gate) tables = {names_.weight, names_.threshold};
    if (sums.window) return windowed("window", reducer_of(sums), tables);
    if (!sums.accumulator) return {"linear", names_.config, tables, {"linear"}};
    return {"linear", names_.config + ", qfx::StepwiseRow", tables, {"linear", "stepwise_row"}};
  }
  Function operator()(const dataflow::WindowReduce& pool) const {
    std::vector<std::string> tables;
    if (pool.mean) tables.push_back(names_.reciprocal);
    if (pool.mean && pool.mean->has_factors()) {
      tables.push_back(names_.row_factors);
      tables.push_back(names_.column_factors);
    }
    return windowed(pool.window ? "window" : "whole_image", reducer_of(pool), tables);
  }
  Function operator()(const dataflow::Normalise&) const {
    return {"softmax", names_.config, {names_.table}, {"softmax"}};
  }
  Function operator()(const dataflow::Spread& spread) const {
    return {spread.per_pixel ? kind_ : kind_ + "_vector", beats(), {names_.threshold}, {kind_}};
  }
  Function operator()(const dataflow::Join& joined) const {
    if (joined.side_by_side) return {"concat", beats(), {}, {"concat"}};
    std::vector<std::string> beats;
    for (StreamId id : process_.inputs)
      beats.push_back(std::to_string(design_.stream(id).layout.beats));
    return {"concat_vectors", join(beats, ", "), {}, {"concat"}};
  }
  Function operator()(const dataflow::Repeat& repeat) const {
    return {"repeat", fmt::format("{}, {}", beats(), repeat.times), {}, {"repeat"}};
  }
  Function operator()(const dataflow::Move&) const {
    return {"move", names_.config, {names_.blocks, names_.steps, names_.wires}, {"move"}};
  }
  Function operator()(const dataflow::Reorder&) const { return by_beats("reorder"); }
  Function operator()(const dataflow::Clone&) const { return by_beats("clone"); }
  Function operator()(const dataflow::Copy&) const { return by_beats("copy"); }

 private:
  std::string beats() const {
    return std::to_string(design_.stream(process_.inputs[0]).layout.beats);
  }
  Function windowed(const std::string& form, const std::string& reducer,
                    const std::vector<std::string>& tables) const {
    return {form,
            fmt::format("{}, qfx::{}", names_.config, reducer),
            tables,
            {form, header_of(reducer)}};
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
