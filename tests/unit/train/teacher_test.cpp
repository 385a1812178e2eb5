// loss = "teacher": the loss against formulas written out, and runs on data without labels.
#include "train/run/teacher.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tiny_run.h"
#include "train/tensors/values.h"

#include "qfx/graph/file.h"

namespace qfx::train {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

at::Tensor some(int seed, std::int64_t samples, std::int64_t outputs) {
  at::manual_seed(seed);
  return at::randn({samples, outputs});
}

std::vector<double> softmax(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += std::exp(v);
  std::vector<double> p;
  for (const double v : x) p.push_back(std::exp(v) / sum);
  return p;
}

// Two outputs behind one another: three classes, and two values in two channels of two places.
TEST(TeacherLoss, IsASumOverOutputs) {
  const std::int64_t samples = 5;
  const at::Tensor y = some(1, samples, 7), t = some(2, samples, 7);
  const AnswerPart classes{
      .first = 0, .size = 3, .channels = 3, .kind = AnswerPart::Kind::Logarithms};
  const AnswerPart values{.first = 3, .size = 4, .channels = 2};
  const at::Tensor units = at::tensor({0.5F, 2.0F});
  double divergence = 0, squares = 0;
  for (std::int64_t i = 0; i < samples; ++i) {
    const std::vector<double> a = doubles(y[i]), b = doubles(t[i]);
    const std::vector<double> q = softmax({a.begin(), a.begin() + 3}),
                              p = softmax({b.begin(), b.begin() + 3});
    for (int k = 0; k < 3; ++k) divergence += p[k] * std::log(p[k] / q[k]) / samples;
    for (int k = 3; k < 7; ++k)
      squares += std::pow((a[k] - b[k]) / (k < 5 ? 0.5 : 2), 2) / (4 * samples);
  }
  const auto loss = [&](const std::vector<AnswerPart>& parts) {
    const std::vector<at::Tensor> all(parts.size(), units);
    return teacher_loss(y, t, parts, all).item<double>();
  };
  EXPECT_NEAR(loss({classes}), divergence, 1e-5);
  EXPECT_NEAR(loss({values}), squares, 1e-5);
  EXPECT_NEAR(loss({classes, values}), divergence + squares, 1e-5);
  // A softmax among several outputs is seen as it is.
  AnswerPart probable = classes;
  probable.kind = AnswerPart::Kind::Probabilities;
  EXPECT_NEAR(teacher_loss(at::softmax(y.slice(1, 0, 3), 1), at::softmax(t.slice(1, 0, 3), 1),
                           {probable}, {units})
                  .item<double>(),
              divergence, 1e-3);
  EXPECT_NEAR(teacher_loss(t, t, {classes, values}, {units, units}).item<double>(), 0, 1e-6);
}

TEST(TeacherLoss, ItsUnitsAreDeviationsWithAFloor) {
  const at::Tensor scores =
      at::tensor({10.0F, 0.0F, -10.0F, 0.1F, 10.0F, 0.0F, -10.0F, 0.1F}).reshape({4, 2});
  const std::vector<at::Tensor> units =
      deviations(scores, {{.first = 0, .size = 2, .channels = 2}});
  ASSERT_EQ(units.size(), 1U);
  const std::vector<double> unit = doubles(units[0]);
  EXPECT_NEAR(unit[0], 10, 1e-5);
  EXPECT_NEAR(unit[1], 0.1 * std::sqrt((100 + 0.05 * 0.05) / 2), 1e-5);
  EXPECT_EQ(doubles(deviations(at::zeros({4, 2}), {{.first = 0, .size = 2, .channels = 2}})[0]),
            (std::vector<double>{1, 1}))
      << "an output that never varies";
}

class TeacherRun : public ::testing::Test {
 protected:
  TeacherRun() : folder_(::testing::TempDir() + "/qfx_teacher") {
    std::filesystem::remove_all(folder_);
    data_ = test::write_tiny_data(folder_ / "data");
  }

  // A network that has learned the classes, and then the same data without them.
  frontends::Recipe student() {
    frontends::Recipe recipe = tiny_recipe(data_);
    recipe.fixed_phase.epochs = 0;
    recipe.float_phase.epochs = 40;
    train(recipe, {.run_folder = (folder_ / "float").string()});
    for (const char* labels : {"train_y.npy", "test_y.npy"})
      std::filesystem::remove(folder_ / "data" / labels);
    recipe.start = (folder_ / "float").string();
    recipe.has_teacher = true;
    recipe.data.targets = data::Targets::None;
    recipe.float_phase.epochs = 0;
    recipe.fixed_phase = {.epochs = 4, .optimizer = {.learning_rate = 0.02}};
    for (graph::Node& node : recipe.model.nodes) {
      if (node.name != "input") node.spec.width = 4;
      for (auto& [role, param] : node.params) param.spec.width = 3;
    }
    return recipe;
  }

  Summary run(const frontends::Recipe& recipe) {
    messages_.clear();
    return train(recipe, {.run_folder = (folder_ / "run").string(),
                          .message = [&](const std::string& line) { messages_.push_back(line); }});
  }

  std::filesystem::path folder_;
  std::string data_;
  std::vector<std::string> messages_;
};

TEST_F(TeacherRun, LearnsWithoutLabelsToAgree) {
  const Summary summary = run(student());
  EXPECT_THAT(messages_, Contains(HasSubstr("the data has no labels")));
  EXPECT_EQ(summary.float_accuracy, 1) << "the teacher agrees with itself";
  EXPECT_GT(summary.fixed_accuracy.value(), 0.5) << "of four classes";
  EXPECT_TRUE(summary.frozen);
}

// Its outputs are the targets then.
TEST_F(TeacherRun, OfOutputsThatAreNoClasses) {
  frontends::Recipe recipe = student();
  recipe.model.task.loss = graph::Loss::Mse;
  recipe.fixed_phase = {.epochs = 12, .optimizer = {.learning_rate = 0.01}};
  const Summary summary = run(recipe);
  ASSERT_TRUE(summary.float_result.has_value());
  EXPECT_EQ(summary.float_result->name, "RMSE");
  EXPECT_NEAR(summary.float_result->value, 0, 1e-5);
  EXPECT_LT(summary.fixed_result->value, summary.ptq_result->value);
}

TEST_F(TeacherRun, GoesOnWhereItWasStopped) {
  const frontends::Recipe recipe = student();
  int steps = 0;
  const std::string folder = (folder_ / "run").string();
  EXPECT_THROW(train(recipe, {.run_folder = folder, .should_stop = [&] { return ++steps == 5; }}),
               Stopped);
  const Summary resumed = train(recipe, {.run_folder = folder, .resume = true});
  const Summary whole = train(recipe, {.run_folder = (folder_ / "whole").string()});
  EXPECT_EQ(resumed.fixed_accuracy, whole.fixed_accuracy);
  EXPECT_EQ(graph::load_frozen(folder + "/model.qfx"),
            graph::load_frozen((folder_ / "whole").string() + "/model.qfx"));
}

}  // namespace
}  // namespace qfx::train
