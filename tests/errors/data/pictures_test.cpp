// Pictures that are damaged, of the wrong kind or hostile: a sentence that names the file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "data/jpeg_image.h"
#include "data/png_image.h"
#include "support/data_files.h"
#include "support/image_files.h"
#include "support/rng.h"
#include "support/user_error.h"

#include "qfx/base/file.h"
#include "qfx/data/dataset.h"

namespace qfx::data {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace qfx::test;

std::vector<std::uint8_t> noise(std::size_t count) {
  test::Rng rng(1);
  std::vector<std::uint8_t> pixels(count);
  for (std::uint8_t& p : pixels) p = static_cast<std::uint8_t>(rng.below(256));
  return pixels;
}

class Pictures : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"train/a", "train/b", "test/a"})
      std::filesystem::create_directories(folder_.path() / name);
    file("train/a/1.png", png_file(16, 16, 1, noise(256)));
    file("train/b/1.png", png_file(16, 16, 1, noise(256)));
    file("test/a/1.png", png_file(16, 16, 1, noise(256)));
  }
  void file(const std::string& name, const std::string& content) {
    write(folder_.path() / name, content);
  }
  std::string path(const std::string& name) { return (folder_.path() / name).string(); }
  std::string error(Split split = Split::Train, const std::string& kind = "folder") {
    return user_error_of([&] { load(kind + ":" + folder_.path().string(), split); });
  }
  void expect(const std::string& content, const std::string& piece) {
    file("train/b/1.png", content);
    EXPECT_THAT(error(), AllOf(StartsWith(path("train/b/1.png") + ": "), HasSubstr(piece)));
  }

  TemporaryDirectory folder_;
};

TEST_F(Pictures, TheStartingPointIsFine) {
  EXPECT_EQ(error(), "");
  EXPECT_EQ(error(Split::Test), "");
}

TEST_F(Pictures, OfTheWrongKind) {
  expect("GIF89a", "neither a PNG nor a JPEG");
  expect("", "empty");
  expect(png_file(16, 16, 2, noise(512)), "transparency");
  expect(png_file(16, 16, 4, noise(1024)), "transparency");
  expect(deep_png_file(16, 16), "16 bits per channel");
  expect(png_file(16, 16, 3, noise(768)), "it is in colour");
  expect(png_file(15, 16, 1, noise(240)), "15 x 16 pixels");
  expect(png_file(16, 17, 1, noise(272)), "folder@16x16:DIR");
  expect(jpeg_file(16, 16, 4, noise(1024)), "neither grey nor red");
  EXPECT_EQ(error(Split::Train, "folder@8x8"), error()) << "no size makes it right";
}

// The parsers alone, on a file that was never written.
std::string decoding_error(const std::string& file) {
  const std::vector<std::uint8_t> content(file.begin(), file.end());
  return user_error_of([&] {
    const Image image = file.starts_with("\x89PNG") ? decode_png(content, "picture")
                                                    : decode_jpeg(content, "picture");
    if (image.pixels.size() !=
        static_cast<std::size_t>(image.channels * image.height * image.width))
      internal_error("{} pixels", image.pixels.size());
  });
}

const std::string kPictures[] = {png_file(8, 8, 3, noise(192)), jpeg_file(8, 8, 3, noise(192)),
                                 jpeg_file(8, 8, 3, noise(192), true)};

TEST(Decode, CutAnywhere) {
  for (const std::string& whole : kPictures) {
    ASSERT_EQ(decoding_error(whole), "");
    // The end marker of a JPEG and the last chunk of a PNG count as well.
    for (std::size_t size = 4; size < whole.size(); ++size)
      EXPECT_THAT(decoding_error(whole.substr(0, size)), StartsWith("picture: ")) << size;
  }
}

// Any byte changed: a sentence or a picture, never a crash.
TEST(Decode, WithAnyByteChanged) {
  int refused = 0, tried = 0;
  for (const std::string& whole : kPictures) {
    for (std::size_t i = 4; i < whole.size(); ++i) {
      for (const int mask : {1, 0x10, 0x80, 0xff}) {
        std::string changed = whole;
        changed[i] = static_cast<char>(changed[i] ^ mask);
        refused += !decoding_error(changed).empty();
        ++tried;
      }
    }
  }
  EXPECT_GT(refused, tried / 4) << "sums and code tables see most of it";
}

TEST_F(Pictures, CutOnDisk) {
  const std::string whole = png_file(16, 16, 1, noise(256));
  for (const std::size_t size : {0, 1, 7, 8, 30, 200}) expect(whole.substr(0, size), "");
}

TEST_F(Pictures, ALyingHeaderAllocatesNothing) {
  std::string png = png_file(16, 16, 1, noise(256));
  const std::string sides("\x00\x00\x20\x00\x00\x00\x20\x00", 8);  // 8192 x 8192
  png.replace(16, 8, sides);
  // The header's own checksum agrees with the lie.
  uLong sum = crc32(0, reinterpret_cast<const Bytef*>(png.data() + 12), 17);
  png.replace(29, 4, big_endian(static_cast<std::uint32_t>(sum)));
  std::string jpeg = jpeg_file(16, 16, 1, noise(256));
  const std::size_t frame = jpeg.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, std::string("\x20\x00\x20\x00", 4));
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  expect(png, "more than a PNG file of");
  expect(jpeg, "more than a JPEG file of");
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 16 * 1024) << "KiB";
  png.replace(16, 8, std::string("\x00\x00\x20\x01\x00\x00\x00\x10", 8));
  sum = crc32(0, reinterpret_cast<const Bytef*>(png.data() + 12), 17);
  png.replace(29, 4, big_endian(static_cast<std::uint32_t>(sum)));
  expect(png, "16 x 8193 pixels; sides of 1 to 8192");
}

TEST_F(Pictures, FoldersThatAreNoSet) {
  std::filesystem::create_directories(folder_.path() / "train/empty");
  EXPECT_THAT(error(), AllOf(StartsWith(path("train/empty")), HasSubstr("no pictures")));
  std::filesystem::remove(folder_.path() / "train/empty");
  file("train/notes.txt", "x");
  EXPECT_THAT(error(),
              AllOf(StartsWith(path("train/notes.txt")), HasSubstr("folder for each class")));
  std::filesystem::remove(folder_.path() / "train/notes.txt");
  file("train/a/notes.txt", "x");
  EXPECT_THAT(error(), AllOf(StartsWith(path("train/a/notes.txt")), HasSubstr(".png")));
  std::filesystem::remove(folder_.path() / "train/a/notes.txt");
  std::filesystem::create_directories(folder_.path() / "test/c");
  EXPECT_THAT(error(Split::Test),
              AllOf(StartsWith(path("test/c")), HasSubstr("no class of this name")));
  std::filesystem::remove_all(folder_.path() / "test");
  EXPECT_THAT(error(Split::Test), AllOf(StartsWith(path("test")), HasSubstr("train/CLASS")));
  std::filesystem::create_directories(folder_.path() / "train/a/deep");
  std::filesystem::create_directory_symlink(folder_.path() / "train/a",
                                            folder_.path() / "train/a/deep/again");
  EXPECT_THAT(error(), HasSubstr("a link go in a circle"));
  std::filesystem::remove_all(folder_.path() / "train");
  std::filesystem::create_directories(folder_.path() / "train");
  EXPECT_THAT(error(), HasSubstr("no class folders"));
}

TEST_F(Pictures, SizesThatAreNone) {
  for (const char* kind : {"folder@", "folder@4", "folder@4x", "folder@x4", "folder@4x4x4",
                           "folder@0x4", "folder@-1x4", "folder@4x8193", "folder@4 x4",
                           "folder@bgr", "folder@rgb4x4", "folder@4x4 rgb"}) {
    EXPECT_THAT(error(Split::Train, kind), AllOf(HasSubstr(kind), HasSubstr("height x width")));
  }
}

}  // namespace
}  // namespace qfx::data
