// Small modules of support/verilog, proved: for all inputs and all stalls, so many cycles from
// reset; the fork for ever, by induction.
#include <array>
#include <filesystem>
#include <gtest/gtest.h>

#include "support/paths.h"
#include "support/user_error.h"
#include "support/verilog_tools.h"

#include "qfx/base/file.h"

namespace qfx::test {
namespace {

namespace fs = std::filesystem;

struct Proof {
  std::string name;  // NAME_proof.v
  std::vector<std::pair<std::string, int>> parameters = {};
};

// Writes the model "proof.smt2" of the module and of what it is proved with.
void prepare(const Proof& proof, const std::string& module_text, const fs::path& folder) {
  const std::string top = proof.name + "_proof";
  write_file_atomically(folder / "dut.v", module_text);
  std::string commands = "read_verilog -formal dut.v";
  for (const std::string& file : {top, std::string("stream_rules")})
    commands += " " + source_path("tests/unit/verilog_proofs/" + file + ".v");
  for (const auto& [name, value] : proof.parameters)
    commands += fmt::format("; chparam -set {} {} {}", name, value, top);
  commands += fmt::format(
      "; prep -flatten -top {}; memory_map; opt -full; "
      "dffunmap; write_smt2 -wires "
      "proof.smt2",
      top);
  run_checked({"yosys", "-q", "-p", commands}, folder);
}

std::string module_text(const std::string& name) {
  return read_file(source_path("support/verilog/qfx_" + name + ".v"));
}

// Empty where it holds for so many cycles.
std::string bounded(const fs::path& folder, int cycles) {
  return user_error_of([&] {
    run_checked({"yosys-smtbmc", "-s", "z3", "-t", std::to_string(cycles), "proof.smt2"}, folder);
  });
}

void expect_bounded(const Proof& proof, int cycles) {
  const TemporaryDirectory folder;
  prepare(proof, module_text(proof.name), folder.path());
  EXPECT_EQ(bounded(folder.path(), cycles), "");
}

TEST(VerilogProofs, AForkGivesEveryWordToBothForEver) {
  const TemporaryDirectory folder;
  prepare({"fork"}, module_text("fork"), folder.path());
  EXPECT_EQ(bounded(folder.path(), 12), "");
  EXPECT_NO_THROW(
      run_checked({"yosys-smtbmc", "-s", "z3", "-i", "-t", "4", "proof.smt2"}, folder.path()));
}

TEST(VerilogProofs, AForkThatForgetsAReaderIsFound) {
  std::string text = module_text("fork");
  const std::string both = "(!o0_valid || o0_ready) && (!o1_valid || o1_ready)";
  ASSERT_NE(text.find(both), text.npos);
  text.replace(text.find(both), both.size(), "(!o0_valid || o0_ready)");
  const TemporaryDirectory folder;
  prepare({"fork"}, text, folder.path());
  EXPECT_NE(bounded(folder.path(), 12), "");
}

TEST(VerilogProofs, ARepackGivesEveryElement) {
  for (const auto& [in, out, group] : std::vector<std::array<int, 3>>{
           {1, 3, 3}, {3, 1, 3}, {2, 3, 6}, {3, 2, 6}, {2, 2, 3}, {3, 5, 5}, {4, 1, 3}})
    expect_bounded({"repack", {{"IN", in}, {"OUT", out}, {"GROUP", group}}}, 10);
}

TEST(VerilogProofs, AFifoGivesEveryWordInTime) {
  for (const int depth : {1, 2, 3}) expect_bounded({"fifo", {{"DEPTH", depth}}}, 9);
  for (const int depth : {2, 3, 4}) expect_bounded({"fifo", {{"DEPTH", depth}, {"BLOCK", 1}}}, 9);
}

}  // namespace
}  // namespace qfx::test
