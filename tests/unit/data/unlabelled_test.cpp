// Samples without labels: an array, a picture, a folder of pictures.
#include "qfx/data/unlabelled.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/data_files.h"
#include "support/image_files.h"
#include "support/user_error.h"

#include "qfx/base/file.h"

namespace qfx::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Unlabelled : public ::testing::Test {
 protected:
  std::string put(const std::string& name, const std::string& content) {
    std::filesystem::create_directories((folder_.path() / name).parent_path());
    test::write(folder_.path() / name, content);
    return (folder_.path() / name).string();
  }
  std::string path() const { return folder_.path().string(); }
  static Dataset read(const std::string& path, const std::vector<std::int64_t>& input,
                      std::int64_t limit = 0) {
    EXPECT_TRUE(is_unlabelled(path));
    return load_unlabelled(path, input, Layout::Unsaid, limit);
  }

  TemporaryDirectory folder_;
};

TEST_F(Unlabelled, AnArrayIsManySamplesOrOne) {
  const std::string many = put("x.npy", test::npy("|u1", "(2, 3)", std::string("\1\2\3\4\5\6")));
  const Dataset set = read(many, {3});
  EXPECT_EQ(set.size(), 2);
  EXPECT_THAT(set.bytes, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(set.labels, IsEmpty());
  EXPECT_EQ(set.name, many);
  EXPECT_EQ(read(many, {3}, 1).size(), 1);
  for (const std::vector<std::int64_t>& input :
       {std::vector<std::int64_t>{2, 3}, std::vector<std::int64_t>{1, 2, 3}}) {
    EXPECT_EQ(read(many, input).size(), 1);
    EXPECT_EQ(read(many, input).sample_shape, input);
  }
  const std::string floats =
      put("f.npy", test::npy("<f4", "(2,)", test::bytes_of<float>({0.5F, -1})));
  EXPECT_THAT(read(floats, {2}).floats, ElementsAre(0.5F, -1.0F));
}

TEST_F(Unlabelled, PicturesTakeTheInputsForm) {
  const std::string picture = put("cat.png", test::png_file(1, 2, 3, {10, 20, 30, 40, 50, 60}));
  const Dataset colour = read(picture, {3, 1, 2});
  EXPECT_THAT(colour.bytes, ElementsAre(10, 40, 20, 50, 30, 60));
  EXPECT_THAT(colour.sample_names, ElementsAre(picture));
  EXPECT_THAT(colour.notes, IsEmpty());
  const Dataset grey = read(picture, {1, 2, 4});
  EXPECT_EQ(grey.size(), 1);
  EXPECT_EQ(grey.sample_size(), 8);
  EXPECT_THAT(grey.notes, ElementsAre("1 of 1 pictures are resized to the model's 2 x 4 pixels"));
}

TEST_F(Unlabelled, AFolderIsItsPicturesByName) {
  put("b.png", test::png_file(1, 1, 1, {2}));
  put("a.png", test::png_file(1, 1, 1, {1}));
  put("c.png", test::png_file(1, 1, 1, {3}));
  put(".hidden", "x");
  EXPECT_THAT(read(path(), {1, 1, 1}).bytes, ElementsAre(1, 2, 3));
  EXPECT_THAT(read(path(), {1, 1, 1}, 2).bytes, ElementsAre(1, 2));
}

TEST_F(Unlabelled, WhatIsSomethingElseIsLeftToOthers) {
  EXPECT_FALSE(is_unlabelled(path())) << "an empty folder";
  EXPECT_FALSE(is_unlabelled(put("x.csv", "1,2")));
  EXPECT_FALSE(is_unlabelled("npy:" + path()));
  EXPECT_FALSE(is_unlabelled(""));
  put("cat/a.png", test::png_file(1, 1, 1, {1}));
  put("a.png", test::png_file(1, 1, 1, {1}));
  EXPECT_FALSE(is_unlabelled(path())) << "class folders";
}

TEST_F(Unlabelled, WhatCannotBeReadIsNamed) {
  const auto error = [&](const std::string& file, const std::vector<std::int64_t>& input) {
    return test::user_error_of([&] { read(file, input); });
  };
  EXPECT_THAT(error(put("a.png", test::png_file(1, 1, 1, {1})), {8}),
              HasSubstr("takes samples of"));
  EXPECT_THAT(error(put("b.png", "no picture"), {1, 1, 1}), HasSubstr("b.png"));
  put("c.png", "neither");
  EXPECT_THAT(error(path(), {1, 1, 1}), HasSubstr("2 things in it cannot be samples"));
  EXPECT_THAT(error(put("x.npy", "no array"), {1}), HasSubstr("x.npy"));
}

}  // namespace
}  // namespace qfx::data
