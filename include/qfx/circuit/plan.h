// Which folds meet a target.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qfx/circuit/circuit.h"

namespace qfx::circuit {

// Words of any number of lanes, or of whole pixels alone, as C++ for HLS has them.
enum class Words : std::uint8_t { Any, Pixels };

// What is wanted: an interval in cycles, or the shortest within a budget. Neither: the default, the
// shortest interval with at most kDefaultProducts at once.
struct Goal {
  std::optional<std::int64_t> interval = {};
  std::optional<std::int64_t> luts = {}, dsps = {}, brams = {};  // BRAM of 18 Kib
  Words words = Words::Any;
  std::int64_t axi_bits = kMostBeatBits;  // of a port, at most; with words of any number of lanes
};
inline constexpr std::int64_t kDefaultProducts = 512;

// What a circuit takes of a device, by the cost table: fitted once, no tool runs.
struct Resources {
  double luts = 0;         // of logic
  double memory_luts = 0;  // that are memories
  double registers = 0, dsps = 0, brams = 0;

  double all_luts() const { return luts + memory_luts; }
  Resources& operator+=(const Resources& other);
};

// How far the table is from Yosys, relatively, on engines that it was not fitted to: half of them are
// within the median, nine in ten within the other.
struct TableError {
  double median = 0, ninetieth = 0;
};
struct TableErrors {
  int engines = 0;
  TableError luts, memory_luts, registers, dsps, brams;
};
const TableErrors& table_errors();

// Of an engine; of all that is none, FIFOs and the network's ports.
Resources resources_of(const Circuit& circuit, EngineId engine);
Resources resources_between(const Circuit& circuit);
// "sums", "pool", "plane", "elements", "softmax", "thermometer", "join", "reorder", "move",
// "repeat", "fork", "repack".
std::string_view kind_of(const Part& part);
// Multipliers that an engine has, in DSPs or tables: constants of few ones, of one bit or in a graph
// of adders need none.
std::int64_t multipliers_of(const Circuit& circuit, EngineId engine);

// Of a circuit as it is folded: cycles of its slowest engine, which it is, what all takes, and the
// products of convolutions and matrices at once.
struct Summary {
  std::int64_t interval = 0;
  std::string slowest = {};
  Resources resources = {};
  std::int64_t products = 0;
};
Summary summarise(const Circuit& circuit);

struct Plan {
  dataflow::Folding folding;  // complete
  std::int64_t interval = 0;  // of the slowest engine
  std::string slowest;        // its name
  Resources resources;
  std::int64_t products = 0;  // at once, of all convolutions and matrices
  // The next shorter interval that some folding has, and what it would take; 0: there is none.
  std::int64_t next_interval = 0;
  Resources next = {};
};

// The cheapest folding that meets the goal. `given` stays as it is. Raises UserError where no
// folding meets it, with the best there is.
Plan plan(const dataflow::Network& network, const dataflow::Folding& given, const Goal& goal);

}  // namespace qfx::circuit
