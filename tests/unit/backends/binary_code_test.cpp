// The code of a binary network: weights are bits, and nothing is multiplied on the way of the bits.
#include <filesystem>
#include <gmock/gmock.h>
#include <regex>
#include <set>

#include "support/random_numbers.h"

#include "qfx/backends/export.h"
#include "qfx/backends/target.h"
#include "qfx/base/file.h"
#include "qfx/graph/builder.h"

namespace qfx::backends {
namespace {

namespace fs = std::filesystem;
using graph::NodeId;
using testing::HasSubstr;

// From an input's levels to a binary matrix; or the same with weights of eight bits.
graph::FrozenModel network(bool binary) {
  graph::Builder b("bits");
  NodeId x = b.thermometer(b.input({3, 6, 6}), {.levels = 5, .resolution = 1.5});
  x = b.conv2d(x, {.out_channels = 4, .kernel = {3, 3}, .padding = {1, 1}, .binary = binary},
               "first");
  x = b.quant_sign(x, {.bits = 2});
  x = b.fractional_conv2d(x, {.out_channels = 70, .kernel = {3, 3}, .padding = {1, 1}, .groups = 2},
                          "gated");
  x = b.flatten(b.quant_sign(x, {.bits = 1}));
  b.linear(x, {.out_features = 3, .has_bias = false, .binary = binary}, "dense");
  return test::with_random_numbers(b.finish());
}

std::string without_comments(const std::string& text) {
  return std::regex_replace(text, std::regex("//[^\n]*"), "");
}

// What the top function includes, with what that includes; the trace and simulation's streams are
// none of it in hardware.
std::set<std::string> hardware_files(const fs::path& firmware, const std::string& top) {
  std::set<std::string> files;
  std::vector<std::string> open{top + ".cpp"};
  const std::regex include("#include \"([^\"]*)\"");
  while (!open.empty()) {
    const std::string name = open.back();
    open.pop_back();
    if (name == "qfx/trace.h" || name == "qfx/queue.h" || !fs::exists(firmware / name) ||
        !files.insert(name).second)
      continue;
    const std::string text = read_file(firmware / name);
    for (std::sregex_iterator at(text.begin(), text.end(), include), end; at != end; ++at)
      open.push_back((*at)[1]);
  }
  return files;
}

// The files of the hardware in which something is multiplied, dereferenced or pointed to.
std::vector<std::string> with_a_star(const fs::path& project, const std::string& top) {
  std::vector<std::string> found;
  for (const std::string& name : hardware_files(project / "firmware", top))
    if (without_comments(read_file(project / "firmware" / name)).find('*') != std::string::npos)
      found.push_back(name);
  return found;
}

TEST(BinaryCode, MultipliesNothing) {
  for (const Target& target : targets()) {
    if (!std::holds_alternative<VendorHeaders>(target.simulation)) continue;
    const TemporaryDirectory work;
    const fs::path project = work.path() / "project";
    export_project(target, graph::Analyzed(network(true)), project.string(), {});
    const std::set<std::string> files = hardware_files(project / "firmware", "bits");
    EXPECT_THAT(files,
                testing::IsSupersetOf({"qfx/window.h", "qfx/fractional_conv2d.h", "qfx/linear.h",
                                       "qfx/thermometer.h", "qfx/quant_sign.h", "params/first.h"}));
    EXPECT_THAT(with_a_star(project, "bits"), testing::IsEmpty()) << target.name;
    // The search finds what multiplies.
    export_project(target, graph::Analyzed(network(false)), project.string(), {});
    EXPECT_THAT(with_a_star(project, "bits"), testing::ElementsAre("qfx/multiply.h"))
        << target.name;
  }
}

// The numbers of the table behind `name`.
std::vector<std::uint64_t> words_of(const std::string& text, const std::string& name) {
  std::vector<std::uint64_t> words;
  const std::size_t begin = text.find(name + "["), end = text.find(';', begin);
  const std::string table = text.substr(begin, end - begin);
  const std::regex number("0x[0-9a-f]+|\\b0\\b");
  const std::string values = table.substr(table.find('='));
  for (std::sregex_iterator at(values.begin(), values.end(), number), last; at != last; ++at)
    words.push_back(std::stoull(at->str(), nullptr, 16));
  return words;
}

// A bit for each weight, a row of them for each output and tap, in words of one width.
TEST(BinaryCode, StoresAWeightInABit) {
  const TemporaryDirectory work;
  const fs::path project = work.path() / "project";
  const graph::FrozenModel model = network(true);
  export_project(targets().front(), graph::Analyzed(model), project.string(), {});
  const std::string first = read_file(project / "firmware/params/first.h"),
                    dense = read_file(project / "firmware/params/dense.h");
  EXPECT_THAT(first, HasSubstr("typedef qfx::Xnor<1> product;"));
  EXPECT_THAT(first, HasSubstr("static const qfx::Bits<15> first_weight[4][9] = "));
  const std::vector<std::int32_t>& raw = model.nodes[2].params.at(graph::Role::Weight).raw;
  const std::vector<std::uint64_t> words = words_of(first, "first_weight");
  ASSERT_EQ(words.size(), 4U * 9U);
  for (int o = 0; o < 4; ++o)
    for (int tap = 0; tap < 9; ++tap)
      for (int i = 0; i < 15; ++i)
        EXPECT_EQ(words[o * 9 + tap] >> i & 1, raw[(o * 15 + i) * 9 + tap] > 0 ? 1U : 0U)
            << o << ", " << tap << ", " << i;
  for (const std::uint64_t word : words) EXPECT_EQ(word >> 15, 0U);
  // The 70 channels of a pixel in two words of 35.
  EXPECT_THAT(dense, HasSubstr("static const qfx::Bits<70> dense_weight[36][3] = "));
  EXPECT_EQ(words_of(dense, "dense_weight").size(), 2U * 36U * 3U);
  for (const std::uint64_t word : words_of(dense, "dense_weight")) EXPECT_EQ(word >> 35, 0U);
}

// Weights that are bits meet integers by adding and subtracting; sums that are rounded on their way
// have a type of the vendor's.
TEST(BinaryCode, AddsAndSubtractsIntegers) {
  graph::Builder b("mixed");
  const NodeId x = b.input({3, 6, 6});
  const NodeId y = b.conv2d(x, {.out_channels = 2, .kernel = {1, 1}, .binary = true}, "plain");
  b.conv2d(
      b.quant_sign(y),
      {.out_channels = 2, .binary = true, .accumulator = fixed::parse_format("fixed<9,7,RND,SAT>")},
      "stepwise");
  const graph::FrozenModel model = test::with_random_numbers(b.finish());
  const TemporaryDirectory work;
  const fs::path params = work.path() / "project/firmware/params";
  export_project(target_named("vitis"), graph::Analyzed(model), (work.path() / "project").string(),
                 {});
  EXPECT_THAT(read_file(params / "plain.h"), HasSubstr("typedef qfx::PlusMinus product;"));
  EXPECT_THAT(read_file(params / "stepwise.h"),
              AllOf(HasSubstr("typedef qfx::PlusMinus product;"),
                    HasSubstr("typedef ap_fixed<9, 7, AP_RND, AP_SAT> accumulator_t;")));
  export_project(target_named("catapult"), graph::Analyzed(model),
                 (work.path() / "project").string(), {});
  EXPECT_THAT(read_file(params / "stepwise.h"),
              HasSubstr("typedef ac_fixed<9, 7, true, AC_RND, AC_SAT> accumulator_t;"));
}

// What a target has no mode for it has none for in an accumulator either.
TEST(BinaryCode, AnAccumulatorMayBeRefused) {
  const auto with = [](const std::string& format) {
    graph::Builder b("refused");
    b.linear(b.input({4}), {.out_features = 2, .accumulator = fixed::parse_format(format)}, "sum");
    return test::with_random_numbers(b.finish());
  };
  EXPECT_THAT(target_named("vitis").refusal(with("fixed<9,7,RND_CONV_ODD,SAT>")),
              AllOf(HasSubstr("node 'sum'"), HasSubstr("RND_CONV_ODD")));
  EXPECT_THAT(target_named("catapult").refusal(with("fixed<9,7,RND,WRAP_SM>")),
              AllOf(HasSubstr("node 'sum'"), HasSubstr("no WRAP_SM")));
  EXPECT_EQ(target_named("vitis").refusal(with("fixed<9,7,RND,WRAP_SM>")), "");
}

}  // namespace
}  // namespace qfx::backends
