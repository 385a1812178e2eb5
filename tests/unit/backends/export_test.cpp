#include "qfx/backends/export.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <regex>

#include "support/paths.h"
#include "support/random_numbers.h"
#include "support/user_error.h"

#include "qfx/backends/project.h"
#include "qfx/backends/target.h"
#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/graph/builder.h"

namespace qfx::backends {
namespace {

namespace fs = std::filesystem;
using graph::Builder;
using graph::NodeId;
using test::user_error_of;
using testing::HasSubstr;

graph::FrozenModel small_network(int k_hot = 0) {
  Builder builder("small network");
  NodeId x = builder.input({1, 6, 6});
  x = builder.conv2d(x, {.out_channels = 2, .kernel = {3, 3}, .padding = {1, 1}, .has_bias = true},
                     "conv1");
  const NodeId skip = builder.relu(builder.batch_norm(x, {}, "bn1"), "relu1");
  x = builder.conv2d(skip, {.out_channels = 2, .kernel = {3, 3}, .padding = {1, 1}}, "conv2");
  x = builder.add(x, skip, "add");
  x = builder.avg_pool2d(x, {.kernel = {3, 3}, .stride = {3, 3}}, "pool");
  builder.linear(builder.flatten(x, "flat"), {.out_features = 3}, "dense");
  return test::with_random_numbers(builder.finish(), {.per_channel = true, .k_hot = k_hot});
}

std::map<std::string, std::string> files_under(const fs::path& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.is_regular_file()) files[fs::relative(entry, root).string()] = read_file(entry);
  return files;
}

void export_vitis(const graph::Analyzed& model, const std::string& directory,
                  const ExportOptions& options) {
  export_project(target_named("vitis"), model, directory, options);
}

// What is copied into a project as it is.
std::vector<fs::path> support_copies(const fs::path& project) {
  std::vector<fs::path> copies{project / "firmware/qfx", project / "sim"};
  for (const char* file : {"board/build.tcl", "board/ip.tcl", "board/driver.py"})
    copies.push_back(project / file);
  if (fs::exists(project / "rtl"))
    for (const auto& entry : fs::directory_iterator(project / "rtl"))
      if (entry.path().filename().string().starts_with("qfx_")) copies.push_back(entry.path());
  return copies;
}

// Generated code without the support headers, which are files of this repository. QFX_REGENERATE=1
// writes what is compared, for a person to read the difference.
void expect_golden_files(const Target& target) {
  const TemporaryDirectory work;
  const graph::FrozenModel model = small_network();
  std::vector<std::int32_t> inputs(2 * 36), outputs{1, -2, 3, 4, 5, -6};
  for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i] = static_cast<std::int32_t>(i % 7);
  const fs::path project = work.path() / "project";
  export_project(target, graph::Analyzed(model), project.string(),
                 {.golden_inputs = inputs, .golden_outputs = outputs});
  for (const fs::path& copy : support_copies(project)) fs::remove_all(copy);

  const fs::path golden =
      fs::path(test::source_path("tests/golden")) / target.name / "small_network";
  if (std::getenv("QFX_REGENERATE") != nullptr) {
    fs::remove_all(golden);
    fs::create_directories(golden.parent_path());
    fs::copy(project, golden, fs::copy_options::recursive);
  }
  const auto expected = files_under(golden), actual = files_under(project);
  for (const auto& [name, content] : actual) {
    ASSERT_TRUE(expected.contains(name)) << name << " is new; QFX_REGENERATE=1 accepts it";
    EXPECT_EQ(content, expected.at(name)) << name << "; QFX_REGENERATE=1 accepts the change";
  }
  EXPECT_EQ(actual.size(), expected.size());
}
TEST(Export, GivesTheGoldenFiles) {
  for (const Target& target : targets()) expect_golden_files(target);
}

// Without comments, and without what stands in quotes or in include lines.
std::string code_of(const std::string& text) {
  return std::regex_replace(text, std::regex("//[^\n]*"), "");
}

TEST(Export, KHotConstantsMeetNoMultiplication) {
  const TemporaryDirectory work;
  const fs::path project = work.path() / "project";
  export_vitis(graph::Analyzed(small_network(2)), project.string(), {});
  const auto files = files_under(project);
  EXPECT_FALSE(files.contains("firmware/qfx/multiply.h"));
  int read = 0;
  for (const auto& [name, content] : files) {
    const bool on_path = name.starts_with("firmware/params/") ||
                         name.ends_with("small_network.cpp") || name == "firmware/types.h" ||
                         name == "firmware/qfx/khot.h" || name == "firmware/qfx/window.h" ||
                         name == "firmware/qfx/multiply_accumulate.h" ||
                         name == "firmware/qfx/linear.h" || name == "firmware/qfx/map.h" ||
                         name == "firmware/qfx/batch_norm.h" || name == "firmware/qfx/raw.h" ||
                         name == "firmware/qfx/integer.h" || name == "firmware/qfx/vendor.h" ||
                         name == "firmware/qfx/sliding_window.h" || name == "firmware/qfx/pixel.h";
    if (!on_path) continue;
    ++read;
    EXPECT_EQ(code_of(content).find('*'), std::string::npos) << name;
  }
  EXPECT_EQ(read, 18);
  EXPECT_THAT(files.at("firmware/params/conv1.h"), HasSubstr("qfx::KHot<2>"));
  // The same network with multipliers has the operator: the search would find it.
  export_vitis(graph::Analyzed(small_network()), project.string(), {});
  EXPECT_NE(code_of(read_file(project / "firmware/qfx/multiply.h")).find('*'), std::string::npos);
}

TEST(Export, HostileNamesStayText) {
  Builder builder("net\\");
  NodeId x = builder.input({1, 4, 4}, {}, "in");
  x = builder.conv2d(x, {.out_channels = 1}, "conv1; system(\"x\")");
  x = builder.relu(x, "*/ #include </etc/passwd>");
  x = builder.relu(x, "int");
  x = builder.relu(x, "`rm -rf ~`");
  builder.relu(x, "../../up");
  const graph::FrozenModel model = test::with_random_numbers(builder.finish());
  for (const Target& target : targets()) {
    const TemporaryDirectory work;
    export_project(target, graph::Analyzed(model), (work.path() / "project").string(), {});
    for (const auto& [name, content] : files_under(work.path() / "project")) {
      if (name.ends_with(".json")) continue;  // JSON escapes them
      for (const char* text : {"\"x\"", "*/ #", "`rm", "../../", "</etc"})
        EXPECT_EQ(content.find(text), std::string::npos)
            << target.name << ": " << name << " holds " << text;
    }
  }
}

TEST(Export, NamesOfOutputsAreATableOfTheTopsHeader) {
  graph::FrozenModel model = small_network();
  model.task.names = {"shirt", "\"; #define", "\xc3\xa4??/"};
  for (const Target& target : targets()) {
    if (!std::holds_alternative<VendorHeaders>(target.simulation)) continue;
    const TemporaryDirectory work;
    const fs::path project = work.path() / "project";
    export_project(target, graph::Analyzed(model), project.string(), {});
    EXPECT_THAT(read_file(project / "firmware/small_network.h"),
                HasSubstr("const char* const output_names[3] = {\n    \"shirt\",\n    "
                          "\"\\042; #define\",\n    \"\\303\\244\\077\\077/\",\n};\n"))
        << target.name;
    model.task.names.clear();
    export_project(target, graph::Analyzed(model), project.string(), {});
    EXPECT_THAT(read_file(project / "firmware/small_network.h"),
                testing::Not(HasSubstr("output_names")));
    model.task.names = {"shirt", "\"; #define", "\xc3\xa4??/"};
  }
}

TEST(Export, ReplacesOnlyAnEarlierExport) {
  const graph::FrozenModel model = small_network();
  const TemporaryDirectory work;
  const fs::path target = work.path() / "deep" / "project";
  export_vitis(graph::Analyzed(model), target.string(), {.top = "first"});
  export_vitis(graph::Analyzed(model), target.string() + "/", {.top = "second"});
  EXPECT_FALSE(fs::exists(target / "firmware/first.cpp"));
  EXPECT_TRUE(fs::exists(target / "firmware/second.cpp"));
  EXPECT_EQ(std::distance(fs::directory_iterator(target.parent_path()), {}), 1)
      << "nothing left beside it";

  fs::remove(target / "qfx_project.json");
  EXPECT_THAT(user_error_of([&] { export_vitis(graph::Analyzed(model), target.string(), {}); }),
              HasSubstr("neither empty nor an earlier export"));
  EXPECT_TRUE(fs::exists(target / "firmware/second.cpp"));

  fs::create_directory(work.path() / "empty");
  export_vitis(graph::Analyzed(model), (work.path() / "empty").string(), {});
  std::ofstream(work.path() / "file") << "x";
  EXPECT_THAT(user_error_of([&] {
                export_vitis(graph::Analyzed(model), (work.path() / "file").string(), {});
              }),
              HasSubstr("is not a folder"));
}

TEST(Export, RefusesWhatItCannotWrite) {
  graph::FrozenModel model = small_network();
  const TemporaryDirectory work;
  const std::string target = (work.path() / "project").string();
  EXPECT_THAT(user_error_of([&] { export_vitis(graph::Analyzed(model), target, {.top = "a b"}); }),
              HasSubstr("'a b'"));
  EXPECT_THAT(
      user_error_of([&] { export_vitis(graph::Analyzed(model), target, {.top = "module"}); }),
      HasSubstr("'module'"));
  EXPECT_THAT(
      user_error_of([&] { export_vitis(graph::Analyzed(model), target, {.part = "x; exec rm"}); }),
      HasSubstr("'x; exec rm'"));
  EXPECT_THAT(
      user_error_of([&] { export_vitis(graph::Analyzed(model), target, {.clock_period_ns = 0}); }),
      HasSubstr("0 ns"));
  const std::vector<std::int32_t> odd(35);
  EXPECT_THAT(
      user_error_of([&] { export_vitis(graph::Analyzed(model), target, {.golden_inputs = odd}); }),
      HasSubstr("a sample takes 36 and gives 3"));
  model.nodes[1].format.rounding = fixed::Rounding::RND_CONV_ODD;
  EXPECT_THAT(user_error_of([&] { export_vitis(graph::Analyzed(model), target, {}); }),
              AllOf(HasSubstr("node 'conv1'"), HasSubstr("RND_CONV_ODD")));
  EXPECT_FALSE(fs::exists(target));
  EXPECT_TRUE(fs::is_empty(work.path()));
}

// What ac_fixed has no mode for, with the node and a way out; what ap_fixed has none for it holds.
TEST(Export, CatapultRefusesWhatItCannotHold) {
  const Target& catapult = target_named("catapult");
  graph::FrozenModel model = small_network();
  fixed::Format& format = model.nodes[1].format;
  format.rounding = fixed::Rounding::RND_CONV_ODD;
  EXPECT_EQ(catapult.refusal(model), "");
  format.overflow = fixed::Overflow::WRAP;
  EXPECT_EQ(catapult.refusal(model), "");
  format.wrap_bits = 1;
  EXPECT_THAT(catapult.refusal(model),
              AllOf(HasSubstr("node 'conv1'"), HasSubstr("no saturated bits"),
                    HasSubstr("or the target vitis")));
  format.wrap_bits = 0;
  format.overflow = fixed::Overflow::WRAP_SM;
  EXPECT_THAT(catapult.refusal(model), AllOf(HasSubstr("node 'conv1'"), HasSubstr("no WRAP_SM")));
  const TemporaryDirectory work;
  const std::string folder = (work.path() / "project").string();
  EXPECT_THAT(user_error_of([&] { export_project(catapult, graph::Analyzed(model), folder, {}); }),
              HasSubstr("no WRAP_SM"));
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_THAT(user_error_of([&] {
                export_project(catapult, graph::Analyzed(small_network()), folder, {.part = "a b"});
              }),
              HasSubstr("technology library"));
}

TEST(Target, IsFoundByItsNamesOrRefused) {
  EXPECT_EQ(target_named("vitis").name, "vitis");
  EXPECT_EQ(target_named("hls").name, "vitis") << "its former name";
  EXPECT_THAT(user_error_of([] { target_named("vitsi"); }),
              AllOf(HasSubstr("'vitsi'"), HasSubstr("did you mean 'vitis'")));
  EXPECT_THAT(user_error_of([] { target_named(""); }), HasSubstr("Allowed: vitis"));
}

TEST(Project, IsReadBack) {
  const TemporaryDirectory work;
  const fs::path project = work.path() / "project";
  export_vitis(graph::Analyzed(small_network()), project.string(), {});
  const Project read = read_project(project.string());
  EXPECT_EQ(read.target, "vitis");
  EXPECT_EQ(read.top, "small_network");
  EXPECT_EQ(read.nodes, describe_nodes(small_network()));
  EXPECT_THAT(user_error_of([&] { read_project(work.path().string()); }),
              HasSubstr("is not an exported project"));
  for (const char* text : {"{", "{}", "[]", R"({"target": "vitis", "version": 1, "top": 3})"}) {
    std::ofstream(project / "qfx_project.json") << text;
    EXPECT_THAT(user_error_of([&] { read_project(project.string()); }), HasSubstr("is damaged"))
        << text;
  }
  std::ofstream(project / "qfx_project.json")
      << R"({"target": "vitis", "version": 1, "top": "../x", "namespace": "a", "nodes": []})";
  EXPECT_THAT(user_error_of([&] { read_project(project.string()); }), HasSubstr("'../x'"));
}

TEST(Support, ComesFromTheEnvironmentFirst) {
  ::setenv("QFX_SUPPORT", "/nowhere", 1);
  const TemporaryDirectory work;
  const std::string error = user_error_of([&] {
    export_vitis(graph::Analyzed(small_network()), (work.path() / "project").string(), {});
  });
  ::unsetenv("QFX_SUPPORT");
  EXPECT_THAT(error, AllOf(HasSubstr("/nowhere/hls"), HasSubstr("set QFX_SUPPORT")));
}

}  // namespace
}  // namespace qfx::backends
