// Which folds meet a target.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
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
};
inline constexpr std::int64_t kDefaultProducts = 512;

// What a circuit takes of a device, by the cost table: measured once, no tool ran.
struct Resources {
  double luts = 0, registers = 0, dsps = 0, brams = 0;

  Resources& operator+=(const Resources& other);
};
Resources operator*(Resources resources, double times);

// With the FIFOs that it reads.
Resources resources_of(const Circuit& circuit, EngineId engine);

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
