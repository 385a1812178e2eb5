// The recipe's [data]: every way to say how samples are read arrives, and what they are like
// becomes the network's input.
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/data_files.h"
#include "support/image_files.h"
#include "support/user_error.h"

#include "qfx/base/file.h"
#include "qfx/frontends/recipe.h"

namespace qfx::frontends {
namespace {

using ::testing::AllOf;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace qfx::test;

class RecipeData : public ::testing::Test {
 protected:
  void file(const std::string& name, const std::string& content) {
    std::filesystem::create_directories((folder_.path() / name).parent_path());
    write(folder_.path() / name, content);
  }
  // Both splits alike.
  void arrays(const std::string& descr, const std::string& shape, const std::string& content,
              const std::string& labels) {
    for (const std::string split : {"train", "test"}) {
      file(split + "_x.npy", npy(descr, shape, content));
      file(split + "_y.npy", npy("|u1", fmt::format("({},)", labels.size()), labels));
    }
  }
  std::string source(const std::string& kind) const {
    return "[data]\nsource = \"" + kind + ":" + folder_.path().string() + "\"\n";
  }
  static Recipe parse(const std::string& data,
                      const std::string& network = "[network]\nzoo = \"mlp\"\n") {
    return parse_recipe(data + network, "recipe.toml");
  }
  static const graph::Preprocess& preprocess(const Recipe& recipe) {
    return std::get<graph::Input>(recipe.model.nodes.front().op).preprocess;
  }

  TemporaryDirectory folder_;
};

TEST_F(RecipeData, EveryKeyOfASourceArrives) {
  const std::string text =
      "[data]\nsource = \"csv:a.csv\"\nlayout = \"channels_last\"\nlabel = [\"y\", \"z\"]\n"
      "ignore = \"id\"\nvalidation = 0.1\ntest = 0.25\nclasses = 7\nbatch_size = 5\n";
  const data::Source source = recipe_data_source(text, "r.toml");
  EXPECT_EQ(source.text, "csv:a.csv");
  EXPECT_EQ(source.layout, data::Layout::ChannelsLast);
  EXPECT_THAT(source.label, ElementsAre("y", "z"));
  EXPECT_THAT(source.ignore, ElementsAre("id"));
  EXPECT_EQ(source.validation, 0.1);
  EXPECT_EQ(source.test, 0.25);
  EXPECT_EQ(source.classes, 7);
  EXPECT_EQ(recipe_data_source("data.source = \"npy:x\"\n", "r.toml"), data::Source("npy:x"));
}

// What was trained by a teacher is run and verified without labels, too.
TEST_F(RecipeData, UnderATeacherLabelsMayBeMissing) {
  const std::string teacher = "loss = \"teacher\"\ndata.source = \"npy:x\"\n";
  EXPECT_EQ(recipe_data_source(teacher, "r.toml").targets, data::Targets::None);
  EXPECT_EQ(recipe_data_source(teacher + "data.target = \"values\"\n", "r.toml").targets,
            data::Targets::Classes);
}

TEST_F(RecipeData, StandardBringsColumnsToMeanZeroAndDeviationOne) {
  arrays("<f4", "(4, 2)", bytes_of<float>({1, 100, 3, 300, 5, 500, 7, 700}),
         std::string("\0\1\0\1", 4));
  const Recipe recipe = parse(source("npy") + "normalize = \"standard\"\n");
  EXPECT_EQ(preprocess(recipe).divisor, 1);
  EXPECT_THAT(preprocess(recipe).mean, ElementsAre(4, 400));
  EXPECT_THAT(preprocess(recipe).std, ElementsAre(std::sqrt(5.0), std::sqrt(50000.0)));
  EXPECT_TRUE(recipe.model.nodes.front().spec.is_signed);
  const Recipe two = parse(source("npy") + "normalize = \"standard\"\ntrain_limit = 2\n");
  EXPECT_THAT(preprocess(two).mean, ElementsAre(2, 200)) << "of what is trained on";
  EXPECT_THAT(preprocess(two).std, ElementsAre(1, 100));
}

TEST_F(RecipeData, MinmaxBringsColumnsToZeroToOne) {
  arrays("<f4", "(3, 3)", bytes_of<float>({0, -2, 5, 1, 1, 5, 4, 3, 5}), std::string("\0\1\0", 3));
  const Recipe recipe = parse(source("npy") + "normalize = \"minmax\"\n");
  EXPECT_THAT(preprocess(recipe).mean, ElementsAre(0, -2, 5));
  EXPECT_THAT(preprocess(recipe).std, ElementsAre(4, 5, 1)) << "a constant column becomes 0";
}

TEST_F(RecipeData, BytesAreFractionsOf256First) {
  // Channel 0 from 0 to 255, channel 1 from 64 to 192.
  arrays("|u1", "(2, 2, 1, 1)", std::string("\x00\x40\xff\xc0", 4), std::string("\0\1", 2));
  const Recipe recipe = parse(source("npy") + "normalize = \"minmax\"\n");
  EXPECT_EQ(preprocess(recipe).divisor, 256);
  EXPECT_THAT(preprocess(recipe).mean, ElementsAre(0, 0.25));
  EXPECT_THAT(preprocess(recipe).std, ElementsAre(1, 0.5)) << "255/256 is near 1";
  const Recipe standard = parse(source("npy") + "normalize = \"standard\"\n");
  EXPECT_THAT(preprocess(standard).std,
              ElementsAre(DoubleNear(0.5, 1e-12), DoubleNear(0.25, 1e-12)));
  file("train_x.npy", npy("|u1", "(2, 1, 1, 1)", std::string("\0\xff", 2)));
  file("test_x.npy", npy("|u1", "(2, 1, 1, 1)", std::string("\0\xff", 2)));
  EXPECT_THAT(preprocess(parse(source("npy") + "normalize = \"minmax\"\n")).std, IsEmpty())
      << "what does nothing is not there";
}

TEST_F(RecipeData, FloatsWithoutNegativesNeedNoSign) {
  arrays("<f4", "(2, 2)", bytes_of<float>({0, 1, 2, 3}), std::string("\0\1", 2));
  const Recipe positive = parse(source("npy"));
  EXPECT_FALSE(preprocess(positive).signed_samples);
  EXPECT_FALSE(positive.model.nodes.front().spec.is_signed);
  arrays("<f4", "(2, 2)", bytes_of<float>({0, 1, 2, -3}), std::string("\0\1", 2));
  EXPECT_TRUE(parse(source("npy")).model.nodes.front().spec.is_signed) << "every sample is seen";
}

// (N, channels, length), as most have sequences.
TEST_F(RecipeData, SequencesAsTheyCome) {
  arrays("<f4", "(2, 3, 4)", std::string(96, '\0'), std::string("\0\1", 2));
  const std::string network =
      "[[network.layers]]\nkind = \"conv1d\"\nout_channels = 2\nkernel_size = 3\n"
      "[[network.layers]]\nkind = \"flatten\"\n"
      "[[network.layers]]\nkind = \"linear\"\nout_features = 2\n";
  const Recipe recipe = parse(source("npy") + "input = [3, 4]\n", network);
  EXPECT_EQ(recipe.model.nodes.front().shape, (graph::Shape{3, 4}));
  EXPECT_THAT(user_error_of([&] { parse(source("npy"), network); }),
              AllOf(HasSubstr("its input is [1, 3, 4]"), HasSubstr("input = [C, L]")));
  EXPECT_THAT(user_error_of([&] { parse(source("npy") + "input = [4, 3]\n", network); }),
              HasSubstr("layout = \"channels_last\""));
  EXPECT_THAT(user_error_of([&] { parse(source("npy") + "input = [5, 3]\n", network); }),
              AllOf(HasSubstr("have the shape [1, 3, 4]"), HasSubstr("or [3, 4] to read them")));
  const Recipe last =
      parse(source("npy") + "layout = \"channels_last\"\ninput = [4, 3]\n", network);
  EXPECT_EQ(last.model.nodes.front().shape, (graph::Shape{4, 3}));
}

TEST_F(RecipeData, RowsAreReadInAnyShapeOfAsMany) {
  arrays("|u1", "(2, 12)", std::string(24, 'x'), std::string("\0\1", 2));
  EXPECT_EQ(parse(source("npy") + "input = [1, 3, 4]\n").model.nodes.front().shape,
            (graph::Shape{1, 3, 4}));
  EXPECT_THAT(user_error_of([&] { parse(source("npy") + "input = [1, 3, 5]\n"); }),
              HasSubstr("have the shape [12]"));
}

TEST_F(RecipeData, ChannelsLast) {
  arrays("|u1", "(2, 8, 8, 1)", std::string(128, 'x'), std::string("\0\1", 2));
  EXPECT_EQ(parse(source("npy")).model.nodes.front().shape, (graph::Shape{8, 8, 1}));
  EXPECT_EQ(parse(source("npy") + "layout = \"channels_last\"\n").model.nodes.front().shape,
            (graph::Shape{1, 8, 8}));
}

TEST_F(RecipeData, NamesOfClasses) {
  for (const char* name : {"train/cat/1.png", "train/dog/1.png", "test/cat/2.png"})
    file(name, png_file(2, 2, 1, {1, 2, 3, 4}));
  EXPECT_THAT(parse(source("folder")).model.task.names, ElementsAre("cat", "dog"));
  EXPECT_THAT(
      parse(source("folder") + "input = [1, 2, 2]\nclasses = 2\nnormalize = { divisor = 256 }\n")
          .model.task.names,
      ElementsAre("cat", "dog"))
      << "also where the recipe says enough without them";
  EXPECT_THAT(parse(source("folder") + "class_names = [\"Katze\", \"Hund\"]\n").model.task.names,
              ElementsAre("Katze", "Hund"));
  EXPECT_THAT(parse(source("folder") + "classes = 3\n").model.task.names,
              ElementsAre("cat", "dog", "class 2"));
  EXPECT_THAT(user_error_of([&] { parse(source("folder") + "class_names = [\"a\"]\n"); }),
              HasSubstr("1 names are given and there are 2 outputs"));
  EXPECT_THAT(user_error_of([&] { parse(source("folder") + "class_names = [\"a\", \"a\"]\n"); }),
              HasSubstr("two names are the same"));
}

TEST_F(RecipeData, ATableNamesItsClasses) {
  file("train.csv", "a,b,kind\n1,2,up\n3,4,down\n");
  file("test.csv", "a,b,kind\n1,2,up\n");
  const Recipe recipe = parse(source("csv") + "label = \"kind\"\n");
  EXPECT_EQ(recipe.model.nodes.front().shape, graph::Shape{2});
  EXPECT_EQ(recipe.model.nodes.back().shape, graph::Shape{2});
  EXPECT_THAT(recipe.model.task.names, ElementsAre("down", "up"));
  EXPECT_THAT(user_error_of([&] { parse(source("csv") + "label = \"kin\"\n"); }),
              AllOf(HasSubstr("recipe.toml:2: data.source"), HasSubstr("no column 'kin'")));
}

}  // namespace
}  // namespace qfx::frontends
