// Damaged and lying files: each gives a sentence that names the file, what was found and what is
// expected.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "support/data_files.h"
#include "support/user_error.h"

#include "qfx/base/file.h"
#include "qfx/data/dataset.h"

namespace qfx::data {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace qfx::test;

class Hostile : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto record = std::string(1, '\3') + std::string(3072, 'p');
    file("train-images-idx3-ubyte", idx_images(2, 2, 2, "abcdefgh"));
    file("train-labels-idx1-ubyte", idx_labels({1, 0}));
    for (int i = 1; i <= 5; ++i) file("data_batch_" + std::to_string(i) + ".bin", record);
    file("train_x.npy", npy("|u1", "(2, 3)", "abcdef"));
    file("train_y.npy", npy("|u1", "(2,)", std::string("\0\1", 2)));
  }
  void file(const std::string& name, const std::string& content) {
    write(folder_.path() / name, content);
  }
  std::string path(const std::string& name) { return (folder_.path() / name).string(); }
  std::string error(const std::string& kind) {
    return user_error_of([&] { load(kind + ":" + folder_.path().string(), Split::Train); });
  }

  // The message for one replaced file names that file first and contains each piece.
  void expect(const std::string& kind, const std::string& name, const std::string& content,
              std::initializer_list<const char*> pieces) {
    file(name, content);
    const std::string text = error(kind);
    EXPECT_THAT(text, StartsWith(path(name) + ": "));
    for (const char* piece : pieces) EXPECT_THAT(text, HasSubstr(piece));
  }

  TemporaryDirectory folder_;
};

TEST_F(Hostile, TheStartingPointIsFine) {
  for (const char* kind : {"idx", "cifar10", "npy"}) EXPECT_EQ(error(kind), "") << kind;
}

TEST_F(Hostile, Idx) {
  const std::string images = "train-images-idx3-ubyte";
  expect("idx", images, "", {"empty"});
  expect("idx", images, std::string("\0\0\x08", 3), {"header", "16 bytes", "truncated"});
  expect("idx", images, idx_images(2, 2, 2, "abcdefgh", 0x801),
         {"magic number 0x00000801", "0x00000803"});
  expect("idx", images, idx_images(2, 2, 2, "abcdefg"),
         {"2 images of 2 x 2 pixels", "8 bytes", "after 7"});
  expect("idx", images, idx_images(2, 2, 2, "abcdefghi"), {"8 bytes", "9 follow", "disagree"});
  expect("idx", images, idx_images(0, 2, 2, ""), {"0 images", "at least 1"});
  expect("idx", images, idx_images(2, 0, 2, ""), {"2 images of 0 x 2", "at least 1"});
  expect("idx", images, idx_images(0xffffffff, 0xffffffff, 0xffffffff, "abcd"),
         {"4294967295 x 4294967295 x 4294967295", "damaged"});
  expect("idx", images, idx_images(0xffffffff, 28, 28, "abcd"), {"truncated", "after 4"});
  file(images, idx_images(3, 1, 1, "abc"));
  EXPECT_THAT(error("idx"), AllOf(StartsWith(path("train-labels-idx1-ubyte")),
                                  HasSubstr("2 labels"), HasSubstr("3 images")));
  file(images, idx_images(2, 2, 2, "abcdefgh"));
  expect("idx", "train-labels-idx1-ubyte", idx_labels({1, 0}, 0x803), {"0x00000803", "0x00000801"});
  expect("idx", "train-labels-idx1-ubyte", idx_labels(""), {"0 labels", "at least 1"});
}

TEST_F(Hostile, Gzip) {
  std::filesystem::remove(path("train-images-idx3-ubyte"));
  const std::string name = "train-images-idx3-ubyte.gz";
  const std::string content =
      idx_images(2, 50, 50, std::string(2500, 'x') + std::string(2500, 'y'));
  const std::string good = gzip(content);
  file(name, good);
  EXPECT_EQ(error("idx"), "");
  for (std::size_t size = 1; size < good.size(); ++size) {
    file(name, good.substr(0, size));
    EXPECT_THAT(error("idx"), StartsWith(path(name) + ": ")) << "cut at " << size;
  }
  std::string flipped = good;
  flipped[good.size() - 6] = static_cast<char>(flipped[good.size() - 6] ^ 1);
  expect("idx", name, flipped, {"damaged", "check"});
  expect("idx", name, gzip(content + "z"), {"more bytes follow"});
  expect("idx", name, gzip(content.substr(0, 4000)), {"5000 bytes", "3984", "unpacked"});
  expect("idx", name, gzip(idx_images(0x00ffffff, 1000, 1000, "abcd")),
         {"more than a gzip file of", "can hold"});
}

TEST_F(Hostile, Cifar10) {
  expect("cifar10", "data_batch_2.bin", std::string(3072, 'x'), {"3072 bytes", "3073"});
  expect("cifar10", "data_batch_2.bin",
         std::string(1, '\0') + std::string(3072, 'x') + "\x0a" + std::string(3072, 'x'),
         {"label 10 of record 1", "0 to 9"});
  std::filesystem::remove(path("data_batch_5.bin"));
  EXPECT_THAT(error("cifar10"),
              AllOf(StartsWith(path("data_batch_5.bin")), HasSubstr("no such file"),
                    HasSubstr("cifar-10-binary.tar.gz")));
}

TEST_F(Hostile, NpyHeader) {
  const std::string x = "train_x.npy";
  const auto header = [&](const std::string& dictionary) {
    return npy(dictionary, std::string("abcdef"));
  };
  expect("npy", x, "PK\3\4 a zip file", {"NPY magic"});
  expect("npy", x, "\x93NUMPY", {"truncated"});
  expect("npy", x, npy("|u1", "(2, 3)", "abcdef", 4), {"version 4.0", "1.0, 2.0 and 3.0"});
  expect("npy", x, std::string("\x93NUMPY\2\0\xff\xff\xff\xff", 12),
         {"4294967295 bytes", "at most 10000"});
  expect("npy", x, std::string("\x93NUMPY\1\0\x40\0{", 11), {"truncated"});
  expect("npy", x, header(""), {"expected '{'"});
  expect("npy", x, header("{}"), {"'descr', 'fortran_order' and 'shape'"});
  expect("npy", x, header("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3)}"),
         {"Fortran order", "ascontiguousarray"});
  expect("npy", x, header("{'descr': '|u1', 'fortran_order': Falsy, 'shape': (2, 3)}"),
         {"expected False"});
  expect("npy", x,
         header("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)}"),
         {"'descr' once"});
  expect("npy", x, header("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), 'x': 1}"),
         {"only the keys"});
  expect("npy", x, header("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)} + 1"),
         {"nothing after"});
  expect("npy", x, header("{'descr': '|u1', 'fortran_order': False, 'shape': (6)}"), {"','"});
  expect("npy", x, header("{'descr': '|u1', 'fortran_order': False, 'shape': (-2, 3)}"),
         {"dimension, 0 or more"});
  expect("npy", x,
         header("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1234567890123456789)}"),
         {"18 digits"});
  expect("npy", x, header("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3"),
         {"expected ')'", "header is wrong"});
  expect("npy", x, header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3)}"),
         {"record type"});
  expect("npy", x, header("{'descr': '|u1"), {"closing quote"});
  expect("npy", x, npy("<U8", "(2, 3)", "abcdef"), {"number type like"});
  expect("npy", x, npy("|f4", "(2, 3)", "abcdef"), {"byte order"});
}

TEST_F(Hostile, NpyContent) {
  const std::string x = "train_x.npy", y = "train_y.npy";
  expect("npy", x, npy("|u1", "(2, 4)", "abcdef"), {"shape (2, 4)", "8 bytes", "after 6"});
  expect("npy", x, npy("|u1", "(2, 2)", "abcdef"), {"4 bytes", "6 follow"});
  expect("npy", x, npy("|u1", "(999999999999999999, 999999999999999999)", "ab"), {"damaged"});
  expect("npy", x, npy("|u1", "(6,)", "abcdef"), {"shape (6,)", "(N, D)"});
  expect("npy", x, npy("|u1", "()", "a"), {"shape ()"});
  expect("npy", x, npy("|u1", "(2, 0)", ""), {"shape (2, 0)", "no dimension 0"});
  expect("npy", x, npy("<f8", "(1, 1)", "abcdefgh"), {"type f8", "u1 (uint8) or f4 (float32)"});
  expect("npy", x, npy("<f4", "(2, 1)", bytes_of<float>({1.0F, NAN})),
         {"element 0 of sample 1 is nan", "finite"});
  file(x, npy("|u1", "(3, 2)", "abcdef"));
  EXPECT_THAT(error("npy"),
              AllOf(StartsWith(path(y)), HasSubstr("2 labels"), HasSubstr("3 samples")));
  file(x, npy("|u1", "(2, 3)", "abcdef"));
  expect("npy", y, npy("<f4", "(2,)", "abcdefgh"), {"type f4", "integers"});
  expect("npy", y, npy("|b1", "(2,)", "ab"), {"type b1", "integers"});
  expect("npy", y, npy("|i1", "(2,)", "\1\xfd"), {"label -3 of sample 1", "0 to 65535"});
  expect("npy", y, npy("<i8", "(2,)", bytes_of<std::int64_t>({0, 65536})),
         {"label 65536 of sample 1"});
  expect("npy", y, npy("|u1", "(2, 2)", "abcd"), {"shape (2, 2)", "(N,) or (N, 1)"});
  expect("npy", y, npy("|u1", "(0,)", ""), {"shape (0,)"});
}

TEST_F(Hostile, BothSplitsHaveOneShape) {
  file("t10k-images-idx3-ubyte", idx_images(1, 2, 3, "abcdef"));
  file("t10k-labels-idx1-ubyte", idx_labels({1}));
  file("test_x.npy", npy("|u1", "(1, 2, 2)", "abcd"));
  file("test_y.npy", npy("|u1", "(1,)", "\1"));
  for (const Split split : {Split::Train, Split::Test}) {
    for (const auto& [kind, here, there, pieces] :
         {std::tuple{"idx", "train-images-idx3-ubyte", "t10k-images-idx3-ubyte",
                     std::pair{"2 x 2", "2 x 3"}},
          {"npy", "train_x.npy", "test_x.npy", std::pair{"[3]", "[1, 2, 2]"}}}) {
      const std::string text = user_error_of(
          [&] { load(kind + (":" + folder_.path().string()), split, split == Split::Train); });
      EXPECT_THAT(text, StartsWith(path(split == Split::Train ? here : there) + ": "));
      EXPECT_THAT(text, AllOf(HasSubstr(path(here)), HasSubstr(path(there)),
                              HasSubstr(pieces.first), HasSubstr(pieces.second)));
    }
  }
}

TEST_F(Hostile, BothSplitsHaveOneType) {
  file("test_x.npy", npy("<f4", "(1, 3)", bytes_of<float>({0, 0.5F, 1})));
  file("test_y.npy", npy("|u1", "(1,)", "\1"));
  EXPECT_THAT(error("npy"), AllOf(StartsWith(path("train_x.npy") + ": its samples are uint8"),
                                  HasSubstr(path("test_x.npy") + " are float32"),
                                  HasSubstr("both must be of one type")));
}

TEST_F(Hostile, MissingFilesNameTheLayout) {
  TemporaryDirectory empty;
  for (const auto& [kind, piece] : {std::pair{"idx", "train-images-idx3-ubyte"},
                                    {"cifar10", "data_batch_1.bin"},
                                    {"npy", "train_x.npy"}}) {
    const std::string text =
        user_error_of([&] { load(kind + (":" + empty.path().string()), Split::Train); });
    EXPECT_THAT(text, AllOf(HasSubstr("no such file"), HasSubstr(piece)));
  }
  std::filesystem::create_directory(empty.path() / "train_x.npy");
  EXPECT_THAT(user_error_of([&] { load("npy:" + empty.path().string(), Split::Train); }),
              HasSubstr("not a regular file"));
}

TEST_F(Hostile, Sources) {
  const auto text = [](const std::string& source, std::int64_t limit = 0) {
    return user_error_of([&] { load(source, Split::Test, limit); });
  };
  EXPECT_THAT(text("fashion_mnist"),
              AllOf(HasSubstr("'fashion_mnist' is not known"), HasSubstr("nearest: fashion-mnist"),
                    HasSubstr("npy:DIR")));
  EXPECT_THAT(text("cifar:/tmp"), HasSubstr("nearest: cifar10:DIR"));
  EXPECT_THAT(text("idx:"), HasSubstr("names no folder"));
  EXPECT_THAT(text("idx:/nowhere/at/all"), HasSubstr("is not a folder"));
  EXPECT_THAT(text("fashion-mnist", -1), HasSubstr("limit"));
}

TEST_F(Hostile, ALyingHeaderAllocatesNothing) {
  // 16 TiB claimed by 90 bytes of gzip: refused before any allocation. The peak stays where it is.
  std::filesystem::remove(path("train-images-idx3-ubyte"));
  file("train-images-idx3-ubyte.gz", gzip(idx_images(0x01000000, 1024, 1024, "abcd")));
  file("train_x.npy", npy("<f4", "(99999999999, 30)", "abcd"));
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  EXPECT_NE(error("idx"), "");
  EXPECT_NE(error("npy"), "");
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 32 * 1024) << "KiB";
}

}  // namespace
}  // namespace qfx::data
