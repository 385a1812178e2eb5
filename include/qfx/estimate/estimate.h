// What a network takes of an FPGA, engine by engine, and how fast it is: Yosys' count of the
// exported Verilog, and the cycle model. No figure of Vivado's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "qfx/backends/target.h"
#include "qfx/base/process.h"
#include "qfx/circuit/circuit.h"
#include "qfx/circuit/cycles.h"
#include "qfx/circuit/plan.h"

namespace qfx::estimate {

struct Resources {
  double luts = 0;         // LUT1 to LUT6, of logic
  double memory_luts = 0;  // LUTs that are shift registers and memories
  double registers = 0;
  double dsps = 0;
  double brams = 0;  // of 18 Kib
  double urams = 0;
  double adders = 0;  // and subtractors, before anything is mapped; in LUTs or DSPs above
  bool operator==(const Resources&) const = default;
  Resources& operator+=(const Resources& other);
};

// How fast an engine alone can be clocked on an ECP5 of Lattice's, placed and routed by nextpnr
// between registers at its ports; or why that is not known.
struct EngineClock {
  double mhz = 0;            // 0: not known
  std::string unknown = {};  // why
};

struct EngineEstimate {
  std::string name;    // for people: its nodes' names
  std::string module;  // of the exported project
  Resources resources;
  std::string kind = {};         // circuit::kind_of
  std::int64_t cycles = 0;       // an image, where nothing holds it up
  std::int64_t multipliers = 0;  // in DSPs or tables
  std::optional<EngineClock> clock = {};  // where clocks were checked
};

struct Estimate {
  std::string model, checksum;
  std::string source;  // of the resources: "Yosys 0.23"
  double clock_period_ns = 0;
  std::vector<EngineEstimate> engines;
  Resources rest;  // FIFOs and ports
  circuit::Cycles cycles = {};
  std::optional<circuit::TableErrors> error = {};  // where the resources are by the cost table
  std::string clock_source = {};  // of the engines' clocks: "nextpnr-ecp5 0.4"; "": not checked

  Resources total() const;
  double images_per_second() const;
  // The engine whose clock is the slowest; null where none is known.
  const EngineEstimate* slowest_clocked() const;
};

// Which engines are placed and routed: that takes nextpnr seconds to minutes each.
struct ClockCheck {
  double most_luts = 4000;  // of an engine, those of memory among them
  double seconds = 300;     // for an engine
};

struct Options {
  double clock_period_ns = backends::kDefaultClockPeriodNs;
  std::string yosys = "yosys";
  std::string cache_folder = default_cache_folder();  // "": none
  int jobs = 0;                                       // Yosys at once; 0: one a core
  ShouldStop should_stop = {};
  // Of the engines that no cache knows, the top among them; one call at a time, from any thread.
  std::function<void(std::size_t done, std::size_t total)> on_progress = {};
  std::optional<ClockCheck> clock_check = {};  // none: nextpnr is not needed
  std::function<void(std::size_t done, std::size_t total)> on_clock_progress = {};

  // $XDG_CACHE_HOME/qfx/estimate, or ~/.cache/qfx/estimate; empty where there is no home.
  static std::string default_cache_folder();
};

// `project`: the files of the target verilog for this circuit. Raises UserError where Yosys is
// missing or fails, or nextpnr is missing and clocks are checked.
Estimate estimate(const circuit::Circuit& circuit, const std::string& top,
                  const backends::Files& project, const Options& options);

// The same from the cost table: nothing runs.
Estimate estimate_fast(const circuit::Circuit& circuit, const std::string& top,
                       const Options& options);

// estimate.json.
std::string to_json(const Estimate& estimate);
// For a terminal.
std::string to_text(const Estimate& estimate);

}  // namespace qfx::estimate
