// Whole runs on another device, and what a recipe may not say of one.
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/reference.h"
#include "support/torch_test_device.h"
#include "tiny_run.h"
#include "train/machine/device.h"

#include "qfx/data/dataset.h"
#include "qfx/graph/file.h"

namespace qfx::train {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;
using Json = nlohmann::json;

// The fraction of the test set that the frozen integers get right, by the interpreter that shares
// no code with training.
double integers_accuracy(const std::string& model_file, const std::string& source) {
  const graph::FrozenModel model = graph::load_frozen(model_file);
  const data::Dataset set = data::load(source, data::Split::Test, 0);
  std::vector<float> samples(static_cast<std::size_t>(set.size() * set.sample_size()));
  set.copy_samples(0, set.size(), samples.data());
  const std::vector<std::int32_t> outputs =
      test::reference_run(model, test::reference_quantize(model.nodes[0], samples), set.size())
          .raw.back();
  const std::int64_t classes = std::ssize(outputs) / set.size();
  std::int64_t correct = 0;
  for (std::int64_t i = 0; i < set.size(); ++i) {
    const auto row = outputs.begin() + i * classes;
    correct += std::max_element(row, row + classes) - row == set.labels[i];
  }
  return static_cast<double>(correct) / static_cast<double>(set.size());
}

class DeviceRun : public ::testing::Test {
 protected:
  frontends::Recipe recipe(const std::string& device = test::kTestDevice) const {
    frontends::Recipe result = tiny_recipe(data_);
    result.device = device;
    return result;
  }
  std::string folder(const std::string& name) const { return (directory_.path() / name).string(); }
  std::string model(const std::string& name) const {
    return read_file(folder(name) + "/model.qfx");
  }
  Json start_event(const std::string& name) const {
    std::ifstream stream(folder(name) + "/log.jsonl");
    std::string line;
    std::getline(stream, line);
    return Json::parse(line);
  }
  std::vector<std::string> run(const frontends::Recipe& recipe, const std::string& name,
                               Summary* summary) {
    std::vector<std::string> lines;
    *summary = train(recipe, {.run_folder = folder(name),
                              .message = [&](const std::string& line) { lines.push_back(line); }});
    return lines;
  }

  TemporaryDirectory directory_;
  std::string data_ = test::write_tiny_data(directory_.path() / "data");
};

TEST_F(DeviceRun, TrainsToIntegersThatAgree) {
  frontends::Recipe r = recipe();
  r.float_phase.epochs = 12;
  r.fixed_phase.epochs = 4;
  Summary there, here;
  EXPECT_THAT(run(r, "there", &there).front(), "computing on privateuseone:0");
  EXPECT_EQ(start_event("there").at("device"), "privateuseone:0");
  EXPECT_GE(*there.fixed_accuracy, 0.75);
  EXPECT_EQ(integers_accuracy(folder("there") + "/model.qfx", data_), *there.fixed_accuracy);

  r.device = "cpu";
  EXPECT_THAT(run(r, "here", &here), Not(Contains(HasSubstr("computing on"))));
  EXPECT_FALSE(start_event("here").contains("device"));
  EXPECT_NEAR(*there.float_accuracy, *here.float_accuracy, 0.1);
}

// Where no step is taken, nothing has an order in which it is added up.
TEST_F(DeviceRun, CalibratesToTheProcessorsModel) {
  frontends::Recipe r = recipe();
  r.float_phase.epochs = 0;
  const Summary there = ptq(r, {.run_folder = folder("there")});
  r.device = "cpu";
  const Summary here = ptq(r, {.run_folder = folder("here")});
  EXPECT_EQ(model("there"), model("here"));
  EXPECT_EQ(there.ptq_accuracy, here.ptq_accuracy);
}

TEST_F(DeviceRun, ResumingGivesTheBitsOfAnUnbrokenRun) {
  const Summary whole = train(recipe(), {.run_folder = folder("whole")});
  for (const int steps : {3, 11}) {
    const std::string name = fmt::format("stopped{}", steps);
    int done = 0;
    EXPECT_THROW(train(recipe(), {.run_folder = folder(name),
                                  .should_stop = [&] { return ++done == steps; }}),
                 Stopped);
    const Summary resumed = train(recipe(), {.run_folder = folder(name), .resume = true});
    EXPECT_EQ(model("whole"), model(name)) << steps;
    EXPECT_EQ(resumed.fixed_accuracy, whole.fixed_accuracy);
  }
}

TEST_F(DeviceRun, ADeviceThatIsNotThereIsNamed) {
  const auto refused = [&](const std::string& device, const std::string& why) {
    EXPECT_THAT([&] { train(recipe(device), {.run_folder = folder("no")}); },
                ThrowsMessage<UserError>(AllOf(HasSubstr("device = \"" + device + "\""),
                                               HasSubstr(why), HasSubstr("allowed are \"cpu\""),
                                               HasSubstr("`device`"), Not(HasSubstr("\n")))));
    EXPECT_FALSE(std::filesystem::exists(folder("no"))) << "nothing has begun";
  };
  refused("cudda", "names no device");
  refused("", "names no device");
  refused("cuda:first", "names no device");
  refused("cpu:1", "names no device");
  if (!at::hasCUDA()) refused("cuda", ": cuda cannot be used");
  refused("cuda:99", ": cuda:99 cannot be used");
  refused("privateuseone:2", "there is no test device 2");
  refused("meta", ": meta cannot be used");
}

TEST(NamedDevice, IsEachProcesssOwnWhereTheNameHasNoIndex) {
  const auto name = [](const std::string& text, bool is_alone, int local_rank) {
    return named_device(text, is_alone, local_rank).str();
  };
  EXPECT_EQ(name("cuda", true, 0), "cuda");
  EXPECT_EQ(name("cuda", false, 2), "cuda:2");
  EXPECT_EQ(name("cuda:1", false, 2), "cuda:1");
  EXPECT_EQ(name("cpu", false, 2), "cpu");
}

}  // namespace
}  // namespace qfx::train
