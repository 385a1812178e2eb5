// Vivado's scripts through tclsh, with stand-ins for Vivado's commands that note how they were
// called: simulated/vivado.tcl.
#include <cstdlib>
#include <gmock/gmock.h>
#include <map>
#include <optional>

#include "tools.h"

namespace qfx::backends::board {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using Settings = std::map<std::string, std::string>;

struct Outcome {
  ProcessResult result;
  std::vector<std::string> calls;  // a list of words each, as Tcl writes it
  bool has_bit = false, has_hwh = false, has_driver = false, has_component = false;

  // Where the first call that contains the text stands; -1: nowhere.
  std::ptrdiff_t place(const std::string& text) const {
    for (std::size_t i = 0; i < calls.size(); ++i)
      if (calls[i].find(text) != std::string::npos) return static_cast<std::ptrdiff_t>(i);
    return -1;
  }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

Outcome run(const std::string& script, const std::vector<std::string>& arguments,
            const Settings& settings = {}, const BoardDesign* other = nullptr) {
  const dataflow::Network network = dataflow::lower(graph::Analyzed(test::relu_model("a model")));
  const BoardDesign design = other != nullptr ? *other : test::relu_design(network);
  const TemporaryDirectory work;
  test::write_files(work.path(), print_board(design));
  const fs::path log = work.path() / "log";
  std::vector<std::string> command{"env"};
  for (const auto& [name, value] : settings) command.push_back(name + "=" + value);
  for (const std::string& word : {std::string("tclsh"), test::board_file("vivado.tcl"),
                                  log.string(), (work.path() / "board" / script).string()})
    command.push_back(word);
  command.insert(command.end(), arguments.begin(), arguments.end());
  fs::create_directories(work.path() / "here/hls/ip");
  Outcome done;
  done.result = run_process(command, (work.path() / "here").string());
  done.calls = lines_of(read_file(log));
  done.has_bit = path_exists(work.path() / "here" / (design.top + ".bit"));
  done.has_hwh = path_exists(work.path() / "here" / (design.top + ".hwh"));
  done.has_driver =
      path_exists(work.path() / "here/driver.py") && path_exists(work.path() / "here/design.json");
  done.has_component = path_exists(work.path() / "here/ip/component.xml");
  return done;
}

TEST(BuildScript, GoesTheWholeWayForEveryBoard) {
  const std::map<std::string, std::pair<std::string, std::string>> kBoards{
      {"pynq-z2", {"xc7z020clg400-1", "PCW_S_AXI_HP0_DATA_WIDTH 64"}},
      {"ultra96-v2", {"xczu3eg-sbva484-1-i", "PSU__SAXIGP2__DATA_WIDTH 128"}},
      {"zcu104", {"xczu7ev-ffvc1156-2-e", "PSU__SAXIGP2__DATA_WIDTH 128"}},
      {"kv260", {"xck26-sfvc784-2LV-c", "PSU__SAXIGP2__DATA_WIDTH 128"}}};
  for (const auto& [board, expected] : kBoards) {
    const Outcome built = run("build.tcl", {board, "125"});
    EXPECT_EQ(built.result.exit_code, 0) << built.result.output;
    EXPECT_THAT(built.result.output, HasSubstr("relu.bit and relu.hwh for " + board));
    EXPECT_TRUE(built.has_bit && built.has_hwh && built.has_driver);
    EXPECT_GE(built.place(expected.first), 0) << board;
    EXPECT_GE(built.place(expected.second), 0) << board;
    EXPECT_GE(built.place("FREQMHZ 125"), 0) << board;
    // In this order, each once it is there.
    std::ptrdiff_t before = -1;
    for (const char* call : {"create_project -force relu",
                             "set_property board_part",
                             "read_verilog",
                             "add_files -norecurse",
                             "{Memory Initialization Files}",
                             "update_compile_order",
                             "create_bd_design system",
                             "create_bd_cell -type module -reference relu network",
                             "xilinx.com:ip:axi_dma:7.10",
                             "apply_bd_automation",
                             "connect_bd_intf_net",
                             "connect_bd_net",
                             "assign_bd_address",
                             "validate_bd_design",
                             "save_bd_design",
                             "make_wrapper -files system.bd -top",
                             "set_property top system_wrapper",
                             "launch_runs impl_1 -to_step write_bitstream",
                             "wait_on_run impl_1",
                             "open_run impl_1",
                             "report_timing_summary"}) {
      EXPECT_GT(built.place(call), before) << board << ": " << call;
      before = built.place(call);
    }
    for (const char* call :
         {"c_include_sg 0", "c_sg_length_width 26", "c_m_axis_mm2s_tdata_width 64",
          "axi_dma_0/M_AXIS_MM2S network/s_axis", "network/m_axis axi_dma_0/S_AXIS_S2MM",
          "rst_ps_100M/peripheral_aresetn network/aresetn"})
      EXPECT_GE(built.place(call), 0) << board << ": " << call;
  }
}

TEST(BuildScript, TakesTheClockOfTheExportWhereNoneIsGiven) {
  EXPECT_GE(run("build.tcl", {"pynq-z2"}).place("FREQMHZ 200.000"), 0);
}

TEST(BuildScript, StopsWhereTimingIsNotMet) {
  for (const char* slack : {"QFX_WNS", "QFX_WHS"}) {
    const Outcome built = run("build.tcl", {"zcu104", "500"}, {{slack, "-0.001"}});
    EXPECT_EQ(built.result.exit_code, 1);
    EXPECT_THAT(built.result.output, HasSubstr("timing is not met at 500 MHz"));
    EXPECT_FALSE(built.has_bit);
  }
  const Outcome unknown = run("build.tcl", {"zcu104"}, {{"QFX_WNS", ""}});
  EXPECT_EQ(unknown.result.exit_code, 1);
  EXPECT_THAT(unknown.result.output, HasSubstr("no setup slack"));
}

TEST(BuildScript, SaysWhatIsMissing) {
  const auto fails = [](const std::vector<std::string>& arguments, const Settings& settings,
                        const std::string& text) {
    const Outcome built = run("build.tcl", arguments, settings);
    EXPECT_EQ(built.result.exit_code, 1) << text;
    EXPECT_THAT(built.result.output, HasSubstr(text));
    EXPECT_FALSE(built.has_bit);
  };
  fails({"kv260"}, {{"QFX_BOARD_PARTS", ""}}, "install the package 'kv260_som'");
  fails({"kv260"}, {{"QFX_MISSING_IP", "axi_dma"}}, "this Vivado has no IP 'axi_dma'");
  fails({"kv260"}, {{"QFX_PROGRESS", "30%"}}, "the implementation failed");
  fails({"kv260"}, {{"QFX_HWH", "0"}}, "no system.hwh");
  fails({"kv260"}, {{"QFX_RESETS", ""}}, "no reset");
  fails({}, {}, "boards: kv260, pynq-z2, ultra96-v2, zcu104");
  fails({"zedboard"}, {}, "the board 'zedboard' is not in the table");
  fails({"kv260", "fast"}, {}, "the clock is 'fast' MHz");
  fails({"kv260", "0"}, {}, "the clock is '0' MHz");
  fails({"[exit 0]"}, {}, "the board '[exit 0]' is not in the table");
}

TEST(BuildScript, TakesAPackagedIpWhereTheDesignIsOne) {
  const dataflow::Network network = dataflow::lower(graph::Analyzed(test::relu_model("m")));
  BoardDesign design = test::relu_design(network);
  design.source = Source::Ip;
  design.ip_folder = "hls/ip";
  design.clock = "ap_clk";
  design.reset = "ap_rst_n";
  const Outcome built = run("build.tcl", {"zcu104"}, {}, &design);
  EXPECT_EQ(built.result.exit_code, 0) << built.result.output;
  EXPECT_GE(built.place("set_property ip_repo_paths"), 0);
  EXPECT_GE(built.place("create_bd_cell -type ip -vlnv xilinx.com:hls:relu:7.10 network"), 0);
  EXPECT_GE(built.place("network/ap_rst_n"), 0);
  EXPECT_EQ(built.place("read_verilog"), -1);
  design.ip_folder = "nowhere";
  const Outcome missing = run("build.tcl", {"zcu104"}, {}, &design);
  EXPECT_EQ(missing.result.exit_code, 1);
  EXPECT_THAT(missing.result.output, HasSubstr("there is no packaged IP"));
}

// A DMA for each output: the first sends too, the others only receive.
TEST(BuildScript, GivesEveryOutputADma) {
  const dataflow::Network network = dataflow::lower(graph::Analyzed(test::relu_model("m", 3)));
  BoardDesign design = test::relu_design(network);
  design.outputs = {make_output(network, 0, "m_axis_first"), make_output(network, 1, "m_axis_second"),
                    make_output(network, 2, "m_axis_third")};
  design.outputs[1].lanes = 12;
  design.outputs[2].lanes = 1;
  design.input.lanes = 128;
  const Outcome built = run("build.tcl", {"zcu104"}, {}, &design);
  EXPECT_EQ(built.result.exit_code, 0) << built.result.output;
  for (const char* call :
       {"network/m_axis_first axi_dma_0/S_AXIS_S2MM", "network/m_axis_second axi_dma_1/S_AXIS_S2MM",
        "network/m_axis_third axi_dma_2/S_AXIS_S2MM", "axi_dma_0/M_AXIS_MM2S network/s_axis",
        "c_m_axis_mm2s_tdata_width 1024", "c_mm2s_burst_size 32", "c_s2mm_burst_size 64",
        "c_m_axi_s2mm_data_width 64", "c_m_axi_s2mm_data_width 128", "c_m_axi_s2mm_data_width 32",
        "Slave /axi_dma_2/S_AXI_LITE", "Master /axi_dma_1/M_AXI_S2MM"})
    EXPECT_GE(built.place(call), 0) << call;
  for (const char* call : {"axi_dma_3", "axi_dma_1/M_AXIS_MM2S", "Master /axi_dma_1/M_AXI_MM2S"})
    EXPECT_EQ(built.place(call), -1) << call;
  EXPECT_LT(built.place("axi_dma_2"), built.place("assign_bd_address"));
  const Outcome packed = run("ip.tcl", {}, {}, &design);
  EXPECT_EQ(packed.result.exit_code, 0) << packed.result.output;
  for (const std::string name : {"s_axis", "m_axis_first", "m_axis_second", "m_axis_third"})
    EXPECT_GE(packed.place("ipx::associate_bus_interfaces -busif " + name + " -clock aclk"), 0);
}

TEST(IpScript, PackagesTheDesign) {
  const Outcome packed = run("ip.tcl", {});
  EXPECT_EQ(packed.result.exit_code, 0) << packed.result.output;
  EXPECT_TRUE(packed.has_component);
  std::ptrdiff_t before = -1;
  for (const char* call : {"create_project -in_memory", "read_verilog",
                           "{Memory Initialization Files}", "set_property top relu sources_1",
                           "ipx::package_project", "set_property display_name {a model} core",
                           "ipx::associate_bus_interfaces -busif s_axis -clock aclk core",
                           "ipx::associate_bus_interfaces -busif m_axis -clock aclk core",
                           "ipx::associate_bus_interfaces -clock aclk -reset aresetn core",
                           "ipx::check_integrity", "ipx::save_core"}) {
    EXPECT_GT(packed.place(call), before) << call;
    before = packed.place(call);
  }
  const Outcome failed = run("ip.tcl", {}, {{"QFX_COMPONENT", "0"}});
  EXPECT_EQ(failed.result.exit_code, 1);
  EXPECT_THAT(failed.result.output, HasSubstr("no component.xml"));
  EXPECT_EQ(run("ip.tcl", {"a", "b"}).result.exit_code, 1);
}

TEST(TclWord, StandsForAnyText) {
  const TemporaryDirectory work;
  for (const std::string& text :
       {std::string("plain"), std::string(), std::string("a b"), std::string("{\"}"),
        std::string("[exit 3]$argv\\"), std::string("line\nline\r\t#;"),
        std::string("\xc3\xa4\x7f"), std::string("}; puts broken; {"), std::string(10000, '"')}) {
    const fs::path script = work.path() / "script.tcl", out = work.path() / "out";
    std::ofstream(script) << "set f [open out w]\nfconfigure $f -encoding utf-8 -translation lf\n"
                             "set a(x) "
                          << tcl_word(text) << "\nset b [list " << tcl_word(text)
                          << " second]\n"
                             "puts -nonewline $f $a(x)|[lindex $b 0]|[llength $b]\n";
    const ProcessResult result = run_process({"tclsh", script.string()}, work.path().string());
    EXPECT_EQ(result.exit_code, 0) << result.output;
    EXPECT_EQ(read_file(out), text + "|" + text + "|2");
  }
}

}  // namespace
}  // namespace qfx::backends::board
