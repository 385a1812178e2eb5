// quantize_input and evaluate.
#include "qfx/runtime/evaluate.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/reference.h"

#include "qfx/base/error.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/freeze.h"
#include "qfx/runtime/engine.h"
#include "qfx/runtime/quantize_input.h"

namespace qfx::runtime {
namespace {

// Outputs its input, {3}, in other formats: the largest sample is the class.
graph::FrozenModel identity(const graph::Preprocess& preprocess) {
  graph::Builder builder("identity");
  builder.cast(builder.input({3}, preprocess));
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) node.spec.int_bits = 3;
  return graph::freeze(model);
}

data::Dataset bytes_set() {
  data::Dataset set;
  set.name = "three";
  set.sample_shape = {3};
  set.bytes = {10, 200, 30, 255, 0, 255, 7, 7, 9};
  set.labels = {1, 2, 2};
  set.class_count = 3;
  return set;
}

const graph::Preprocess kPreprocess{.divisor = 64, .mean = {0, 0.5, 0.25}, .std = {1, 2, 0.5}};

TEST(QuantizeInput, IsTheExactCastOfThePreprocessedSample) {
  const graph::FrozenModel model = identity(kPreprocess);
  const std::vector<float> samples{0, 1, 2, 100, 200, 255, 17.25F, 3.5F, 1e6F};
  std::vector<std::int32_t> raw(samples.size());
  quantize_input(model.input(), samples, raw);
  EXPECT_EQ(raw, test::reference_quantize(model.input(), samples));
}

TEST(Evaluate, BytesAndFloatsGiveTheSame) {
  const Engine engine(identity(kPreprocess), 1);
  const data::Dataset bytes = bytes_set();
  data::Dataset floats = bytes;
  floats.floats.assign(bytes.bytes.begin(), bytes.bytes.end());
  floats.bytes.clear();
  const Evaluation a = evaluate(engine, bytes), b = evaluate(engine, floats);
  EXPECT_EQ(a.outputs, b.outputs);
  EXPECT_EQ(a.measures.sums(), b.measures.sums());
  std::vector<float> samples(9);
  bytes.copy_samples(0, 3, samples.data());
  EXPECT_EQ(a.outputs, engine.run(test::reference_quantize(engine.model().input(), samples), 3));
}

TEST(Evaluate, CountsTheFirstLargestAndReportsProgress) {
  const Engine engine(identity({.divisor = 64, .mean = {}, .std = {}}), 1);
  std::vector<std::int64_t> seen;
  const Evaluation result =
      evaluate(engine, bytes_set(), [&](std::int64_t done, std::int64_t total) {
        seen = {done, total};
      });
  // Image 1 ties between classes 0 and 2: the first counts, and its label is 2.
  EXPECT_EQ(result.measures.correct(), 2);
  EXPECT_EQ(result.images, 3);
  EXPECT_EQ(result.outputs.size(), 9U);
  EXPECT_THAT(seen, testing::ElementsAre(3, 3));
}

TEST(Evaluate, MeasuresByTheModelsTask) {
  graph::FrozenModel model = identity({.divisor = 64, .mean = {}, .std = {}});
  const int frac_bits = model.nodes.back().format.frac_bits();
  data::Dataset set = bytes_set();
  set.labels.clear();
  model.task.loss = graph::Loss::Mse;
  const Evaluation unknown = evaluate(Engine(model, 1), set);
  EXPECT_EQ(unknown.measures.samples(), 0) << "nobody says what the samples should give";
  EXPECT_EQ(unknown.outputs.size(), 9U);

  set.target_size = 3;
  double squares = 0;
  for (const std::int32_t raw : unknown.outputs) {
    set.targets.push_back(1);
    const double missed = std::ldexp(raw, -frac_bits) - 1;
    squares += missed * missed;
  }
  const Evaluation values = evaluate(Engine(model, 1), set);
  EXPECT_EQ(values.measures.samples(), 3);
  EXPECT_DOUBLE_EQ(values.measures.loss(), squares / 9);

  // The network gives what it sees, saturated at its formats' ends.
  model.task.rebuilds_input = true;
  const Evaluation rebuilt = evaluate(Engine(model, 1), set);
  double error = 0;
  for (std::size_t i = 0; i < 9; ++i) {
    const double missed = std::ldexp(rebuilt.outputs[i], -frac_bits) - set.bytes[i] / 64.0;
    error += missed * missed;
  }
  EXPECT_NEAR(rebuilt.measures.reconstruction_error(), error / 9, 1e-12);
  EXPECT_EQ(rebuilt.measures.errors().size(), 3U);
}

// Training's loss is not of the probabilities that a last softmax gives.
TEST(Evaluate, ASoftmaxAtTheEndLeavesTheLossOut) {
  graph::Builder builder("probabilities");
  builder.softmax(builder.input({3}, {.divisor = 64, .mean = {}, .std = {}}));
  graph::Model model = builder.finish();
  for (graph::Node& node : model.nodes) node.spec.int_bits = 3;
  const Evaluation result = evaluate(Engine(graph::freeze(model), 1), bytes_set());
  EXPECT_EQ(result.measures.samples(), 3);
  EXPECT_TRUE(std::isnan(result.measures.loss()));
}

TEST(Evaluate, RefusesSamplesOfAnotherShape) {
  const Engine engine(identity({}), 1);
  data::Dataset set = bytes_set();
  set.sample_shape = {1, 3, 1};
  try {
    evaluate(engine, set);
    FAIL() << "nothing was raised";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(),
                testing::HasSubstr("samples have shape [1, 3, 1], the model's input takes [3]"));
  }
}

}  // namespace
}  // namespace qfx::runtime
