// Whole runs under each loss: what they learn, and in which measure they say so.
#include <cmath>
#include <fstream>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "support/data_files.h"
#include "tiny_run.h"

#include "qfx/graph/file.h"

namespace qfx::train {
namespace {

using Json = nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int kColumns = 6, kAnswers = 2;

// Samples of floats, and what each of `answer` makes of a sample.
template <class Answer>
std::string write_values(const std::filesystem::path& folder, const Answer& answer) {
  std::filesystem::create_directories(folder);
  std::uint32_t noise = 7;
  for (const auto& [split, count] : {std::pair{"train", 256}, std::pair{"test", 64}}) {
    std::vector<float> x, y;
    for (int i = 0; i < count; ++i) {
      float sample[kColumns];
      for (float& value : sample) {
        noise = noise * 1664525U + 1013904223U;
        value = static_cast<float>(noise >> 8) / static_cast<float>(1 << 24);
        x.push_back(value);
      }
      for (int k = 0; k < kAnswers; ++k) y.push_back(answer(sample, k));
    }
    const auto bytes = [](const std::vector<float>& values) {
      return std::string(reinterpret_cast<const char*>(values.data()),
                         values.size() * sizeof(float));
    };
    test::write(folder / (std::string(split) + "_x.npy"),
                test::npy("<f4", fmt::format("({}, {})", count, kColumns), bytes(x)));
    test::write(folder / (std::string(split) + "_y.npy"),
                test::npy("<f4", fmt::format("({}, {})", count, kAnswers), bytes(y)));
  }
  return "npy:" + folder.string();
}

class Losses : public ::testing::Test {
 protected:
  frontends::Recipe recipe(graph::Loss loss, std::int64_t outputs) const {
    frontends::Recipe r = tiny_recipe("");
    graph::Builder builder("net", 7);
    auto x = builder.input({kColumns}, {});
    x = builder.relu(builder.linear(x, {.out_features = 24}, "fc1"), "relu1");
    builder.linear(x, {.out_features = outputs}, "fc2");
    r.model = builder.finish();
    r.model.task.loss = loss;
    r.data.targets = data::Targets::Values;
    r.augment = {};
    r.float_phase.epochs = 40;
    r.fixed_phase.epochs = 4;
    r.calibration.images = 128;
    return r;
  }

  Summary run(const frontends::Recipe& recipe, const std::string& name) {
    lines_.clear();
    const std::string folder = (directory_.path() / name).string();
    const Summary summary =
        train(recipe, {.run_folder = folder,
                       .message = [&](const std::string& line) { lines_.push_back(line); }});
    events_.clear();
    std::ifstream stream(folder + "/log.jsonl");
    for (std::string line; std::getline(stream, line);) events_.push_back(Json::parse(line));
    summary_ = Json::parse(read_file(folder + "/summary.json"));
    frozen_ = graph::load_frozen(folder + "/model.qfx");
    return summary;
  }

  const Json& last(const std::string& event) const {
    return *std::find_if(events_.rbegin(), events_.rend(),
                         [&](const Json& json) { return json.at("event") == event; });
  }

  TemporaryDirectory directory_;
  std::vector<std::string> lines_;
  std::vector<Json> events_;
  Json summary_;
  graph::FrozenModel frozen_;
};

TEST_F(Losses, ValuesAreLearnedAndMeasuredByTheirError) {
  const std::string data = write_values(
      directory_.path() / "data", [](const float* x, int k) { return x[k] + 2 * x[k + 1] - x[5]; });
  for (const graph::Loss loss : {graph::Loss::Mse, graph::Loss::Mae}) {
    const std::string name = loss == graph::Loss::Mse ? "RMSE" : "MAE";
    frontends::Recipe r = recipe(loss, kAnswers);
    r.data.text = data;
    const Summary summary = run(r, name);
    ASSERT_TRUE(summary.fixed_result);
    EXPECT_EQ(summary.fixed_result->name, name);
    EXPECT_FALSE(summary.fixed_result->higher_is_better);
    // The targets' own deviation is about 0.7.
    EXPECT_LT(summary.float_result->value, 0.1) << name;
    EXPECT_LT(summary.fixed_result->value, 0.15) << name;
    EXPECT_FALSE(summary.fixed_accuracy);
    EXPECT_EQ(frozen_.task.loss, loss) << "whoever runs the model measures likewise";
    EXPECT_THAT(lines_, Contains(HasSubstr("test " + name + " ")));
    EXPECT_THAT(lines_, Contains(HasSubstr("samples/s")));

    const Json& epoch = last("epoch");
    EXPECT_FALSE(epoch.contains("train_accuracy") || epoch.contains("test_accuracy"));
    EXPECT_EQ(epoch.at("measure"), (Json{{"name", name}, {"higher_is_better", false}}));
    EXPECT_GT(epoch.at("test_measure"), 0);
    EXPECT_EQ(last("frozen").at("test_measure"), summary.fixed_result->value);
    EXPECT_EQ(summary_.at("fixed_measure"), summary.fixed_result->value);
    EXPECT_TRUE(summary_.at("fixed_accuracy").is_null());
    EXPECT_EQ(summary_.at("measure").at("name"), name);
  }
}

TEST_F(Losses, AMeanIsNoAnswer) {
  frontends::Recipe r = recipe(graph::Loss::Mse, kAnswers);
  // What the samples do not tell.
  r.data.text = write_values(directory_.path() / "data",
                             [](const float* x, int k) { return std::sin(1e6F * x[k]); });
  r.float_phase.epochs = 1;
  run(r, "a");
  EXPECT_THAT(lines_,
              Contains(testing::AllOf(StartsWith("float: RMSE"), HasSubstr("near chance"))));
}

TEST_F(Losses, LabelsAreEachThereOrNot) {
  frontends::Recipe r = recipe(graph::Loss::Bce, kAnswers);
  r.data.text = write_values(directory_.path() / "data",
                             [](const float* x, int k) { return x[k] > 0.5F ? 1.0F : 0.0F; });
  const Summary summary = run(r, "a");
  EXPECT_EQ(summary.fixed_result->name, "label accuracy");
  EXPECT_GT(summary.fixed_result->value, 0.85);
  EXPECT_EQ(frozen_.task.loss, graph::Loss::Bce);
}

TEST_F(Losses, ATargetOutsideItsRangeIsNamedBeforeAnythingIsWritten) {
  frontends::Recipe r = recipe(graph::Loss::Bce, kAnswers);
  r.data.text =
      write_values(directory_.path() / "data", [](const float* x, int) { return 2 * x[0]; });
  EXPECT_THAT([&] { run(r, "a"); }, testing::ThrowsMessage<UserError>(testing::AllOf(
                                        HasSubstr("has the target"), HasSubstr("0 to 1"))));
  r = recipe(graph::Loss::Mse, 3);
  r.data.text = write_values(directory_.path() / "data", [](const float* x, int) { return x[0]; });
  EXPECT_THAT([&] { run(r, "a"); }, testing::ThrowsMessage<UserError>(testing::AllOf(
                                        HasSubstr("2 target values"), HasSubstr("3 outputs"))));
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "a"));
}

// Dropout drops in the float phase alone, and in the same places where a run was interrupted.
TEST_F(Losses, AnAutoencoderRebuildsItsSample) {
  frontends::Recipe r = recipe(graph::Loss::Mse, kColumns);
  r.model.task.rebuilds_input = true;
  r.data.targets = data::Targets::None;
  r.data.text = write_values(directory_.path() / "data", [](const float*, int) { return 0.0F; });
  // Labels that say what is odd: nothing here.
  for (const auto& [split, count] : {std::pair{"train", 256}, std::pair{"test", 64}})
    test::write(directory_.path() / "data" / (std::string(split) + "_y.npy"),
                test::npy("|u1", fmt::format("({},)", count), std::string(count, '\0')));
  const Summary summary = run(r, "a");
  EXPECT_EQ(summary.fixed_result->name, "reconstruction error");
  EXPECT_LT(summary.fixed_result->value, 0.01) << "a mean would miss by 1/12";
  EXPECT_TRUE(frozen_.task.rebuilds_input);

  r.dropout = {{"relu1", 0.5}};
  const double without = last("epoch").at("train_loss");
  run(r, "dropped");
  const std::string whole = read_file(directory_.path() / "dropped/model.qfx");
  double of_float = 0;
  for (const Json& event : events_) {
    if (event.at("event") == "epoch" && event.at("phase") == "float")
      of_float = event.at("train_loss");
  }
  EXPECT_GT(of_float, 2 * without) << "half of what fc2 reads is 0";
  int steps = 0;
  const std::string folder = (directory_.path() / "stopped").string();
  EXPECT_THROW(train(r, {.run_folder = folder, .should_stop = [&] { return ++steps == 7; }}),
               Stopped);
  train(r, {.run_folder = folder, .resume = true});
  EXPECT_EQ(read_file(folder + "/model.qfx"), whole);
}

}  // namespace
}  // namespace qfx::train
