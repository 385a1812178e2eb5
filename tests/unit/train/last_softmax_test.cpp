// A softmax under the loss costs nothing: the loss sees what the softmax reads.
#include <fstream>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tiny_run.h"
#include "train/network/loss_input.h"

#include "qfx/graph/file.h"

namespace qfx::train {
namespace {

using Json = nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;

graph::Model network_that(bool ends_in_softmax) {
  graph::Builder builder("net", 7);
  auto x = builder.flatten(builder.input({1, 8, 8}, {.divisor = 255}), "flat");
  x = builder.relu(builder.linear(x, {.out_features = 12}, "fc1"), "relu1");
  x = builder.linear(x, {.out_features = 4}, "fc2");
  if (ends_in_softmax) builder.softmax(x, {}, "sm");
  return builder.finish();
}

class LastSoftmax : public ::testing::Test {
 protected:
  std::vector<double> losses(const frontends::Recipe& recipe, const std::string& name) {
    const std::string folder = (directory_.path() / name).string();
    train(recipe, {.run_folder = folder,
                   .message = [&](const std::string& line) { lines_.push_back(line); }});
    std::vector<double> all;
    std::ifstream stream(folder + "/log.jsonl");
    for (std::string line; std::getline(stream, line);) {
      const Json event = Json::parse(line);
      if (event.at("event") == "epoch") all.push_back(event.at("train_loss"));
      if (event.at("event") == "epoch" && event.at("phase") == "fixed") epoch_ = event;
    }
    return all;
  }

  TemporaryDirectory directory_;
  std::string data_ = test::write_tiny_data(directory_.path() / "data");
  std::vector<std::string> lines_;
  Json epoch_;
};

TEST_F(LastSoftmax, TrainsAsTheNetworkWithoutItDoes) {
  frontends::Recipe recipe = tiny_recipe(data_);
  recipe.model = network_that(false);
  const std::vector<double> without = losses(recipe, "without");
  EXPECT_THAT(lines_, ::testing::Not(Contains(HasSubstr("softmax at the end"))));
  recipe.model = network_that(true);
  const std::vector<double> with = losses(recipe, "with");
  EXPECT_EQ(with, without) << "float and fixed epochs, to the last bit";
  EXPECT_THAT(lines_, Contains(HasSubstr("'sm' is a softmax at the end")));
  EXPECT_TRUE(epoch_.at("overflows").contains("sm")) << "its casts are counted all the same";

  const graph::FrozenModel a =
      graph::load_frozen((directory_.path() / "without/model.qfx").string());
  const graph::FrozenModel b = graph::load_frozen((directory_.path() / "with/model.qfx").string());
  ASSERT_EQ(b.nodes.size(), a.nodes.size() + 1);
  for (std::size_t i = 0; i < a.nodes.size(); ++i) EXPECT_EQ(a.nodes[i], b.nodes[i]);
}

TEST_F(LastSoftmax, OnlyUnderALossThatHasOneOfItsOwn) {
  const graph::Model model = network_that(true);
  EXPECT_EQ(loss_input(model, {}), 4);
  EXPECT_EQ(loss_input(model, {.loss = graph::Loss::Mse}), 5);
  const graph::Model plain = network_that(false);
  EXPECT_EQ(loss_input(plain, {}), 4);
}

}  // namespace
}  // namespace qfx::train
