// Damaged, foreign and hostile files: UserError, always, and a sentence that says what is wrong.
#include "qfx/graph/file.h"

#include <cstring>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/file/file_content.h"
#include "support/user_error.h"

#include "qfx/base/error.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"
#include "qfx/store/json.h"
#include "qfx/store/safetensors.h"

namespace qfx::graph {
namespace {

using test::user_error_of;
using ::testing::HasSubstr;

Model small_model() {
  Builder builder("small");
  NodeId x = builder.input({1, 2, 2}, {.divisor = 255, .mean = {0.5}, .std = {0.25}}, "in");
  x = builder.batch_norm(x, {}, "bn");
  builder.linear(builder.flatten(x, "flat"), {.out_features = 2}, "fc");
  Model model = builder.finish();
  for (Node& node : model.nodes) {
    node.frac_bits = {4.25f};
    for (auto& [name, param] : node.params) param.frac_bits = {5};
  }
  model.nodes[3].params[Role::Weight].spec.k_hot = 2;
  model.nodes[3].params[Role::Bias].spec.int_bits = 3;
  return model;
}

// Flips single and all bits of every byte, and turns it into a space and a digit.
template <class AnyModel>
void expect_every_flip_is_noticed(const AnyModel& model,
                                  AnyModel (*load)(std::string_view, const std::string&)) {
  const std::string good = content_of(model);
  ASSERT_EQ(load(good, "good"), model);
  int unnoticed = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const int flip :
         {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff, good[i] ^ ' ', good[i] ^ '0'}) {
      if (flip == 0) continue;
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ flip);
      try {
        ASSERT_EQ(load(bad, "bad"), model) << "byte " << i << " ^ " << flip;
        ++unnoticed;
      } catch (const UserError& error) {
        ASSERT_THAT(error.what(), HasSubstr("bad: "));
      }
    }
  }
  EXPECT_EQ(unnoticed, 0);
}

TEST(DamagedFile, EveryFlippedByteOfAFrozenModelIsNoticed) {
  expect_every_flip_is_noticed<FrozenModel>(freeze(small_model()), frozen_from_content);
}

TEST(DamagedFile, EveryFlippedByteOfATrainableModelIsNoticed) {
  expect_every_flip_is_noticed<Model>(small_model(), model_from_content);
}

TEST(DamagedFile, EveryTruncationIsNoticed) {
  const std::string good = content_of(freeze(small_model()));
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_THROW(frozen_from_content(good.substr(0, size), "bad"), UserError) << size;
  EXPECT_THROW(frozen_from_content(good + '\0', "bad"), UserError);
}

std::string raw_file(std::uint64_t length, const std::string& header,
                     const std::string& data = "") {
  std::string content(8, '\0');
  std::memcpy(content.data(), &length, 8);
  return content + header + data;
}
std::string raw_file(const std::string& header, const std::string& data = "") {
  return raw_file(header.size(), header, data);
}

struct Hostile {
  std::string content;
  const char* expected;
};

TEST(Safetensors, SaysWhatIsWrong) {
  const std::vector<Hostile> cases = {
      {"", "f: it has 0 bytes, a safetensors file has at least 8"},
      {raw_file(~std::uint64_t{0}, "{}"),
       "f: its header claims 18446744073709551615 bytes, the file has 2 more"},
      {raw_file(""), "f: its header does not start with '{'"},
      {raw_file("[]"), "f: its header does not start with '{'"},
      {raw_file("{\"a\":"), "f: its header is not valid JSON at byte 6"},
      {raw_file(std::string(100000, '{')), "f: its header is not valid JSON"},
      {raw_file("{\"a\":" + std::string(100000, '[')), "f: its header is not valid JSON"},
      {raw_file("{\"a\xff\":1}"), "f: its header is not valid JSON"},
      {raw_file(std::string("{}\0 ", 4)), "f: its header holds a zero byte"},
      {raw_file(R"({"a":1,"a":1})"), "f: its header has the key \"a\" twice"},
      {raw_file(R"({"a":7E946})"), "f: a number in its header is beyond a double's range"},
      {raw_file(R"({"__metadata__":3})"), "f: __metadata__ must be an object of strings"},
      {raw_file(R"({"__metadata__":{"k":3}})"), "f: __metadata__ 'k' must be a string"},
      {raw_file(R"({"t":{"dtype":"U8","shape":[0]}})"),
       "f: tensor 't' must have exactly dtype, shape and data_offsets"},
      {raw_file(R"({"t":{"dtype":"BF16","shape":[0],"data_offsets":[0,0]}})"),
       "f: tensor 't' has dtype BF16, allowed are U8, I8, I16, I32, I64, F32, F64"},
      {raw_file(R"({"t":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}})"),
       "f: tensor 't': shape must be a list of whole numbers of at least 0"},
      {raw_file(R"({"t":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}})", "x"),
       "f: tensor 't': shape must be a list of whole numbers of at least 0"},
      {raw_file(R"({"t":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", "x"),
       "f: tensor 't' has data_offsets [1, 0], they must be a begin and an end within the 1 bytes "
       "of data"},
      {raw_file(R"({"t":{"dtype":"U8","shape":[1],"data_offsets":[0,2]}})", "x"),
       "within the 1 bytes of data"},
      {raw_file(R"({"t":{"dtype":"I16","shape":[1],"data_offsets":[0,1]}})", "x"),
       "f: tensor 't' of shape [1] and type I16 does not fill its 1 bytes"},
      // 2^32 * 2^32 elements are 0 in 64 bits
      {raw_file(R"({"t":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}})"),
       "does not fill its 0 bytes"},
      {raw_file(
           R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
           "x"),
       "f: tensor 'b' starts at byte 0 of the data, the one before it ends at 1; gaps and overlaps "
       "are not allowed"},
      {raw_file(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", "xx"),
       "starts at byte 1 of the data, the one before it ends at 0"},
      {raw_file(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "xx"),
       "f: its tensors end at byte 1 of the data, the file at 2; it is cut off or has something "
       "appended"},
  };
  for (const Hostile& c : cases)
    EXPECT_THAT(user_error_of([&] { store::parse_safetensors(c.content, "f"); }),
                HasSubstr(c.expected));
}

// The file of a frozen model, changed and sealed again: what a hostile writer can do.
std::string resealed(const std::function<void(store::Safetensors&)>& change) {
  store::Safetensors file = store::parse_safetensors(content_of(freeze(small_model())), "good");
  change(file);
  store::seal(file);
  return store::serialize(file);
}

std::string with_graph(std::string_view text, std::string_view replacement) {
  return resealed([&](store::Safetensors& file) {
    std::string& graph = file.metadata["qfx_graph"];
    const std::size_t at = graph.find(text);
    ASSERT_NE(at, std::string::npos) << text;
    graph.replace(at, text.size(), replacement);
  });
}

TEST(HostileFile, SaysWhatIsWrong) {
  const auto tensor = [](const char* name, auto values, Shape shape) {
    return resealed([=](store::Safetensors& f) {
      f.tensors[name] = store::make_tensor<typename decltype(values)::value_type>(shape, values);
    });
  };
  const std::vector<Hostile> cases = {
      {resealed([](store::Safetensors& f) { f.metadata["qfx_schema"] = "2"; }),
       "f: its schema version is 2, this build reads versions up to 1; use a newer QFX"},
      {resealed([](store::Safetensors& f) { f.metadata["qfx_schema"] = "one"; }),
       "f: its schema version is 'one', it must be a whole number of at least 1"},
      {resealed([](store::Safetensors& f) { f.metadata.erase("qfx_schema"); }),
       "f: its metadata has no 'qfx_schema'; it is a safetensors file, but not one that QFX wrote"},
      {resealed([](store::Safetensors& f) { f.metadata["qfx_graph"] += std::string(1, '\0'); }),
       "f: graph: not valid JSON: it holds a zero byte"},
      {resealed([](store::Safetensors& f) { f.metadata["qfx_graph"] = "{"; }),
       "f: graph: not valid JSON at byte 2"},
      {resealed([](store::Safetensors& f) { f.metadata["qfx_graph"] = "{\"n\":7E946}"; }),
       "f: graph: a number is beyond a double's range"},
      {resealed([](store::Safetensors& f) { f.metadata["qfx_graph"] = "[]"; }),
       "f: graph: this is an array, it must be an object"},
      {content_of(small_model()),
       "f: it holds a trainable model, a frozen one is needed; freeze it first"},
      {with_graph("\"nodes\"", "\"knots\""), "f: graph: the key 'knots' is not known"},
      {with_graph("{\"name\":\"small\",", "{"), "f: graph: the key 'name' is missing"},
      {with_graph("\"linear\"", "\"lineal\""),
       "f: graph.nodes[3].op: 'lineal' is no node kind; allowed are input, cast, conv2d, "
       "fractional_conv2d, linear, batch_norm, affine, quant_sign, relu, clip, prelu, leaky_relu, "
       "shift, abs, neg, max_pool2d, avg_pool2d, global_avg_pool2d, add, sub, mul, gate, maximum, "
       "minimum, concat, thermometer, flatten, unsqueeze, slice, upsample, channel_shuffle, "
       "depth_to_space, space_to_depth, permute, rearrange, function, softmax"},
      {with_graph("\"out_features\":2", "\"out_features\":2.5"),
       "attributes.out_features: this is a number, it must be a whole number"},
      {with_graph("\"out_features\":2", "\"out_features\":18446744073709551615"),
       "it must be a whole number of 64 bits"},
      {with_graph("\"out_features\":2", "\"out_features\":9223372036854775807"),
       "f: node 'fc' (linear): out_features is 9223372036854775807, allowed are 1 to 268435456"},
      {with_graph("\"has_bias\":true", "\"has_bias\":1"),
       "attributes.has_bias: this is a number, it must be true or false"},
      {with_graph("\"eps\":1e-05", "\"eps\":0"),
       "f: node 'bn' (batch_norm): eps is 0, it must be positive"},
      {with_graph("\"inputs\":[2]", "\"inputs\":[99]"),
       "f: node 'fc' (linear): it is node 3 and reads node 99"},
      {with_graph("\"inputs\":[2]", "\"inputs\":[4294967298]"),
       "graph.nodes[3].inputs[0]: this is 4294967298, allowed are -2147483648 to 2147483647"},
      {with_graph("fixed<8,3,RND,SAT>", "fixed<99,3>"), "width is 99, allowed are 1 to 32"},
      {with_graph("fixed<8,3,RND,SAT>", "fixed<8,3,ROUND>"), "'ROUND' is not a mode of rounding"},
      {with_graph("\"k_hot\":2", "\"k_hot\":100"),
       "params.weight.k_hot: this is 100, allowed are 0 to 32"},
      {with_graph("\"bias\":{", "\"bios\":{"),
       "f: graph.nodes[3].params.bios: 'bios' is no parameter of any kind; allowed are bias, "
       "offset, "
       "scale, slope, table, threshold, weight"},
      {with_graph("\"channel_frac_bits\":[]", "\"channel_frac_bits\":[1e9]"),
       "channel_frac_bits[0]: this is a number, it must be a whole number"},
      {resealed([](store::Safetensors& f) { f.tensors.erase("fc.bias"); }),
       "f: tensor 'fc.bias' is missing"},
      {resealed([](store::Safetensors& f) { f.tensors["extra"] = f.tensors["fc.bias"]; }),
       "f: tensor 'extra' belongs to no node"},
      {tensor("fc.bias", std::vector<std::int8_t>(3), {3}),
       "f: tensor 'fc.bias' has shape [3], its node says [2]"},
      {tensor("fc.bias", std::vector<std::int16_t>(2), {2}),
       "tensor 'fc.bias' has type I16, it must be I8"},
      // 2^40, out of order, an empty slot first, not the least digits, beyond the format
      {tensor("fc.weight", std::vector<std::int8_t>(16, 41), {2, 4, 2}),
       "f: tensor 'fc.weight': the digits of value 0 are not those of a constant of the format"},
      {tensor("fc.weight", std::vector<std::int8_t>{2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
              {2, 4, 2}),
       "the digits of value 0"},
      {tensor("fc.weight", std::vector<std::int8_t>{0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
              {2, 4, 2}),
       "the digits of value 1"},
      {tensor("fc.weight",
              std::vector<std::int8_t>{3, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {2, 4, 2}),
       "the digits of value 0"},
      {tensor("fc.weight", std::vector<std::int8_t>{8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
              {2, 4, 2}),
       "the digits of value 0"},
  };
  for (const Hostile& c : cases)
    EXPECT_THAT(user_error_of([&] { frozen_from_content(c.content, "f"); }), HasSubstr(c.expected));
}

// Whatever is wrong: the file's name stands once, in front, and nothing is quoted at length.
TEST(HostileFile, IsNamedOnceAndQuotedInShort) {
  const std::string name = "a_file_of_somebody.qfx", huge(100000, 'y');
  const auto graph = [](const std::function<void(store::Json&)>& change) {
    return resealed([=](store::Safetensors& file) {
      store::Json json = store::parse_json(file.metadata["qfx_graph"], "graph");
      change(json);
      file.metadata["qfx_graph"] = json.dump();
    });
  };
  const std::vector<std::string> contents{
      graph([](store::Json& g) { g["nodes"][0]["format"] = 7; }),
      graph([](store::Json& g) { g["nodes"][3]["params"]["bias"]["format"] = nullptr; }),
      graph([&](store::Json& g) { g["nodes"][0]["format"] = huge; }),
      graph([&](store::Json& g) { g["nodes"][0]["op"] = huge; }),
      graph([&](store::Json& g) { g["nodes"][0]["name"] = huge; }),
      graph([&](store::Json& g) { g["nodes"][3]["params"][huge] = 1; }),
      graph([&](store::Json& g) { g[huge] = 1; }),
      resealed([&](store::Safetensors& f) { f.metadata["qfx_schema"] = huge; }),
      resealed([&](store::Safetensors& f) { f.metadata["qfx_graph"] += '"' + huge; }),
      resealed([&](store::Safetensors& f) { f.tensors[huge] = f.tensors["fc.bias"]; }),
      resealed([](store::Safetensors& f) {
        f.tensors["fc.bias"] = store::make_tensor<std::int16_t>({2}, std::vector<std::int16_t>(2));
      }),
      raw_file("{\"a\": \"" + huge)};
  for (const std::string& content : contents) {
    const std::string error = user_error_of([&] { frozen_from_content(content, name); });
    EXPECT_EQ(error.find(name), 0u) << error.substr(0, 300);
    EXPECT_EQ(error.rfind(name), 0u) << error.substr(0, 300);
    EXPECT_LT(error.size(), 700u) << error.substr(0, 300);
  }
}

TEST(HostileFile, ATrainableModelIsCheckedToo) {
  const auto changed = [](const std::function<void(store::Safetensors&)>& change) {
    store::Safetensors file = store::parse_safetensors(content_of(small_model()), "good");
    change(file);
    store::seal(file);
    return user_error_of([&] { model_from_content(store::serialize(file), "f"); });
  };
  const auto graph = [&](std::string_view text, std::string_view replacement) {
    return changed([=](store::Safetensors& file) {
      std::string& json = file.metadata["qfx_graph"];
      ASSERT_NE(json.find(text), std::string::npos) << text;
      json.replace(json.find(text), text.size(), replacement);
    });
  };
  EXPECT_THAT(graph("\"frac_bits\":[4.25]", "\"frac_bits\":[1e300]"),
              HasSubstr("frac_bits[0]: this is 1e+300, more than a float holds"));
  EXPECT_THAT(graph("per_tensor", "per_row"),
              HasSubstr("granularity: this is 'per_row', allowed are per_tensor and per_channel"));
  EXPECT_THAT(graph("\"width\":8", "\"point_form\":\"frac\",\"width\":8"),
              HasSubstr("point_form: this is 'frac'; leave it out, or write log2_threshold"));
  EXPECT_THAT(graph("\"width\":8", "\"width\":-8"),
              HasSubstr("f: tensor 'in': width is -8, allowed are 1 to 32"));
  EXPECT_THAT(graph("\"statistics\":[\"beta\"", "\"statistics\":[\"gamma\""),
              HasSubstr("f: tensor 'bn.gamma' belongs to two nodes"));
  EXPECT_THAT(graph("\"statistics\":[\"beta\"", "\"statistics\":[\"delta\""),
              HasSubstr("statistics[0]: 'delta' is no statistic; allowed are beta, gamma, "
                        "running_mean, running_var"));
  EXPECT_THAT(changed([](store::Safetensors& f) {
                f.tensors["bn.running_var"] =
                    store::make_tensor<float>({1}, std::vector<float>{-1});
              }),
              HasSubstr("f: node 'bn' (batch_norm): running_var holds -1"));
  EXPECT_EQ(changed([](store::Safetensors&) {}), "");
}

TEST(File, AMissingFileIsNamed) {
  EXPECT_THAT(user_error_of([] { load_frozen("/nowhere/model.qfx"); }),
              HasSubstr("/nowhere/model.qfx"));
}

}  // namespace
}  // namespace qfx::graph
