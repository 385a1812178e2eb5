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
  expect("npy", x, header("{'descr': '|u1', 'fortran_order': Falsy, 'shape': (2, 3)}"),
         {"expected False or True"});
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
  expect("npy", x, npy("<U8", "(2, 3)", "abcdef"), {"text ('<U8')", "return_inverse=True"});
  expect("npy", x, npy("|O", "(2, 3)", "abcdef"), {"Python objects", "numpy.stack"});
  expect("npy", x, npy("<c8", "(2, 3)", "abcdef"), {"complex", "two channels"});
  expect("npy", x, npy("<M8[ns]", "(2, 3)", "abcdef"), {"dates or times"});
  expect("npy", x, npy("<f16", "(2, 3)", "abcdef"), {"long doubles", "astype('float32')"});
  for (const char* odd : {"<u3", "<f1", "|b2", "<", "", "u1", "<i", "<i88"})
    expect("npy", x, npy(odd, "(2, 3)", "abcdef"), {"number type like"});
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
  expect("npy", x, npy("<f8", "(2, 1)", bytes_of<double>({1, -1e39})),
         {"element 0 of sample 1 is -1e+39", "float32's range"});
  expect("npy", x, npy("<f4", "(2, 1)", bytes_of<float>({1.0F, NAN})),
         {"element 0 of sample 1 is nan", "finite"});
  file(x, npy("|u1", "(3, 2)", "abcdef"));
  EXPECT_THAT(error("npy"),
              AllOf(StartsWith(path(y)), HasSubstr("2 labels"), HasSubstr("3 samples")));
  file(x, npy("|u1", "(2, 3)", "abcdef"));
  expect("npy", y, npy("<f4", "(2,)", bytes_of<float>({1, 0.5F})),
         {"label 0.5 of sample 1 is no whole number", "loss = \"mse\""});
  expect("npy", y, npy("<f8", "(2,)", bytes_of<double>({NAN, 1})), {"label nan of sample 0"});
  expect("npy", y, npy("<U9", "(2,)", std::string(72, 'x')), {"labels that are words", "csv:DIR"});
  expect("npy", y, npy("|i1", "(2,)", "\1\xfd"), {"label -3 of sample 1", "0 to 65535"});
  expect("npy", y, npy("<i8", "(2,)", bytes_of<std::int64_t>({0, 65536})),
         {"label 65536 of sample 1"});
  expect("npy", y, npy("|u1", "(2, 2)", "abcd"),
         {"shape (2, 2)", "row 0 is not one-hot", "(N,) or (N, 1)", "loss = \"bce\""});
  expect("npy", y, npy("|u1", "(2, 2)", std::string("\1\0\0\0", 4)), {"row 1 is not one-hot"});
  expect("npy", y, npy("|u1", "(2, 2)", std::string("\1\0\1\1", 4)), {"row 1 is not one-hot"});
  expect("npy", y, npy("|u1", "(2, 0)", ""), {"shape (2, 0)"});
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
                                  HasSubstr(path("test_x.npy") + " are not uint8"),
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
  EXPECT_THAT(text("idx:nowhere"), HasSubstr("seen from the folder qfx is called from, /"));
  EXPECT_THAT(text("fashion-mnist", -1), HasSubstr("limit"));
}

// One thing given for another: what it is, and how it would be given.
TEST_F(Hostile, ThingsThatAreNoData) {
  const auto text = [](const std::string& source) {
    return user_error_of([&] { load(source, Split::Test); });
  };
  TemporaryDirectory folder;
  const auto at = [&](const std::string& name) { return (folder.path() / name).string(); };
  for (const char* name : {"r.toml", "m.qfx", "t.csv", "run/recipe.toml", "arrays/train_x.npy",
                           "rows/train.csv", "pictures/cat/1.png"}) {
    std::filesystem::create_directories(std::filesystem::path(at(name)).parent_path());
    write(at(name), "x");
  }
  EXPECT_THAT(text(at("r.toml")), AllOf(HasSubstr("is a recipe"), HasSubstr("data.source")));
  EXPECT_THAT(text(at("m.qfx")), HasSubstr("is a frozen model, and no data"));
  EXPECT_THAT(text(at("run")), HasSubstr("is a run folder, and no data"));
  EXPECT_THAT(text("npy:" + at("run")), HasSubstr("names a run folder"));
  EXPECT_THAT(text(at("arrays")), HasSubstr("does not say its kind; write 'npy:/"));
  EXPECT_THAT(text(at("t.csv")), HasSubstr("write 'csv:/"));
  EXPECT_THAT(text(at("pictures")), HasSubstr("write 'folder:/"));
  EXPECT_THAT(text("npy:" + at("rows")),
              AllOf(HasSubstr("test_x.npy: there is no such file"), HasSubstr("looks like csv:/")));
}

TEST_F(Hostile, KeysOfAnotherKind) {
  const auto text = [&](const char* kind, const auto& change) {
    Source source = kind + (":" + folder_.path().string());
    change(source);
    return user_error_of([&] { load(source, Split::Train); });
  };
  EXPECT_THAT(text("idx", [](Source& s) { s.layout = Layout::ChannelsLast; }),
              HasSubstr("data.layout is about the axes of NPY arrays"));
  EXPECT_THAT(text("npy", [](Source& s) { s.label = {"y"}; }),
              HasSubstr("data.label names columns of a CSV table"));
  EXPECT_THAT(text("npy", [](Source& s) { s.ignore = {"y"}; }), HasSubstr("data.ignore"));
  EXPECT_THAT(text("cifar10", [](Source& s) { s.targets = Targets::Values; }),
              HasSubstr("this loss compares with numbers"));
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
