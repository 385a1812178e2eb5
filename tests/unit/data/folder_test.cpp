// Folders of pictures: what is read, in which order, and how a picture is resized.
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/resize.h"
#include "support/data_files.h"
#include "support/image_files.h"
#include "support/rng.h"
#include "support/user_error.h"

#include "qfx/base/file.h"
#include "qfx/data/dataset.h"

namespace qfx::data {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace qfx::test;

class Folder : public ::testing::Test {
 protected:
  void picture(const std::string& path, const std::string& content) {
    std::filesystem::create_directories((folder_.path() / path).parent_path());
    write(folder_.path() / path, content);
  }
  // One colour all over, so that JPEG keeps it.
  void grey(const std::string& path, std::uint8_t value, int height = 2, int width = 3) {
    const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(height * width), value);
    picture(path, path.ends_with("png") ? png_file(height, width, 1, pixels)
                                        : jpeg_file(height, width, 1, pixels));
  }
  std::string error(Split split, const std::string& kind = "folder") {
    return user_error_of([&] { load_split(split, 0, kind); });
  }
  Dataset load_split(Split split, std::int64_t limit = 0, const std::string& kind = "folder") {
    return load(kind + ":" + folder_.path().string(), split, limit);
  }

  TemporaryDirectory folder_;
};

TEST_F(Folder, ClassesComeByNameAndSamplesByTurns) {
  grey("train/cat/2.png", 12);
  grey("train/cat/1.JPG", 11);
  grey("train/cat/3.jpeg", 13);
  grey("train/ant/b.png", 2);
  grey("train/ant/a.png", 1);
  grey("train/bee/x.png", 21);
  grey("test/cat/1.png", 111);
  grey("test/ant/1.png", 101);
  write(folder_.path() / "train/.DS_Store", "x");
  write(folder_.path() / "train/cat/.hidden", "x");
  const Dataset train = load_split(Split::Train);
  EXPECT_THAT(train.sample_shape, ElementsAre(1, 2, 3));
  EXPECT_EQ(train.class_count, 3);
  EXPECT_THAT(train.labels, ElementsAre(0, 1, 2, 0, 2, 2));
  std::vector<int> first_pixels;
  for (std::int64_t i = 0; i < train.size(); ++i) first_pixels.push_back(train.bytes[6 * i]);
  EXPECT_THAT(first_pixels, ElementsAre(1, 21, 11, 2, 12, 13));
  EXPECT_THAT(load_split(Split::Train, 4).labels, ElementsAre(0, 1, 2, 0)) << "of every class";
  const Dataset test = load_split(Split::Test);
  EXPECT_THAT(test.labels, ElementsAre(0, 2)) << "the numbers of train, whatever test lacks";
  EXPECT_EQ(test.class_count, 3);
}

TEST_F(Folder, ColourIsRedGreenBlueByPlanes) {
  picture("train/a/1.png", png_file(1, 2, 3, {1, 2, 3, 4, 5, 6}));
  picture("train/b/1.png", palette_png_file(1, 2, {9, 8, 7, 250, 0, 128}, {1, 0}));
  const Dataset set = load_split(Split::Train);
  EXPECT_THAT(set.sample_shape, ElementsAre(3, 1, 2));
  EXPECT_THAT(set.bytes, ElementsAre(1, 4, 2, 5, 3, 6, 250, 9, 0, 8, 128, 7));
}

TEST_F(Folder, JpegsOfBothKindsAreNearWhatWasSaved) {
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < 32 * 32; ++i) {
    for (const int slope : {3, 2, 1})
      pixels.push_back(static_cast<std::uint8_t>(40 + slope * (i % 32)));
  }
  picture("train/a/1.jpg", jpeg_file(32, 32, 3, pixels));
  picture("train/b/1.jpg", jpeg_file(32, 32, 3, pixels, true));
  const Dataset set = load_split(Split::Train);
  ASSERT_EQ(set.size(), 2);
  for (std::int64_t i = 0; i < 2 * set.sample_size(); ++i) {
    const std::int64_t c = i / 1024 % 3, at = i % 1024;
    EXPECT_NEAR(set.bytes[i], pixels[at * 3 + c], 8);
  }
}

// The formula of resize.h in doubles.
double resized(const Image& image, std::int64_t height, std::int64_t width, std::int64_t y,
               std::int64_t x, std::int64_t c) {
  const auto weight = [](std::int64_t n, std::int64_t m, std::int64_t i, std::int64_t j) {
    const double step = static_cast<double>(n) / static_cast<double>(m);
    const double distance = (static_cast<double>(j) + 0.5) - (static_cast<double>(i) + 0.5) * step;
    return std::max(0.0, 1 - std::abs(distance) / std::max(1.0, step));
  };
  double sum = 0, total = 0;
  for (std::int64_t v = 0; v < image.height; ++v) {
    for (std::int64_t u = 0; u < image.width; ++u) {
      const double w = weight(image.height, height, y, v) * weight(image.width, width, x, u);
      total += w;
      sum += w * image.pixels[(v * image.width + u) * image.channels + c];
    }
  }
  return sum / total;
}

TEST(Resize, IsTheTriangleFilterRoundedOnce) {
  test::Rng rng(3);
  for (int round = 0; round < 40; ++round) {
    Image image{.channels = rng.pick({1, 3}),
                .height = rng.between(1, 12),
                .width = rng.between(1, 12),
                .pixels = {}};
    for (std::int64_t i = 0; i < image.channels * image.height * image.width; ++i)
      image.pixels.push_back(static_cast<std::uint8_t>(rng.below(256)));
    const std::int64_t height = rng.between(1, 15), width = rng.between(1, 15);
    const Image small = resize(image, height, width);
    ASSERT_EQ(small.pixels.size(), static_cast<std::size_t>(height * width * image.channels));
    for (std::size_t i = 0; i < small.pixels.size(); ++i) {
      const auto at = static_cast<std::int64_t>(i);
      const double exact = resized(image, height, width, at / image.channels / width,
                                   at / image.channels % width, at % image.channels);
      EXPECT_NEAR(small.pixels[i], exact, 0.5 + 1e-9);
    }
  }
}

TEST(Resize, HalvesGoUpAndExtremesDoNotOverflow) {
  const Image pair{.channels = 1, .height = 1, .width = 2, .pixels = {0, 1}};
  EXPECT_THAT(resize(pair, 1, 1).pixels, ElementsAre(1));
  Image wide{.channels = 1, .height = kMaxImageSide, .width = kMaxImageSide, .pixels = {}};
  wide.pixels.assign(static_cast<std::size_t>(kMaxImageSide * kMaxImageSide), 255);
  EXPECT_THAT(resize(wide, 1, 1).pixels, ElementsAre(255));
  EXPECT_THAT(resize(wide, 3, 2).pixels, Each(255));
}

TEST_F(Folder, ResizesWhatItIsAskedTo) {
  grey("train/a/1.png", 50, 7, 5);
  grey("train/b/1.png", 60, 30, 40);
  grey("test/a/1.jpg", 70, 9, 9);
  const Dataset set = load_split(Split::Train, 0, "folder@4x6");
  EXPECT_THAT(set.sample_shape, ElementsAre(1, 4, 6));
  EXPECT_THAT(std::vector<int>(set.bytes.begin(), set.bytes.begin() + 24), Each(50));
  EXPECT_THAT(std::vector<int>(set.bytes.begin() + 24, set.bytes.end()), Each(60));
  EXPECT_EQ(load_split(Split::Test, 0, "folder@4x6").bytes.size(), 24u);
}

TEST_F(Folder, NamesItsClassesAndFiles) {
  grey("train/cat/2.png", 12);
  grey("train/ant/1.png", 11);
  const Dataset set = load_split(Split::Train);
  EXPECT_THAT(set.class_names, ElementsAre("ant", "cat"));
  EXPECT_THAT(set.sample_names, ElementsAre(EndsWith("ant/1.png"), EndsWith("cat/2.png")));
}

TEST_F(Folder, FoldersInAClassBelongToIt) {
  grey("train/a/2.png", 2);
  grey("train/a/day/1.png", 1);
  grey("train/a/day/late/3.png", 3);
  const Dataset set = load_split(Split::Train);
  EXPECT_THAT(set.labels, ElementsAre(0, 0, 0));
  EXPECT_EQ(set.bytes[0], 2);
  EXPECT_EQ(set.bytes[6], 1);
  EXPECT_EQ(set.bytes[12], 3);
}

TEST_F(Folder, ASetThatNobodyHasSplit) {
  for (const char* name : {"cat", "dog"}) {
    for (int i = 0; i < 10; ++i)
      grey(fmt::format("{}/{}.png", name, i),
           static_cast<std::uint8_t>(i + (name[0] == 'd' ? 100 : 0)));
  }
  const Dataset train = load_split(Split::Train), test = load_split(Split::Test);
  EXPECT_EQ(train.size(), 16);
  EXPECT_THAT(test.labels, ElementsAre(0, 1, 0, 1));
  std::vector<int> first;
  for (std::int64_t i = 0; i < 4; ++i) first.push_back(test.bytes[static_cast<std::size_t>(6 * i)]);
  EXPECT_THAT(first, ElementsAre(2, 102, 7, 107));
  Source source = "folder:" + folder_.path().string();
  source.test = 0.5;
  source.validation = 0.2;
  EXPECT_EQ(load(source, Split::Test).size(), 10);
  EXPECT_EQ(load(source, Split::Validation).size(), 2);
  EXPECT_EQ(load(source, Split::Train).size(), 8);
  EXPECT_EQ(load(source, Split::Train, 5).size(), 4) << "of three cats one, of two dogs none";
}

TEST_F(Folder, ItsOwnValidationSplit) {
  grey("train/a/1.png", 1);
  grey("train/b/1.png", 2);
  grey("valid/b/9.png", 9);
  const Source source = "folder:" + folder_.path().string();
  EXPECT_TRUE(has_validation(source));
  EXPECT_THAT(load(source, Split::Validation).labels, ElementsAre(1));
  EXPECT_THAT(error(Split::Test), AllOf(HasSubstr("valid is there"), HasSubstr("rename")));
}

TEST_F(Folder, GreyAndColourTogetherAreMadeAlike) {
  grey("train/a/1.png", 7, 1, 1);
  picture("train/b/1.png", png_file(1, 1, 3, {200, 100, 50}));
  EXPECT_THAT(error(Split::Train), HasSubstr("folder@rgb:DIR"));
  EXPECT_THAT(load_split(Split::Train, 0, "folder@rgb").bytes, ElementsAre(7, 7, 7, 200, 100, 50));
  // 0.299, 0.587 and 0.114 of them: 124.2
  EXPECT_THAT(load_split(Split::Train, 0, "folder@gray").bytes, ElementsAre(7, 124));
  const Dataset set = load_split(Split::Train, 0, "folder@2x3rgb");
  EXPECT_THAT(set.sample_shape, ElementsAre(3, 2, 3));
  EXPECT_THAT(std::vector<int>(set.bytes.begin(), set.bytes.begin() + 18), Each(7));
  EXPECT_THAT(load_split(Split::Train, 0, "folder@2x3grey").sample_shape, ElementsAre(1, 2, 3));
}

TEST_F(Folder, NewPicturesNeedNoClassesAndNoSplit) {
  grey("1.png", 1);
  grey("2.png", 2);
  Source fresh = "folder:" + folder_.path().string();
  EXPECT_THAT(error(Split::Test), HasSubstr("a folder for each class is expected"));
  fresh.is_new = true;
  const Dataset plain = load(fresh, Split::Test);
  EXPECT_EQ(plain.size(), 2);
  EXPECT_THAT(plain.labels, IsEmpty());
  EXPECT_THAT(plain.sample_names, ElementsAre(EndsWith("1.png"), EndsWith("2.png")));
  std::filesystem::remove(folder_.path() / "1.png");
  std::filesystem::remove(folder_.path() / "2.png");
  grey("cat/1.png", 1);
  grey("dog/2.png", 2);
  EXPECT_THAT(load(fresh, Split::Test).labels, ElementsAre(0, 1)) << "all of it";
}

TEST_F(Folder, AllBadFilesAreToldAtOnce) {
  grey("train/a/0.png", 1);
  for (int i = 1; i <= 12; ++i) grey(fmt::format("train/a/{:02}.png", i), 1, 3, 3);
  picture("train/b/broken.png", "no picture");
  picture("train/b/notes.txt", "x");
  grey("train/b/1.png", 1);
  const std::string text = error(Split::Train);
  EXPECT_THAT(text, AllOf(HasSubstr("14 things in it cannot be samples; the first 10"),
                          HasSubstr("notes.txt: pictures named"), HasSubstr("01.png: it has 3 x 3"),
                          Not(HasSubstr("12.png"))));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10);
  std::filesystem::remove_all(folder_.path() / "train/b");
  for (int i = 2; i <= 12; ++i)
    std::filesystem::remove(folder_.path() / fmt::format("train/a/{:02}.png", i));
  EXPECT_THAT(error(Split::Train), AllOf(HasSubstr("01.png: it has 3 x 3"), Not(HasSubstr("\n"))));
}

TEST_F(Folder, AClassThatTheTestLacksIsTold) {
  grey("train/a/1.png", 1);
  grey("train/b/1.png", 1);
  grey("test/a/1.png", 1);
  EXPECT_THAT(load_split(Split::Train).notes, IsEmpty());
  EXPECT_THAT(load_split(Split::Test).notes,
              ElementsAre(AllOf(HasSubstr("no test sample"), HasSubstr("1 (b)"))));
}

}  // namespace
}  // namespace qfx::data
