// A frozen network written as ONNX and read again: the operators of the file, as ONNX defines them,
// give the integer engine's values.
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "support/onnx_file.h"
#include "support/random_model.h"
#include "support/user_error.h"

#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/outputs.h"
#include "qfx/graph/print.h"
#include "qfx/imports/onnx.h"
#include "qfx/imports/operators.h"
#include "qfx/imports/write_onnx.h"
#include "qfx/runtime/engine.h"

namespace qfx::imports {
namespace {

using testing::HasSubstr;

std::vector<double> real_values(const std::vector<std::int32_t>& raw, const fixed::Format& format) {
  std::vector<double> values;
  for (const std::int32_t value : raw)
    values.push_back(std::ldexp(static_cast<double>(value), -format.frac_bits()));
  return values;
}

// The first value that differs; empty where none does.
std::string file_difference(const graph::Analyzed& model, const std::string& bytes,
                       const std::vector<std::int32_t>& input) {
  const runtime::Engine engine(model, 1);
  const Source source = parse_onnx(bytes, {}, "'net.onnx'");
  const auto raw = engine.run(input, 1);
  const auto values =
      run(source, {{source.inputs.at(0).name,
                    Tensor::of(*source.inputs[0].shape,
                               real_values(input, engine.model().input().format))}});
  const auto parts = graph::output_parts(engine.model());
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const auto first = raw.begin() + parts[k].first;
    const std::vector<double> wanted =
        real_values({first, first + parts[k].size}, model.node(parts[k].node).format);
    const std::vector<double>& got = values.at(source.outputs.at(k)).reals;
    if (got.size() != wanted.size()) return "another size";
    for (std::size_t i = 0; i < got.size(); ++i) {
      if (got[i] != wanted[i])
        return fmt::format("value {} is {}, and {} in the file", i, wanted[i], got[i]);
    }
  }
  return "";
}

TEST(WrittenOnnx, RandomNetworksKeepEveryValue) {
  std::map<std::string, int> written;
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    const bool is_ap = seed % 2 == 0;
    const graph::Model trained = test::random_model(
        seed, {.modes = is_ap ? test::Modes::ApFixed : test::Modes::AcFixed});
    const graph::Analyzed model(graph::freeze(trained));
    for (const bool plain : {false, true}) {
      std::string bytes;
      const std::string error =
          test::user_error_of([&] { bytes = write_onnx(model, {.plain = plain}); });
      if (!error.empty()) {
        EXPECT_THAT(error, testing::AnyOf(HasSubstr("holds"), HasSubstr("can overflow"),
                                          HasSubstr("accumulator"), HasSubstr("more bits")))
            << "seed " << seed;
        ++refused;
        continue;
      }
      for (std::uint64_t sample = 0; sample < 3; ++sample)
        EXPECT_EQ(file_difference(model, bytes, test::random_raw_input(model.model(), sample, 1)), "")
            << "seed " << seed << (plain ? ", plain" : "") << '\n'
            << graph::to_text(model.model());
      for (const graph::FrozenNode& node : model.model().nodes)
        ++written[std::string(graph::kind_name(node.op))];
    }
  }
  EXPECT_LT(refused, 1100);
  EXPECT_EQ(written.size(), graph::all_kinds().size());
}

graph::Analyzed small_network(const fixed::Format& format) {
  graph::Builder builder("net");
  const auto x = builder.input({2, 4, 4});
  const auto c = builder.conv2d(x, {.out_channels = 3, .kernel = {3, 3}, .has_bias = true}, "conv");
  builder.relu(c, "relu");
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) {
    node.spec.width = format.width;
    node.spec.int_bits = 3;
    node.spec.rounding = format.rounding;
    node.spec.overflow = format.overflow;
    for (auto& [role, param] : node.params) {
      param.spec.int_bits = 1;
      param.spec.width = 6;
    }
  }
  return graph::Analyzed(graph::freeze(model));
}

std::vector<std::string> operators_of(const std::string& bytes) {
  std::vector<std::string> names;
  for (const Node& node : parse_onnx(bytes, {}, "'net.onnx'").nodes) names.push_back(node.op);
  return names;
}

TEST(WrittenOnnx, QuantNodesWhereTheySayItExactly) {
  using enum fixed::Rounding;
  using enum fixed::Overflow;
  const auto count = [](const std::vector<std::string>& names, const std::string& op) {
    return std::ranges::count(names, op);
  };
  for (const fixed::Rounding rounding : {RND, RND_CONV, TRN, TRN_ZERO, RND_INF, RND_ZERO}) {
    const auto model = small_network({.width = 7, .rounding = rounding, .overflow = SAT_SYM});
    const auto names = operators_of(write_onnx(model, {}));
    EXPECT_EQ(count(names, "Quant"), 4);  // input, weight, conv, relu
    EXPECT_EQ(count(names, "Floor") + count(names, "Round") + count(names, "Clip"), 0);
    const auto plain = operators_of(write_onnx(model, {.plain = true}));
    EXPECT_EQ(count(plain, "Quant"), 0);
    EXPECT_GE(count(plain, "Clip"), 1);
  }
  const auto wraps = small_network({.width = 7, .rounding = TRN, .overflow = WRAP});
  EXPECT_GE(count(operators_of(write_onnx(wraps, {})), "Floor"), 1);
}

TEST(WrittenOnnx, RefusesWhatNoTypeHolds) {
  graph::Builder builder("net");
  const auto x = builder.input({8, 4, 4});
  builder.conv2d(x, {.out_channels = 1, .kernel = {3, 3}}, "conv");
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) {
    node.spec.width = 16;
    node.spec.int_bits = 8;
    for (auto& [role, param] : node.params) {
      param.spec.width = 16;
      param.spec.int_bits = 1;
    }
  }
  const graph::Analyzed wide(graph::freeze(model));
  EXPECT_THAT(test::user_error_of([&] { write_onnx(wide, {}); }),
              testing::AllOf(HasSubstr("node 'conv'"), HasSubstr("no Conv in double precision")));
}

}  // namespace
}  // namespace qfx::imports
