#include "estimate/engine_ports.h"

#include <fmt/format.h>

namespace qfx::estimate {

std::vector<EnginePort> ports_of(const circuit::Circuit& circuit, const circuit::Engine& engine) {
  std::vector<EnginePort> ports{{"clk"}, {"rst"}};
  const auto add = [&](char side, std::size_t index, circuit::LinkId link) {
    const std::string begin = fmt::format("{}{}_", side, index);
    const bool gives = side == 'o';
    ports.push_back({begin + "valid", gives});
    ports.push_back({begin + "ready", !gives});
    ports.push_back({begin + "data", gives, circuit.links[static_cast<std::size_t>(link)].width()});
  };
  for (std::size_t i = 0; i < engine.inputs.size(); ++i) add('i', i, engine.inputs[i]);
  for (std::size_t i = 0; i < engine.outputs.size(); ++i) add('o', i, engine.outputs[i]);
  return ports;
}

std::string between_wires(const std::string& module, const std::vector<EnginePort>& ports) {
  std::string wires, bindings;
  for (const EnginePort& port : ports) {
    const std::string wire = fmt::format("{}_{}", module, port.name);
    wires += fmt::format("  (* keep *) wire [{}:0] {};\n", port.width - 1, wire);
    bindings += fmt::format("{}.{}({})", bindings.empty() ? "" : ", ", port.name, wire);
  }
  return fmt::format("{}  (* keep *) {} of_{} ({});\n", wires, module, module, bindings);
}

std::string stand_in(const std::string& module, const std::vector<EnginePort>& ports) {
  std::string text;
  for (const EnginePort& port : ports)
    text += fmt::format("{}{} [{}:0] {}", text.empty() ? "" : ", ",
                        port.is_output ? "output" : "input", port.width - 1, port.name);
  return fmt::format("(* blackbox *)\nmodule {} ({});\nendmodule\n", module, text);
}

std::string between_registers(const std::string& name, const std::string& module,
                              const std::vector<EnginePort>& ports) {
  std::int64_t inputs = 0, outputs = 0;
  std::string bindings;
  for (const EnginePort& port : ports) {
    if (port.name == "clk") {
      bindings = ".clk(clk)";
      continue;
    }
    std::int64_t& place = port.is_output ? outputs : inputs;
    bindings += fmt::format(", .{}({}[{}:{}])", port.name, port.is_output ? "gives" : "given",
                            place + port.width - 1, place);
    place += port.width;
  }
  return fmt::format(
      "module {} (input clk, input pin, output reg seen);\n"
      "  reg [{}:0] given;\n"
      "  wire [{}:0] gives;\n"
      "  reg [{}:0] taken, mixed;\n"
      "  {} engine ({});\n"
      "  always @(posedge clk) begin\n"
      "    given <= {{given, pin}};\n"
      "    taken <= gives;\n"
      "    mixed <= {{mixed, 1'b0}} ^ taken;\n"
      "    seen <= mixed[{}];\n"
      "  end\nendmodule\n",
      name, inputs - 1, outputs - 1, outputs - 1, module, bindings, outputs - 1);
}

}  // namespace qfx::estimate
