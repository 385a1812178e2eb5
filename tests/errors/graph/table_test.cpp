// Nodes that look values up: what is refused, and the sentence.
#include "qfx/graph/table.h"

#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/file/file_content.h"
#include "support/user_error.h"

#include "qfx/base/error.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"
#include "qfx/graph/infer_shape.h"
#include "qfx/graph/verify.h"
#include "qfx/store/safetensors.h"

namespace qfx::graph {
namespace {

using test::user_error_of;
using ::testing::HasSubstr;

enum : NodeId { kInput, kTanh, kFlat, kSoft };

Model good_model() {
  Builder builder("good");
  NodeId x = builder.input({2, 2, 2}, {.mean = {}, .std = {}, .signed_samples = true}, "in");
  x = builder.function(x, FunctionName::Tanh, "tanh");
  builder.softmax(builder.flatten(x, "flat"), {}, "soft");
  Model model = builder.finish();
  for (Node& node : model.nodes) {
    node.spec.width = 6;
    node.frac_bits = {4};
  }
  return model;
}

TEST(VerifyModel, RefusesInputsTooWideForATable) {
  Model model = good_model();
  model.nodes[kInput].spec.width = 17;
  EXPECT_EQ(user_error_of([&] { verify(model); }),
            "node 'tanh' (function): its input 'in' has 17 bits, and a table with an entry for "
            "every value of it takes at most 16; narrow 'in' to 16 bits, or put a cast to that "
            "width between them");
  model.nodes[kInput].spec.width = 16;
  EXPECT_EQ(user_error_of([&] { verify(model); }), "");
  // What a flatten passes on is its input's, whatever its own spec says.
  model.nodes[kTanh].spec.width = 20;
  EXPECT_THAT(user_error_of([&] { verify(model); }),
              HasSubstr("node 'soft' (softmax): its input 'tanh' has 20 bits"));
  model.nodes[kTanh].spec.is_float = true;
  EXPECT_EQ(user_error_of([&] { verify(model); }), "");
}

TEST(InferShape, RefusesTableWidthsThatHoldNoExponential) {
  for (std::int64_t width : {1, 25}) {
    EXPECT_EQ(
        user_error_of([&] { infer_shape(Softmax{.table_width = width}, {{4}}, "soft"); }),
        "node 'soft' (softmax): table_width is " + std::to_string(width) + ", allowed are 2 to 24");
  }
  EXPECT_EQ(user_error_of([] {
              infer_shape(Function{}, {{4}, {4}}, "f");
            }),
            "node 'f' (function): the number of its inputs is 2, it must be 1");
}

struct Broken {
  const char* expected;
  std::function<void(FrozenModel&)> breaking;
};

TEST(VerifyFrozen, SaysWhatIsWrongWithATable) {
  const auto table = [](FrozenModel& m, NodeId id) -> FrozenParam& {
    return m.nodes[id].params.at(Role::Table);
  };
  const std::vector<Broken> cases = {
      {"node 'tanh' (function): its parameter 'table' is missing",
       [](FrozenModel& m) { m.nodes[kTanh].params.clear(); }},
      {"node 'flat' (flatten): it has a parameter 'table' that this kind does not have",
       [=](FrozenModel& m) { m.nodes[kFlat].params[Role::Table] = table(m, kTanh); }},
      {"node 'tanh' (function): its parameter 'table' has shape [63], it must be [64]",
       [=](FrozenModel& m) { table(m, kTanh).shape = {63}; }},
      {"node 'tanh' (function): 'tanh.table' holds 63 values, its shape [64] takes 64",
       [=](FrozenModel& m) { table(m, kTanh).raw.pop_back(); }},
      {"node 'tanh' (function): 'tanh.table': value 5 is 32, its format fixed<6,2,RND,SAT> holds "
       "-32 to 31",
       [=](FrozenModel& m) { table(m, kTanh).raw[5] = 32; }},
      {"node 'tanh' (function): its table has the format fixed<6,3,RND,SAT>, it must have "
       "fixed<6,2,RND,SAT> with one binary point and no K-hot",
       [=](FrozenModel& m) { table(m, kTanh).format.int_bits = 3; }},
      {"node 'tanh' (function): its table has the format fixed<6,2,RND,SAT> 6-hot, it must have",
       [=](FrozenModel& m) { table(m, kTanh).k_hot = 6; }},
      {"node 'tanh' (function): entry 7 of its table is -32, its format fixed<6,2,RND,SAT_SYM> "
       "gives -31 to 31",
       [=](FrozenModel& m) {
         m.nodes[kTanh].format.overflow = fixed::Overflow::SAT_SYM;
         m.nodes[kFlat].format.overflow = fixed::Overflow::SAT_SYM;
         table(m, kTanh).format.overflow = fixed::Overflow::SAT_SYM;
         table(m, kTanh).raw[7] = -32;
       }},
      {"node 'tanh' (function): its input 'in' has 17 bits",
       [](FrozenModel& m) { m.nodes[kInput].format.width = 17; }},
      {"node 'soft' (softmax): its table has the format ufixed<16,2,RND,SAT>, it must have "
       "ufixed<16,1,RND,SAT>",
       [=](FrozenModel& m) { table(m, kSoft).format.int_bits = 2; }},
      {"node 'soft' (softmax): entry 0 of its table, the exponential of 0, is 0, and a sum of "
       "zeros divides nothing; it must be at least 1",
       [=](FrozenModel& m) { table(m, kSoft).raw[0] = 0; }},
      {"node 'soft' (softmax): its exact result has 0 fraction bits and its format "
       "ufixed<6,-59,RND,SAT> has 65; at most 64 apart are allowed",
       [](FrozenModel& m) {
         m.nodes[kSoft].format.is_signed = false;
         m.nodes[kSoft].format.int_bits = -59;
       }},
  };
  for (const Broken& c : cases) {
    FrozenModel model = freeze(good_model());
    c.breaking(model);
    EXPECT_THAT(user_error_of([&] { verify(model); }), HasSubstr(c.expected));
  }
}

// The file's JSON names the function.
TEST(File, RefusesAFunctionThatDoesNotExist) {
  store::Safetensors file = store::parse_safetensors(content_of(freeze(good_model())), "good");
  std::string& graph = file.metadata.at("qfx_graph");
  graph.replace(graph.find("\"function\":\"tanh\""), 17, "\"function\":\"tan\"");
  store::seal(file);
  EXPECT_THAT(
      user_error_of([&] { frozen_from_content(store::serialize(file), "bad"); }),
      HasSubstr("bad: graph.nodes[1].attributes.function: 'tan' is no function; allowed "
                "are sigmoid, tanh, hardsigmoid, hardswish, silu, gelu, softplus, elu, exp, selu, "));
}

}  // namespace
}  // namespace qfx::graph
