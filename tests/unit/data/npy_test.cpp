// NPY arrays of every number type, order and shape become the samples and targets that NumPy shows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/data_files.h"
#include "support/user_error.h"

#include "qfx/base/file.h"
#include "qfx/data/dataset.h"

namespace qfx::data {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace qfx::test;

class Npy : public ::testing::Test {
 protected:
  void file(const std::string& name, const std::string& content) {
    write(folder_.path() / name, content);
  }
  void samples(const std::string& descr, const std::string& shape, const std::string& content) {
    file("train_x.npy", npy(descr, shape, content));
  }
  void labels(std::initializer_list<std::uint8_t> values) {
    file("train_y.npy",
         npy("|u1", fmt::format("({},)", values.size()), bytes_of<std::uint8_t>(values)));
  }
  Source source() const { return "npy:" + folder_.path().string(); }
  Dataset train(std::int64_t limit = 0) const { return load(source(), Split::Train, limit); }
  std::string error(const Source& source) const {
    return user_error_of([&] { load(source, Split::Train); });
  }

  TemporaryDirectory folder_;
};

TEST_F(Npy, EveryNumberTypeIsReadAsItsValue) {
  labels({0, 1, 0});
  const auto expect = [&](const std::string& descr, const std::string& content) {
    samples(descr, "(3, 1)", content);
    const Dataset set = train();
    EXPECT_THAT(set.floats, ElementsAre(1.0F, 0.0F, 3.0F)) << descr;
    EXPECT_THAT(set.bytes, IsEmpty()) << descr;
    EXPECT_THAT(set.notes, IsEmpty()) << descr;
  };
  expect("<f8", bytes_of<double>({1, 0, 3}));
  expect("<f4", bytes_of<float>({1, 0, 3}));
  expect("<f2", std::string("\x00\x3c\x00\x00\x00\x42", 6));
  expect(">f2", std::string("\x3c\x00\x00\x00\x42\x00", 6));
  expect("|i1", std::string("\1\0\3", 3));
  expect("<i2", bytes_of<std::int16_t>({1, 0, 3}));
  expect(">i2", std::string("\0\1\0\0\0\3", 6));
  expect("<i4", bytes_of<std::int32_t>({1, 0, 3}));
  expect("<i8", bytes_of<std::int64_t>({1, 0, 3}));
  expect(">i8", std::string(7, '\0') + "\1" + std::string(15, '\0') + "\3");
  expect("<u2", bytes_of<std::uint16_t>({1, 0, 3}));
  expect("<u4", bytes_of<std::uint32_t>({1, 0, 3}));
  expect("<u8", bytes_of<std::uint64_t>({1, 0, 3}));
}

TEST_F(Npy, BooleansAreZeroAndOne) {
  labels({0, 1});
  samples("|b1", "(2, 2)", std::string("\1\0\0\1", 4));
  EXPECT_THAT(train().floats, ElementsAre(1.0F, 0.0F, 0.0F, 1.0F));
}

TEST_F(Npy, HalvesOfAllKinds) {
  labels({0, 1, 0, 1});
  // The least subnormal, the greatest number, -2, and a third.
  samples("<f2", "(4, 1)", std::string("\x01\x00\xff\x7b\x00\xc0\x55\x35", 8));
  EXPECT_THAT(train().floats, ElementsAre(0x1p-24F, 65504.0F, -2.0F, 0.333251953125F));
  samples("<f2", "(4, 1)", std::string("\x00\x00\x00\x7c\x00\x00\x00\x00", 8));
  EXPECT_THAT(error(source()), HasSubstr("element 0 of sample 1 is inf"));
}

TEST_F(Npy, RoundingIsSaidWhereValuesChange) {
  labels({0, 1});
  samples("<f8", "(2, 1)", bytes_of<double>({0.1, 0.5}));
  const Dataset set = train();
  EXPECT_THAT(set.floats, ElementsAre(0.1F, 0.5F));
  EXPECT_THAT(set.notes, ElementsAre(HasSubstr("float64 values are rounded to float32")));
  samples("<i8", "(2, 1)", bytes_of<std::int64_t>({(1LL << 24) + 1, 0x7fffffffffffffff}));
  EXPECT_THAT(train().floats, ElementsAre(0x1p24F, 0x1p63F));
  EXPECT_THAT(train().notes, ElementsAre(HasSubstr("int64 values are rounded")));
  samples("<u8", "(2, 1)", bytes_of<std::uint64_t>({0xffffffffffffffff, 1}));
  EXPECT_THAT(train().notes, ElementsAre(HasSubstr("uint64 values are rounded")));
  samples("<f8", "(2, 1)", bytes_of<double>({1e300, 0.5}));
  EXPECT_THAT(error(source()), AllOf(HasSubstr("element 0 of sample 0 is 1e+300"),
                                     HasSubstr("within float32's range")));
}

TEST_F(Npy, FortranOrderIsTurned) {
  labels({0, 1, 0});
  const auto fortran = [&](const std::string& descr, const std::string& shape,
                           const std::string& content) {
    file("train_x.npy",
         npy("{'descr': '" + descr + "', 'fortran_order': True, 'shape': " + shape + ", }",
             content));
  };
  fortran("|u1", "(3, 2)", "acebdf");
  EXPECT_THAT(train().bytes, ElementsAre('a', 'b', 'c', 'd', 'e', 'f'));
  EXPECT_THAT(train(2).bytes, ElementsAre('a', 'b', 'c', 'd'));
  // arange(24).reshape(3, 2, 2, 2) in Fortran order, in big-endian words.
  std::string content;
  for (int l = 0; l < 2; ++l)
    for (int k = 0; k < 2; ++k)
      for (int j = 0; j < 2; ++j)
        for (int i = 0; i < 3; ++i)
          content += std::string(1, '\0') + static_cast<char>(((i * 2 + j) * 2 + k) * 2 + l);
  fortran(">i2", "(3, 2, 2, 2)", content);
  std::vector<float> counted(24);
  for (int i = 0; i < 24; ++i) counted[static_cast<std::size_t>(i)] = static_cast<float>(i);
  EXPECT_EQ(train().floats, counted);
  counted.resize(8);
  EXPECT_EQ(train(1).floats, counted);
}

TEST_F(Npy, ChannelsLastAreTurned) {
  labels({0, 1});
  samples("|u1", "(2, 1, 2, 3)", "abcdefghijkl");
  Source last = source();
  last.layout = Layout::ChannelsLast;
  const Dataset images = load(last, Split::Train);
  EXPECT_THAT(images.sample_shape, ElementsAre(3, 1, 2));
  EXPECT_THAT(images.bytes,
              ElementsAre('a', 'd', 'b', 'e', 'c', 'f', 'g', 'j', 'h', 'k', 'i', 'l'));
  samples("<f4", "(2, 3, 2)", bytes_of<float>({1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 9}));
  const Dataset sequences = load(last, Split::Train);
  EXPECT_THAT(sequences.sample_shape, ElementsAre(2, 1, 3));
  EXPECT_THAT(sequences.floats, ElementsAre(1, 3, 5, 2, 4, 6, 0, 0, 0, 0, 0, 9));
  samples("|u1", "(2, 3)", "abcdef");
  EXPECT_THAT(load(last, Split::Train).bytes, ElementsAre('a', 'b', 'c', 'd', 'e', 'f'));
}

TEST_F(Npy, WhatLooksLikeChannelsLastIsTold) {
  labels({0});
  samples("|u1", "(1, 28, 28, 1)", std::string(784, 'x'));
  EXPECT_THAT(train().notes, ElementsAre(AllOf(HasSubstr("28 channels of 28 x 1"),
                                               HasSubstr("layout = \"channels_last\""))));
  Source first = source();
  first.layout = Layout::ChannelsFirst;
  EXPECT_THAT(load(first, Split::Train).notes, IsEmpty());
  first.layout = Layout::ChannelsLast;
  const Dataset last = load(first, Split::Train);
  EXPECT_THAT(last.notes, IsEmpty());
  EXPECT_THAT(last.sample_shape, ElementsAre(1, 28, 28));
  samples("|u1", "(1, 3, 28, 3)", std::string(252, 'x'));
  EXPECT_THAT(train().notes, IsEmpty()) << "three channels first";
}

TEST_F(Npy, LabelsOfEveryTypeAndOneHot) {
  samples("|u1", "(3, 1)", "abc");
  const auto expect = [&](const std::string& descr, const std::string& shape,
                          const std::string& content, int classes) {
    file("train_y.npy", npy(descr, shape, content));
    const Dataset set = train();
    EXPECT_THAT(set.labels, ElementsAre(2, 0, 1)) << descr;
    EXPECT_EQ(set.class_count, classes) << descr;
  };
  expect("<f8", "(3,)", bytes_of<double>({2, 0, 1}), 3);
  expect("<f4", "(3, 1)", bytes_of<float>({2, 0, 1}), 3);
  expect("<f4", "(3, 4)", bytes_of<float>({0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0}), 4);
  expect("|b1", "(3, 3)", std::string("\0\0\1\1\0\0\0\1\0", 9), 3);
  expect("<i8", "(3, 3)", bytes_of<std::int64_t>({0, 0, 1, 1, 0, 0, 0, 1, 0}), 3);
  file("train_y.npy", npy("|b1", "(3,)", std::string("\1\0\1", 3)));
  EXPECT_THAT(train().labels, ElementsAre(1, 0, 1));
}

TEST_F(Npy, ValuesToPredict) {
  samples("|u1", "(3, 1)", "abc");
  Source values = source();
  values.targets = Targets::Values;
  file("train_y.npy", npy("<f8", "(3,)", bytes_of<double>({0.5, -2, 1e6})));
  const Dataset one = load(values, Split::Train);
  EXPECT_THAT(one.targets, ElementsAre(0.5F, -2.0F, 1e6F));
  EXPECT_EQ(one.target_size, 1);
  EXPECT_THAT(one.labels, IsEmpty());
  EXPECT_EQ(one.class_count, 0);
  EXPECT_EQ(one.size(), 3);
  file("train_y.npy", npy("|i1", "(3, 2)", std::string("\1\2\3\4\5\xff", 6)));
  const Dataset two = load(values, Split::Train, 2);
  EXPECT_THAT(two.targets, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(two.target_size, 2);
  file("test_x.npy", npy("|u1", "(1, 1)", "a"));
  file("test_y.npy", npy("<f4", "(1, 3)", bytes_of<float>({1, 2, 3})));
  EXPECT_THAT(error(values), AllOf(HasSubstr("2 values a sample"), HasSubstr("has 3")));
}

TEST_F(Npy, WithoutTargetsLabelsAreReadWhereThereAreAny) {
  samples("|u1", "(3, 1)", "abc");
  Source none = source();
  none.targets = Targets::None;
  EXPECT_THAT(load(none, Split::Train).labels, IsEmpty());
  EXPECT_EQ(load(none, Split::Train).size(), 3);
  labels({0, 1, 0});
  EXPECT_THAT(load(none, Split::Train).labels, ElementsAre(0, 1, 0));
  std::filesystem::remove(folder_.path() / "train_y.npy");
  EXPECT_THAT(error(source()), HasSubstr("train_y.npy: there is no such file"));
}

TEST_F(Npy, NewSamplesMayLackTheirTargets) {
  file("new.npy", npy("|u1", "(3, 1)", "abc"));
  Source array = "npy:" + (folder_.path() / "new.npy").string();
  EXPECT_THAT(error(array), HasSubstr("is not a folder"));
  array.is_new = true;
  const Dataset set = load(array, Split::Test, 2);
  EXPECT_THAT(set.bytes, ElementsAre('a', 'b'));
  EXPECT_THAT(set.labels, IsEmpty());
  file("test_x.npy", npy("|u1", "(1, 1)", "a"));
  Source folder = source();
  folder.is_new = true;
  EXPECT_THAT(load(folder, Split::Test).labels, IsEmpty());
  folder.targets = Targets::Values;
  EXPECT_EQ(load(folder, Split::Test).target_size, 0);
  folder.is_new = false;
  EXPECT_THAT(user_error_of([&] { load(folder, Split::Test); }), HasSubstr("test_y.npy"));
}

TEST_F(Npy, ItsOwnValidationSplit) {
  samples("|u1", "(3, 1)", "abc");
  labels({0, 1, 0});
  EXPECT_FALSE(has_validation(source()));
  file("val_x.npy", npy("|u1", "(2, 1)", "de"));
  file("val_y.npy", npy("|u1", "(2,)", std::string("\1\2", 2)));
  EXPECT_TRUE(has_validation(source()));
  const Dataset set = load(source(), Split::Validation);
  EXPECT_THAT(set.bytes, ElementsAre('d', 'e'));
  EXPECT_EQ(set.class_count, 3);
  EXPECT_EQ(train().size(), 3);
  EXPECT_EQ(train().class_count, 3) << "all splits count";
  Source both = source();
  both.validation = 0.1;
  EXPECT_THAT(error(both), HasSubstr("has a validation split of its own"));
}

}  // namespace
}  // namespace qfx::data
