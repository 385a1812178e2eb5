// Names that try to break out of what is printed, or to break it: through every target, built and
// run. Whatever a payload could do, it would leave a file called INJECTED.
#include <filesystem>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "support/paths.h"
#include "support/random_numbers.h"
#include "support/user_error.h"
#include "verify/cpp_build.h"

#include "qfx/backends/export.h"
#include "qfx/backends/target.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/verify.h"
#include "qfx/runtime/engine.h"

namespace qfx::backends {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongest = 256;  // that a model may have

// Words of C++, SystemVerilog, VHDL, Tcl, Python, make and the C library; ways out of quotes,
// comments, braces, lines and folders; clashes with what is printed for others.
std::vector<std::string> hostile_names() {
  std::vector<std::string> names{
      "\"); system(\"touch INJECTED\"); (\"",
      "*/ INJECTED /*",
      "`touch INJECTED`",
      "$(touch INJECTED)",
      "$(shell touch INJECTED)",
      "[exec touch INJECTED]",
      "}; exec touch INJECTED; {",
      "'''+__import__('os').system('touch INJECTED')+'''",
      "; $system(\"touch INJECTED\");",
      "`include \"INJECTED\"",
      "endmodule module INJECTED; endmodule",
      "../../INJECTED",
      "/INJECTED",
      "..",
      ".",
      "\\",
      "a\\",
      "%s%n",
      "??/",
      "#define INJECTED",
      "${INJECTED}",
      "@TOP@",
      "{}",
      "{0}",
      "|",
      " ",
      "-rf",
      "1",
      "_",
      "__FILE__",
      "class",
      "CLASS",
      "Class",
      "logic",
      "always_comb",
      "endmodule",
      "entity",
      "lambda",
      "set",
      "exit",
      "proc",
      "int64",
      "int64_t",
      "size",
      "size_t",
      "uint8",
      "std",
      "qfx",
      "qfx_fifo",
      "hls",
      "ac",
      "ap_fixed",
      "main",
      "in",
      "out",
      "clk",
      "rst",
      "aclk",
      "s_axis",
      "m_axis",
      "s_axis_tdata",
      "frame_ends",
      "input_axis",
      "network",
      "types",
      "output_names",
      "relu",
      "Relu",
      "relu_t",
      "relu_n1",
      "NULL",
      "EOF",
      "daylight",
      "timezone",
      "environ",
      "signgam",
      "con",
      "aux.h",
  };
  names.push_back(std::string(kLongest, 'x'));
  names.push_back(std::string(kLongest - 1, 'x') + "y");
  return names;
}

// Layers that compute little, one for each name.
graph::FrozenModel model_with_layers(const std::string& model_name) {
  graph::Builder b(model_name);
  graph::NodeId x = b.input({2});
  std::size_t count = 0;
  for (const std::string& name : hostile_names())
    x = b.append(count++ % 2 == 0 ? graph::Op(graph::Neg{}) : graph::Op(graph::Abs{}), {x}, name);
  graph::FrozenModel model = test::with_random_numbers(b.finish());
  model.task.names = {"\"); system(\"touch INJECTED\"); (\"\\",
                      "\xc3\xa4 \xe6\xbc\xa2 ?\?/ '''[exec touch INJECTED]$(touch INJECTED)`{"};
  return model;
}

bool injected(const fs::path& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().filename() == "INJECTED") return true;
  return path_exists("INJECTED");
}

// The commands that use the project.
std::vector<std::vector<std::string>> uses_of(const Target& target, const std::string& project) {
  std::vector<std::string> make{"make", "-s", "-C", project, "test"};
  if (const auto* headers = std::get_if<VendorHeaders>(&target.simulation)) {
    make.push_back((headers->name == "ap_types" ? "AP_TYPES=" : "AC_TYPES=") +
                   test::vendor_headers(std::string(headers->name)));
    make.push_back("CXXFLAGS=-O0");
    return {make};
  }
  return {{"make", "-s", "-C", project, "lint"}, make};
}

// Every file lies in the project under a plain name; JSON is JSON, Tcl is whole commands.
void expect_sound_files(const fs::path& project, const std::string& what) {
  static const std::regex kPlain("[A-Za-z0-9_.]+");
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(project)) {
    if (!entry.is_regular_file()) continue;
    const fs::path relative = entry.path().lexically_relative(project);
    std::string lower;
    for (const fs::path& part : relative) {
      EXPECT_TRUE(std::regex_match(part.string(), kPlain)) << what << ": " << relative;
      EXPECT_FALSE(part == "..") << what << ": " << relative;
    }
    for (const char c : relative.string())
      lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    EXPECT_TRUE(names.insert(lower).second) << what << ": differs in case alone: " << relative;
    if (relative.extension() == ".json")
      EXPECT_TRUE(nlohmann::json::accept(read_file(entry.path()))) << what << ": " << relative;
    if (relative.extension() == ".tcl") {
      const ProcessResult whole = run_process(
          {"sh", "-c",
           "echo 'set f [open $argv]; exit [expr {![info complete [read $f]]}]' > check.tcl && "
           "tclsh check.tcl \"$0\"",
           entry.path().string()},
          project.parent_path().string());
      EXPECT_EQ(whole.exit_code, 0) << what << ": " << relative << whole.output;
    }
  }
}

// design.tcl only assigns: run in an interpreter that has nothing but set and list.
void expect_plain_design(const fs::path& project, const std::string& what) {
  const fs::path design = project / "board/design.tcl";
  if (!path_exists(design)) return;
  const ProcessResult ran = run_process(
      {"sh", "-c",
       "echo 'set f [open $argv]; set text [read $f]; set i [interp create -safe]; foreach c "
       "[$i eval {info commands}] {if {[lsearch {set list} $c] < 0} {$i hide $c}}; $i eval $text' "
       "> design_check.tcl && tclsh design_check.tcl \"$0\"",
       design.string()},
      project.parent_path().string());
  EXPECT_EQ(ran.exit_code, 0) << what << ": " << ran.output;
  EXPECT_EQ(ran.output, "") << what;
}

// Vivado's scripts as they go over the design of Verilog, with stand-ins for Vivado's commands.
void expect_scripts_run(const fs::path& project, const std::string& what) {
  if (!path_exists(project / "board/ip.tcl")) return;
  const fs::path here = project.parent_path() / "vivado";
  fs::create_directories(here);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"build.tcl", "pynq-z2"}, {"ip.tcl"}}) {
    std::vector<std::string> command{
        "tclsh", test::source_path("tests/e2e/board/simulated/vivado.tcl"), (here / "log").string(),
        (project / "board" / words[0]).string()};
    command.insert(command.end(), words.begin() + 1, words.end());
    const ProcessResult ran = run_process(command, here.string());
    EXPECT_EQ(ran.exit_code, 0) << what << ": " << ran.output.substr(0, 3000);
  }
}

TEST(HostileNames, OfLayersAndClassesBuildAndRun) {
  const graph::FrozenModel model =
      model_with_layers("\"); } $(touch INJECTED) [exec touch INJECTED]");
  const std::vector<std::int32_t> inputs = test::random_inputs(model, 1, 3);
  const std::vector<std::int32_t> outputs = runtime::Engine(model, 1).run(inputs, 3);
  for (const Target& target : targets()) {
    const TemporaryDirectory work;
    const fs::path project = work.path() / "project";
    export_project(target, graph::Analyzed(model), project.string(),
                   {.golden_inputs = inputs, .golden_outputs = outputs});
    expect_sound_files(project, std::string(target.name));
    expect_plain_design(project, std::string(target.name));
    expect_scripts_run(project, std::string(target.name));
    for (const auto& command : uses_of(target, project.string())) {
      const ProcessResult used = run_process(command);
      EXPECT_EQ(used.exit_code, 0) << target.name << ": " << used.output.substr(0, 3000);
    }
    EXPECT_FALSE(injected(work.path())) << target.name;
  }
}

TEST(HostileNames, OfModelsLeaveTheProjectSound) {
  graph::Builder b("x");
  b.relu(b.input({2}), "relu");
  graph::FrozenModel model = test::with_random_numbers(b.finish());
  for (const Target& target : targets()) {
    const TemporaryDirectory work;
    for (const std::string& name : hostile_names()) {
      model.name = name;
      const fs::path project = work.path() / "project";
      export_project(target, graph::Analyzed(model), project.string(), {});
      expect_sound_files(project, name);
      expect_plain_design(project, name);
      expect_scripts_run(project, name);
      const ProcessResult made = run_process({"make", "-n", "-C", project.string()});
      EXPECT_NE(made.output, "") << name;
    }
    EXPECT_FALSE(injected(work.path())) << target.name;
  }
}

// What no name may be, the model's verifier says.
TEST(HostileNames, ThatNoModelMayHaveAreRefused) {
  graph::Builder b("x");
  b.relu(b.input({2}), "relu");
  const graph::FrozenModel good = test::with_random_numbers(b.finish());
  for (const std::string& name :
       {std::string(), std::string("a\nb"), std::string("a\0b", 3), std::string("\xff"),
        std::string("\xe6\xbc\xa2"), std::string(10000, 'x')}) {
    graph::FrozenModel layer = good;
    layer.nodes[1].name = name;
    EXPECT_NE(test::user_error_of([&] { graph::verify(layer); }), "") << name.substr(0, 20);
    graph::FrozenModel classes = good;
    classes.task.names = {name, "second"};
    if (name != "\xe6\xbc\xa2")
      EXPECT_NE(test::user_error_of([&] { graph::verify(classes); }), "") << name.substr(0, 20);
  }
}

// --top is a person's: refused where it is no name.
TEST(HostileNames, OfTheTopAreRefused) {
  graph::Builder b("x");
  b.relu(b.input({2}), "relu");
  const graph::Analyzed model(test::with_random_numbers(b.finish()));
  for (const Target& target : targets()) {
    const TemporaryDirectory work;
    for (const char* top : {"a b", "a;b", "../a", "class", "endmodule", "entity", "1a", "A", "a__b",
                            "$(touch INJECTED)", "a\nb"}) {
      const fs::path project = work.path() / "project";
      EXPECT_NE(test::user_error_of(
                    [&] { export_project(target, model, project.string(), {.top = top}); }),
                "")
          << target.name << ": " << top;
      EXPECT_FALSE(path_exists(project));
    }
  }
}

}  // namespace
}  // namespace qfx::backends
