#include "qfx/graph/file.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "graph/file/op_json.h"
#include "support/small_models.h"
#include "unit/graph/formats.h"

#include "qfx/base/file.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"
#include "qfx/store/safetensors.h"

namespace qfx::graph {
namespace {

FrozenModel with_weight(const FrozenParam& weight) {
  return test::chain(
      {2}, kByte,
      {{Linear{.out_features = 2, .has_bias = false}, kByte, {{Role::Weight, weight}}}});
}

store::Tensor stored_weight(const FrozenModel& model) {
  const TemporaryDirectory folder;
  const std::string path = folder.path() / "model.qfx";
  save(model, path);
  EXPECT_EQ(load_frozen(path), model);
  return store::parse_safetensors(read_file(path), path).tensors.at("n1.weight");
}

// What older builds read they go on reading: padding as a pair, and no key that they do not know.
TEST(File, WritesWindowsAsBeforeWhereTheyAreAsBefore) {
  const auto written = [](const Op& op) { return attributes_to_json(op).dump(); };
  EXPECT_EQ(written(AvgPool2d{.padding = {1, 0}}),
            R"({"kernel":[2,2],"stride":[2,2],"padding":[1,0]})");
  EXPECT_EQ(written(MaxPool2d{.padding = {0, 0, 1, 1}, .dilation = {1, 2}}),
            R"({"kernel":[2,2],"stride":[2,2],"padding":[0,0,1,1],"dilation":[1,2]})");
  EXPECT_EQ(written(AvgPool2d{.count_include_pad = false, .overhang = {0, 1}}),
            R"({"kernel":[2,2],"stride":[2,2],"padding":[0,0],"count_include_pad":false,)"
            R"("overhang":[0,1]})");
}

TEST(File, StoresRawValuesInTheNarrowestType) {
  FrozenParam weight = test::constant({2, 2}, {-128, 127, 0, 1}, 8, 3);
  EXPECT_EQ(stored_weight(with_weight(weight)),
            store::make_tensor<std::int8_t>({2, 2}, std::vector<std::int8_t>{-128, 127, 0, 1}));
  weight = test::constant({2, 2}, {-129, 255, 0, 1}, 9, 3);
  EXPECT_EQ(stored_weight(with_weight(weight)),
            store::make_tensor<std::int16_t>({2, 2}, std::vector<std::int16_t>{-129, 255, 0, 1}));
  weight = test::constant({2, 2}, {255, 255, 0, 1}, 8, 3);
  weight.format.is_signed = false;  // 255 needs nine bits as a signed number
  EXPECT_EQ(stored_weight(with_weight(weight)).dtype, store::DType::I16);
  weight = test::constant({2, 2}, {INT32_MIN, INT32_MAX, 0, 1}, 32, 3);
  EXPECT_EQ(stored_weight(with_weight(weight)).dtype, store::DType::I32);
}

// 6 = 2^2 + 2^1 as exponents + 1: 3, 2. -8 = -2^3. 7 = 2^3 - 2^0 in signed digits.
TEST(File, StoresKHotConstantsAsDigits) {
  FrozenParam weight = test::constant({2, 2}, {6, -8, 0, -5}, 8, 3);
  weight.k_hot = 2;
  EXPECT_EQ(stored_weight(with_weight(weight)),
            store::make_tensor<std::int8_t>({2, 2, 2},
                                            std::vector<std::int8_t>{3, 2, -4, 0, 0, 0, -3, -1}));
  weight.raw = {7, -7, 0, 1};
  weight.signed_digits = true;
  EXPECT_EQ(stored_weight(with_weight(weight)),
            store::make_tensor<std::int8_t>({2, 2, 2},
                                            std::vector<std::int8_t>{4, -1, -4, 1, 0, 0, 1, 0}));
  weight = test::constant({2, 2}, {INT32_MIN, INT32_MAX, 0, 1}, 32, 3);
  weight.k_hot = 2;
  weight.signed_digits = true;  // 2^31 - 1 begins with 2^31
  EXPECT_EQ(stored_weight(with_weight(weight)).dtype, store::DType::I8);
}

TEST(File, MetadataSaysWhatItIs) {
  const TemporaryDirectory folder;
  const std::string path = folder.path() / "model.qfx";
  save(with_weight(test::constant({2, 2}, {1, 2, 3, 4}, 8, 3)), path);
  const auto metadata = store::parse_safetensors(read_file(path), path).metadata;
  EXPECT_EQ(metadata.at("qfx_schema"), "1");
  EXPECT_EQ(metadata.at("qfx_kind"), "frozen");
  EXPECT_EQ(metadata.at("qfx_graph").substr(0, 30), R"({"name":"model","nodes":[{"nam)");
}

TEST(File, AnOffsetKeepsItsFirstName) {
  const TemporaryDirectory folder;
  const std::string path = folder.path() / "model.qfx";
  const FrozenModel model = test::chain(
      {2}, kByte, {{Offset{}, kByte, {{Role::Offset, test::constant({2}, {3, -4}, 8, 3)}}}});
  save(model, path);
  EXPECT_NE(read_file(path).find(R"(\"op\":\"shift\")"), std::string::npos);
  EXPECT_EQ(load_frozen(path), model);
}

TEST(File, TheTaskIsKeptAndFrozen) {
  const TemporaryDirectory folder;
  Builder builder("watts");
  builder.linear(builder.input({3}), {.out_features = 2});
  Model model = builder.finish();
  model.task = {.loss = Loss::Mae, .rebuilds_input = false, .names = {"\xc3\xa4 \"b\"", "c"}};
  for (Node& node : model.nodes) {
    node.frac_bits = {4};
    for (auto& [role, param] : node.params) param.frac_bits = {6};
  }
  const std::string trainable = folder.path() / "fixed.graph";
  save(model, trainable);
  EXPECT_EQ(load_model(trainable).task, model.task);
  const std::string frozen = folder.path() / "model.qfx";
  save(freeze(model), frozen);
  EXPECT_EQ(load_frozen(frozen).task, model.task);
}

TEST(File, AFailedSaveLeavesTheOldFile) {
  const TemporaryDirectory folder;
  const std::string path = folder.path() / "model.qfx";
  FrozenModel model = with_weight(test::constant({2, 2}, {1, 2, 3, 4}, 8, 3));
  save(model, path);
  const std::string before = read_file(path);
  model.nodes[1].params.at(Role::Weight).raw[0] = 1000;  // not a value of its format
  EXPECT_ANY_THROW(save(model, path));
  EXPECT_EQ(read_file(path), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace qfx::graph
