// Well-formed files of every kind load to exactly what was written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/data_files.h"

#include "qfx/base/file.h"
#include "qfx/data/dataset.h"

namespace qfx::data {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace qfx::test;

class Load : public ::testing::Test {
 protected:
  void file(const std::string& name, const std::string& content) {
    write(folder_.path() / name, content);
  }
  Dataset load_as(const std::string& kind, Split split, std::int64_t limit = 0) {
    return load(kind + ":" + folder_.path().string(), split, limit);
  }
  std::vector<float> sample(const Dataset& set, std::int64_t i) {
    std::vector<float> out(static_cast<std::size_t>(set.sample_size()));
    set.copy_samples(i, 1, out.data());
    return out;
  }

  TemporaryDirectory folder_;
};

TEST_F(Load, IdxPlainAndGzipAreTheSame) {
  file("train-images-idx3-ubyte", idx_images(3, 1, 2, "\x01\x02\x03\x04\xfe\xff"));
  file("train-labels-idx1-ubyte", idx_labels({3, 0, 1}));
  file("t10k-images-idx3-ubyte.gz", gzip(idx_images(2, 1, 2, "abcd")));
  file("t10k-labels-idx1-ubyte.gz", gzip(idx_labels({6, 2})));
  const Dataset train = load_as("idx", Split::Train);
  EXPECT_THAT(train.sample_shape, ElementsAre(1, 1, 2));
  EXPECT_THAT(train.labels, ElementsAre(3, 0, 1));
  EXPECT_THAT(train.bytes, ElementsAre(1, 2, 3, 4, 254, 255));
  EXPECT_THAT(train.floats, IsEmpty());
  EXPECT_THAT(sample(train, 2), ElementsAre(254.0F, 255.0F));
  EXPECT_EQ(train.class_count, 7) << "both splits count";
  const Dataset test = load_as("idx", Split::Test);
  EXPECT_THAT(test.labels, ElementsAre(6, 2));
  EXPECT_THAT(test.bytes, ElementsAre('a', 'b', 'c', 'd'));
  EXPECT_EQ(test.class_count, 7);
  EXPECT_EQ(test.name, "idx:" + folder_.path().string());
}

TEST_F(Load, LimitKeepsTheFirst) {
  file("train-images-idx3-ubyte.gz", gzip(idx_images(3, 1, 2, "abcdef")));
  file("train-labels-idx1-ubyte.gz", gzip(idx_labels({3, 0, 1})));
  const Dataset two = load_as("idx", Split::Train, 2);
  EXPECT_THAT(two.labels, ElementsAre(3, 0));
  EXPECT_THAT(two.bytes, ElementsAre('a', 'b', 'c', 'd'));
  EXPECT_EQ(two.class_count, 4);
  EXPECT_EQ(load_as("idx", Split::Train, 3).size(), 3);
  EXPECT_EQ(load_as("idx", Split::Train, 99).size(), 3);
}

TEST_F(Load, Cifar10ReadsItsBatchesInOrder) {
  const auto record = [](int label, char fill) {
    return std::string(1, static_cast<char>(label)) + std::string(3072, fill);
  };
  for (int i = 1; i <= 5; ++i)
    file("data_batch_" + std::to_string(i) + ".bin",
         record(i, static_cast<char>(10 * i)) + record(9, '!'));
  file("test_batch.bin", record(0, 'z'));
  const Dataset train = load_as("cifar10", Split::Train);
  EXPECT_THAT(train.labels, ElementsAre(1, 9, 2, 9, 3, 9, 4, 9, 5, 9));
  EXPECT_THAT(train.sample_shape, ElementsAre(3, 32, 32));
  EXPECT_EQ(train.bytes[3072 * 8], 50);
  EXPECT_EQ(train.class_count, 10);
  EXPECT_THAT(load_as("cifar10", Split::Train, 3).labels, ElementsAre(1, 9, 2));
  EXPECT_EQ(load_as("cifar10", Split::Train, 3).bytes.size(), 3 * 3072u);
  EXPECT_THAT(load_as("cifar10", Split::Test).labels, ElementsAre(0));
}

TEST_F(Load, NpyBytesAndFloatsOfEveryVersionAndByteOrder) {
  file("train_x.npy", npy("|u1", "(2, 1, 1, 3)", "abcdef", 2));
  file("train_y.npy", npy("<i8", "(2,)", bytes_of<std::int64_t>({4, 1}), 3));
  file("test_y.npy", npy(">u2", "(3, 1)", std::string("\0\2\0\0\0\1", 6)));
  const Dataset train = load_as("npy", Split::Train);
  EXPECT_THAT(train.sample_shape, ElementsAre(1, 1, 3));
  EXPECT_THAT(train.bytes, ElementsAre('a', 'b', 'c', 'd', 'e', 'f'));
  EXPECT_THAT(train.labels, ElementsAre(4, 1));
  EXPECT_EQ(train.class_count, 5);

  file("train_x.npy", npy("<f4", "(1, 1, 1, 3)", bytes_of<float>({0, 0, 0})));
  file("test_x.npy",
       npy("<f4", "(3, 1, 1, 3)",
           bytes_of<float>({0.5F, -1.0F, 2.0F, 3.0F, 1e-20F, -0.0F, 1.0F, 1.0F, 1.0F})));
  const Dataset test = load_as("npy", Split::Test, 2);
  EXPECT_THAT(test.sample_shape, ElementsAre(1, 1, 3));
  EXPECT_THAT(test.floats, ElementsAre(0.5F, -1.0F, 2.0F, 3.0F, 1e-20F, -0.0F));
  EXPECT_THAT(test.bytes, IsEmpty());
  EXPECT_THAT(test.labels, ElementsAre(2, 0));
  EXPECT_EQ(test.class_count, 5);
  EXPECT_THAT(sample(test, 1), ElementsAre(3.0F, 1e-20F, -0.0F));
}

TEST_F(Load, NpyImagesWithoutChannelsGetOne) {
  file("train_x.npy",
       npy(">f4", "(1, 2, 2)", std::string("\x3f\x80\0\0\xbf\x80\0\0\0\0\0\0\x40\0\0\0", 16)));
  file("train_y.npy", npy("|i1", "(1,)", std::string(1, '\0')));
  const Dataset set = load_as("npy", Split::Train);
  EXPECT_THAT(set.sample_shape, ElementsAre(1, 2, 2));
  EXPECT_THAT(set.floats, ElementsAre(1.0F, -1.0F, 0.0F, 2.0F));
}

TEST_F(Load, NpyHeaderKeysComeInAnyOrder) {
  file("train_x.npy", npy(std::string("{'shape':(1,1),'fortran_order':False,'descr':'|u1'}"), "x"));
  file("train_y.npy", npy("|u1", "(1,)", std::string(1, '\5')));
  EXPECT_EQ(load_as("npy", Split::Train).class_count, 6);
}

TEST(CopySamples, IsBounded) {
  Dataset set;
  set.sample_shape = {2};
  set.floats = {1, 2, 3, 4};
  set.labels = {0, 0};
  std::vector<float> out(4);
  set.copy_samples(0, 2, out.data());
  EXPECT_THAT(out, ElementsAre(1, 2, 3, 4));
  set.copy_samples(2, 0, out.data());
  EXPECT_THROW(set.copy_samples(1, 2, out.data()), InternalError);
  EXPECT_THROW(set.copy_samples(-1, 1, out.data()), InternalError);
}

}  // namespace
}  // namespace qfx::data
