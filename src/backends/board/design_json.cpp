#include "backends/board/design_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "qfx/graph/file.h"
#include "qfx/graph/outputs.h"

namespace qfx::backends::board {
namespace {

using Json = nlohmann::ordered_json;

Json describe(const Port& port) {
  return {{"name", port.name},
          {"shape", port.shape},
          {"format",
           {{"width", port.format.width},
            {"int_bits", port.format.int_bits},
            {"signed", port.format.is_signed},
            {"rounding", fixed::to_string(port.format.rounding)},
            {"overflow", fixed::to_string(port.format.overflow)},
            {"wrap_bits", port.format.wrap_bits}}},
          {"order", port.layout.order == dataflow::Order::Pixels ? "pixels" : "elements"},
          {"lanes", port.lanes},
          {"container", port.container}};
}

// Each under the name of its node too, by which the driver gives its values.
Json describe_outputs(const BoardDesign& design) {
  const std::vector<graph::NodeId> nodes = graph::output_ids(design.network.model());
  Json all = Json::array();
  for (std::size_t i = 0; i < design.outputs.size(); ++i) {
    Json output = Json::object();
    output["node"] = design.network.node(nodes[i]).name;
    output.update(describe(design.outputs[i]));
    all.push_back(std::move(output));
  }
  return all;
}

}  // namespace

std::string print_design_json(const BoardDesign& design) {
  const graph::FrozenModel& model = design.network.model();
  const auto& preprocess = std::get<graph::Input>(model.input().op).preprocess;
  const Json json{
      {"version", 2},
      {"model", model.name},
      {"checksum", graph::checksum_of(model)},
      {"top", design.top},
      {"input", describe(design.input)},
      {"outputs", describe_outputs(design)},
      {"preprocess",
       {{"divisor", preprocess.divisor}, {"mean", preprocess.mean}, {"std", preprocess.std}}},
      {"output_names", model.task.names},
      {"tlast", "travels"}};
  // Names are bytes of anybody's; what is no UTF-8 in them is replaced, and the rest is ASCII.
  return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

std::string describe_element(const Port& port) {
  return fmt::format("`{}` in {} bits, extended with {}", fixed::to_string(port.format),
                     port.container, port.format.is_signed ? "its sign" : "zeros");
}

std::string describe_order(const Port& port) {
  return port.layout.order == dataflow::Order::Pixels
             ? "pixel by pixel, row by row, a pixel's channels one after the other"
             : "as C, H, W lies in memory";
}

}  // namespace qfx::backends::board
