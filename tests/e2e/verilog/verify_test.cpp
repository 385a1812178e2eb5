// `qfx verify --against verilog` finds nothing where nothing is, and names the layer where
// something is; names from a model stay names.
#include "qfx/verify/verify.h"

#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>

#include "support/random_numbers.h"
#include "support/user_error.h"

#include "qfx/backends/project.h"
#include "qfx/base/file.h"
#include "qfx/graph/builder.h"
#include "qfx/runtime/evaluate.h"

namespace qfx::verify {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

const backends::Target& verilog() {
  return backends::target_named("verilog");
}

// Nothing saturates and nothing is cut, so that a change reaches the output.
graph::FrozenModel transparent(const std::string& name, const std::string& layer) {
  graph::Builder b(name);
  graph::NodeId x = b.input({1, 4, 4}, {}, "module");
  x = b.conv2d(x, {.out_channels = 2, .kernel = {3, 3}, .padding = {1, 1}}, layer);
  x = b.cast(x, "$finish; `include \"/etc/passwd\"");
  x = b.linear(b.flatten(x), {.out_features = 3}, "../../endmodule */ initial $stop;");
  return test::with_random_numbers(b.finish(), {.adjust = [](graph::FrozenNode& node) {
                                     if (node.name != "module")
                                       node.format = {26, 12, node.format.is_signed};
                                   }});
}

data::Dataset samples(const graph::FrozenModel& model, std::int64_t count) {
  data::Dataset set{.name = "random",
                    .sample_shape = model.input().shape,
                    .bytes = {},
                    .floats = {},
                    .labels = {},
                    .class_count = 3};
  for (std::int32_t raw : test::random_inputs(model, 11, count))
    set.floats.push_back(static_cast<float>(raw) / 16);
  for (std::int64_t i = 0; i < count; ++i) set.labels.push_back(static_cast<std::int32_t>(i % 3));
  return set;
}

Result verified(const graph::FrozenModel& model, const Options& options) {
  const runtime::Engine engine(model);
  const data::Dataset set = samples(model, 40);
  return verify_export(verilog(), engine, set, runtime::evaluate(engine, set).outputs, options);
}

TEST(VerifyVerilog, FindsNoDifferenceWhateverThingsAreCalled) {
  const Result result = verified(transparent("begin\"; $finish", "reg\\ $display(\"x\");"), {});
  EXPECT_EQ(summary(result), "verilog: 0 of 40 images differ (0 of 120 values)");
  EXPECT_THAT(result.command, HasSubstr("verilator"));
}

TEST(VerifyVerilog, NamesTheLayerWhoseWeightWasChanged) {
  const graph::FrozenModel model = transparent("changed", "conv; 1");
  const TemporaryDirectory work;
  Options options;
  options.project = (work.path() / "project").string();
  // Weights that are read from memory, and not adders.
  backends::export_project(verilog(), graph::Analyzed(model), options.project,
                           {.folding = {{"conv; 1", {.pe = 1, .simd = 1}}}});
  bool changed = false;
  for (const auto& entry : fs::directory_iterator(fs::path(options.project) / "mem")) {
    if (entry.path().filename().string().find("conv_1_weights") == std::string::npos) continue;
    std::string text = read_file(entry.path());
    char& digit = text[text.find('\n') - 1];
    digit = digit == '0' ? '4' : '0';
    std::ofstream(entry.path()) << text;
    changed = true;
  }
  ASSERT_TRUE(changed);
  const Result result = verified(model, options);
  EXPECT_GT(result.images_differ, 0);
  ASSERT_TRUE(result.first);
  EXPECT_EQ(result.first->layer, "conv; 1");
}

TEST(VerifyVerilog, SaysWhatIsMissing) {
  const graph::FrozenModel model = transparent("missing", "conv");
  EXPECT_EQ(obstacle(verilog(), model), "");
  ::setenv("QFX_VERILATOR", "/no/such/verilator", 1);
  EXPECT_THAT(obstacle(verilog(), model), AllOf(HasSubstr("'/no/such/verilator' does not run"),
                                                HasSubstr("package verilator")));
  ::unsetenv("QFX_VERILATOR");
}

TEST(VerifyVerilog, SaysWhatIsWrongWithTheBuild) {
  const graph::FrozenModel model = transparent("broken", "conv");
  const TemporaryDirectory work;
  Options options;
  options.project = (work.path() / "project").string();
  backends::export_project(verilog(), graph::Analyzed(model), options.project, {});
  std::ofstream(fs::path(options.project) / "rtl/broken.v") << "module broken (\n";
  EXPECT_THAT(test::user_error_of([&] { verified(model, options); }),
              AllOf(HasSubstr("does not build"), HasSubstr("broken.v")));
}

TEST(VerifyVerilog, RefusesAPartAndATopThatIsNoName) {
  const graph::FrozenModel model = transparent("refused", "conv");
  const TemporaryDirectory work;
  const auto error_of = [&](const backends::ExportOptions& options) {
    return test::user_error_of([&] {
      backends::export_project(verilog(), graph::Analyzed(model), (work.path() / "p").string(),
                               options);
    });
  };
  EXPECT_THAT(error_of({.part = "xc7z020"}), HasSubstr("is for no part, 'xc7z020' was given"));
  for (const char* top : {"logic", "qfx_fifo", "a b", "TOP", "always_comb"})
    EXPECT_THAT(error_of({.top = top}), HasSubstr("the top module cannot be called")) << top;
}

}  // namespace
}  // namespace qfx::verify
