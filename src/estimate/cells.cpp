#include "estimate/cells.h"

#include <nlohmann/json.hpp>

#include "qfx/base/error.h"

namespace qfx::estimate {
namespace {

using Json = nlohmann::json;

// What one cell of Xilinx' libraries is; carry chains, wide multiplexers and inverters are parts of
// the slices that hold the LUTs.
Resources resources_of_cell(const std::string& type) {
  static const std::map<std::string, Resources> kCells = [] {
    std::map<std::string, Resources> cells;
    for (const char* lut : {"LUT1", "LUT2", "LUT3", "LUT4", "LUT5", "LUT6"}) cells[lut].luts = 1;
    cells["LUT6_2"].luts = 1;
    for (const auto& [type, luts] : std::map<std::string, int>{{"SRL16E", 1},
                                                               {"SRLC16E", 1},
                                                               {"SRLC32E", 1},
                                                               {"RAM32X1S", 1},
                                                               {"RAM64X1S", 1},
                                                               {"RAM32X1D", 2},
                                                               {"RAM64X1D", 2},
                                                               {"RAM128X1S", 2},
                                                               {"RAM128X1D", 4},
                                                               {"RAM256X1S", 4},
                                                               {"RAM256X1D", 8},
                                                               {"RAM512X1S", 8},
                                                               {"RAM32M", 4},
                                                               {"RAM64M", 4},
                                                               {"RAM32M16", 8},
                                                               {"RAM64M8", 8}})
      cells[type].memory_luts = luts;
    for (const char* flipflop : {"FDRE", "FDSE", "FDCE", "FDPE", "FDRE_1", "FDSE_1"})
      cells[flipflop].registers = 1;
    for (const char* dsp : {"DSP48E1", "DSP48E2"}) cells[dsp].dsps = 1;
    for (const char* ram : {"RAMB18E1", "RAMB18E2"}) cells[ram].brams = 1;
    for (const char* ram : {"RAMB36E1", "RAMB36E2"}) cells[ram].brams = 2;
    cells["URAM288"].urams = 1;
    for (const char* adder : {"$add", "$sub"}) cells[adder].adders = 1;  // before they are mapped
    return cells;
  }();
  const auto found = kCells.find(type);
  return found == kCells.end() ? Resources{} : found->second;
}

bool is_memory(const std::string& type) {
  return type.starts_with("RAM") || type.starts_with("URAM");
}

std::string without_escape(const std::string& name) {
  return name.starts_with('\\') ? name.substr(1) : name;
}

// Yosys 0.23 puts the lines of its table of a hierarchy, which begin with a module's name, between
// the members of the object.
std::string without_table(const std::string& stat) {
  std::string json;
  for (std::size_t begin = 0; begin < stat.size();) {
    const std::size_t end = std::min(stat.find('\n', begin), stat.size());
    const std::size_t text = stat.find_first_not_of(' ', begin);
    if (text < end && std::string_view("\"{}").find(stat[text]) != std::string_view::npos)
      json += stat.substr(begin, end - begin) + '\n';
    begin = end + 1;
  }
  return json;
}

Resources times(const Resources& one, double count) {
  return {one.luts * count, one.memory_luts * count, one.registers * count,
          one.dsps * count, one.brams * count,       one.urams * count,
          one.adders * count};
}

using Modules = std::map<std::string, std::map<std::string, double>>;  // cells by type

Resources sum_of(const Modules& modules, const std::string& module, Cells which) {
  Resources sum;
  for (const auto& [type, count] : modules.at(module)) {
    if (modules.contains(type))
      sum += times(sum_of(modules, type, which), count);
    else if (which == Cells::All || (which == Cells::Memories) == is_memory(type))
      sum += times(resources_of_cell(type), count);
  }
  return sum;
}

}  // namespace

Resources& Resources::operator+=(const Resources& other) {
  luts += other.luts;
  memory_luts += other.memory_luts;
  registers += other.registers;
  dsps += other.dsps;
  brams += other.brams;
  urams += other.urams;
  adders += other.adders;
  return *this;
}

Resources resources_of_module(const std::string& stat, const std::string& module, Cells which) {
  Modules modules;
  try {
    const Json parsed = Json::parse(without_table(stat));
    for (const auto& [name, facts] : parsed.at("modules").items()) {
      auto& cells = modules[without_escape(name)];
      for (const auto& [type, count] : facts.at("num_cells_by_type").items())
        cells[without_escape(type)] = count.get<double>();
    }
  } catch (const Json::exception& error) {
    user_error(
        "Yosys' statistics cannot be read ({}); this QFX knows those of Yosys 0.23 and later",
        error.what());
  }
  if (!modules.contains(module))
    user_error(
        "Yosys' statistics have no module '{}'; this QFX knows those of Yosys 0.23 and later",
        module);
  return sum_of(modules, module, which);
}

}  // namespace qfx::estimate
