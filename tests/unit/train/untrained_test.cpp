// Parameters that keep their values while the others train, and a start made of a file of them.
#include <gmock/gmock.h>

#include "support/state_dict_file.h"
#include "support/user_error.h"
#include "tiny_run.h"
#include "train/records/checkpoint.h"
#include "train/records/run_folder.h"

#include "qfx/graph/affine_batch_norm.h"

namespace qfx::train {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Ne;

class Untrained : public ::testing::Test {
 protected:
  frontends::Recipe recipe() const { return tiny_recipe(data_); }
  std::string folder(const std::string& name) const { return (directory_.path() / name).string(); }
  NamedFloats floats(const std::string& name) const {
    return load_tensors(RunFolder(folder(name)).float_tensors());
  }
  std::string write_file(const store::Safetensors& file) const {
    const std::string path = folder("parameters.safetensors");
    write_file_atomically(path, store::serialize(file));
    return path;
  }
  // The tiny network with the pair that is left of each batch norm.
  frontends::Recipe folded() const {
    frontends::Recipe r = recipe();
    r.model = graph::batch_norms_to_affine(r.model);
    return r;
  }

  TemporaryDirectory directory_;
  std::string data_ = test::write_tiny_data(directory_.path() / "data");
};

const std::vector<float>& weight_of(const graph::Model& model, const std::string& node) {
  return std::ranges::find(model.nodes, node, &graph::Node::name)
      ->params.at(graph::Role::Weight)
      .values;
}

TEST_F(Untrained, ParametersKeepTheirValuesInBothPhases) {
  frontends::Recipe r = recipe();
  r.untrained = {"conv?.weight", "bn1.gamma"};
  train(r, {.run_folder = folder("a")});
  const NamedFloats after_float = floats("a");
  const graph::Model after_fixed = load_checkpoint_model(folder("a"));
  for (const char* node : {"conv1", "conv2"}) {
    const std::vector<float>& initial = weight_of(r.model, node);
    EXPECT_EQ(after_float.at(std::string(node) + ".weight"), initial) << node;
    EXPECT_EQ(weight_of(after_fixed, node), initial) << node;
  }
  EXPECT_EQ(after_float.at("bn1.gamma"), std::vector<float>(4, 1.0F));
  EXPECT_NE(after_float.at("bn2.gamma"), std::vector<float>(4, 1.0F));
  EXPECT_NE(weight_of(after_fixed, "fc"), after_float.at("fc.weight"));
}

TEST_F(Untrained, AStartHasTheFilesParametersAndSaysHowGoodTheyAre) {
  const frontends::Recipe r = folded();
  const std::string file = write_file(test::state_dict_of(r.model));
  const StartFacts facts = write_start(r, file, {.run_folder = folder("start")});
  EXPECT_EQ(facts.tensors, 9U);
  ASSERT_TRUE(facts.result);
  EXPECT_EQ(facts.result->name, "accuracy");
  EXPECT_EQ(floats("start").at("conv2.weight"), weight_of(r.model, "conv2"));

  frontends::Recipe goes_on = folded();
  goes_on.start = folder("start");
  const Summary summary = train(goes_on, {.run_folder = folder("run")});
  EXPECT_EQ(summary.float_accuracy, facts.result->value);
}

TEST_F(Untrained, AStartNeedsNoData) {
  frontends::Recipe r = folded();
  const std::string file = write_file(test::state_dict_of(r.model));
  r.data.text = "npy:" + folder("nowhere");
  const StartFacts facts = write_start(r, file, {.run_folder = folder("start")});
  EXPECT_FALSE(facts.result);
  EXPECT_THAT(facts.unmeasured, HasSubstr("nowhere"));
  EXPECT_EQ(floats("start").at("conv1.weight"), weight_of(r.model, "conv1"));
}

TEST_F(Untrained, AStartLeavesARunAlone) {
  const frontends::Recipe r = folded();
  const std::string file = write_file(test::state_dict_of(r.model));
  write_start(r, file, {.run_folder = folder("start")});
  EXPECT_THAT(test::user_error_of([&] { write_start(r, file, {.run_folder = folder("start")}); }),
              AllOf(HasSubstr(folder("start")), HasSubstr("already holds a run, or a start")));
  EXPECT_THAT(
      test::user_error_of([&] { write_start(recipe(), file, {.run_folder = folder("other")}); }),
      HasSubstr("no statistics for the batch norm 'bn1'"));
  EXPECT_FALSE(std::filesystem::exists(folder("other"))) << "nothing has begun";
}

}  // namespace
}  // namespace qfx::train
