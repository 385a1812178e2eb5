// Hidden layers, two of 128 where nothing else is said; takes images and vectors.
#include <string>
#include <vector>

#include "frontends/zoo.h"

#include "qfx/base/error.h"

namespace qfx::frontends {
namespace {

void build_layers(graph::Builder& builder, graph::NodeId input,
                  const std::vector<std::int64_t>& hidden, std::int64_t classes) {
  graph::NodeId x = input;
  if (builder.shape(x).size() > 1) x = builder.flatten(x, "flatten");
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    x = builder.linear(x, {.out_features = hidden[i], .has_bias = true}, "linear" + number);
    x = builder.relu(x, "relu" + number);
  }
  builder.linear(x, {.out_features = classes, .has_bias = true}, "classifier");
}

constexpr std::int64_t kMaxMlpParameters = 1 << 26;

// Before the builder fills them, which takes memory.
void check_mlp_size(std::int64_t inputs, const std::vector<std::int64_t>& hidden) {
  std::int64_t parameters = 0;
  for (const std::int64_t size : hidden) {
    parameters += (inputs + 1) * size;
    inputs = size;
  }
  if (parameters > kMaxMlpParameters) {
    user_error(
        "its hidden layers have {} parameters, and at most {} are allowed; make them smaller",
        parameters, kMaxMlpParameters);
  }
}

}  // namespace

void build_mlp(graph::Builder& builder, graph::NodeId input, std::int64_t classes) {
  build_layers(builder, input, {128, 128}, classes);
}

graph::Model mlp(const graph::Shape& input, const graph::Preprocess& preprocess,
                 const std::vector<std::int64_t>& hidden, std::int64_t classes,
                 std::uint64_t seed) {
  check_mlp_size(graph::element_count(input), hidden);
  graph::Builder builder("mlp", seed);
  build_layers(builder, builder.input(input, preprocess), hidden, classes);
  return builder.finish();
}

}  // namespace qfx::frontends
