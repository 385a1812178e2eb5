// What of a set's labels a user is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/data_files.h"

#include "qfx/base/file.h"
#include "qfx/data/dataset.h"

namespace qfx::data {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace qfx::test;

class Notes : public ::testing::Test {
 protected:
  void split(const std::string& name, const std::string& labels) {
    const std::string count = fmt::to_string(labels.size());
    write(folder_.path() / (name + "_x.npy"),
          npy("|u1", "(" + count + ", 1)", std::string(labels.size(), 'x')));
    write(folder_.path() / (name + "_y.npy"), npy("|u1", "(" + count + ",)", labels));
  }
  std::vector<std::string> notes(Split split, std::int64_t limit = 0, std::int64_t classes = 0) {
    Source source = "npy:" + folder_.path().string();
    source.classes = classes;
    return load(source, split, limit).notes;
  }

  TemporaryDirectory folder_;
};

TEST_F(Notes, NothingToTell) {
  split("train", std::string("\0\1\2\0", 4));
  split("test", std::string("\0\1\2", 3));
  EXPECT_THAT(notes(Split::Train), IsEmpty());
  EXPECT_THAT(notes(Split::Test), IsEmpty());
  EXPECT_THAT(notes(Split::Test, 1), IsEmpty()) << "a quick look need not see all classes";
}

TEST_F(Notes, LabelsFromOne) {
  split("train", "\1\2\3\1");
  split("test", "\1\2\3");
  EXPECT_THAT(notes(Split::Train),
              ElementsAre(AllOf(HasSubstr("start at 1"), HasSubstr("labels - 1"))));
  EXPECT_THAT(notes(Split::Test), IsEmpty()) << "once is enough";
}

TEST_F(Notes, ClassesWithoutSamples) {
  split("train", std::string("\0\1\5\0", 4));
  split("test", std::string("\0\1\7", 3));
  EXPECT_THAT(notes(Split::Train),
              ElementsAre(AllOf(HasSubstr("of 8 classes 5 have no training sample"),
                                HasSubstr(": 2, 3, 4, 6, 7;"), HasSubstr("cannot learn them"))));
  EXPECT_THAT(notes(Split::Train, 2), ElementsAre(HasSubstr("train_limit")));
  EXPECT_THAT(notes(Split::Test), ElementsAre(HasSubstr("no test sample")));
  split("test", "\x3f");
  EXPECT_THAT(notes(Split::Train), ElementsAre(HasSubstr("10, 11, 12 and 51 more")));
}

TEST_F(Notes, MoreClassesThanTheData) {
  split("train", std::string("\0\1", 2));
  EXPECT_THAT(notes(Split::Train, 0, 2), IsEmpty());
  EXPECT_THAT(notes(Split::Train, 0, 5),
              ElementsAre(AllOf(HasSubstr("classes = 5"), HasSubstr("write classes = 2"))));
}

TEST_F(Notes, SamplesSortedByClass) {
  split("train", std::string(600, '\0') + std::string(600, '\1'));
  EXPECT_THAT(notes(Split::Train), ElementsAre(AllOf(HasSubstr("sorted by class"),
                                                     HasSubstr("first 512 are of 1 of 2"))));
  std::string mixed;
  for (int i = 0; i < 1200; ++i) mixed += static_cast<char>(i % 2);
  split("train", mixed);
  EXPECT_THAT(notes(Split::Train), IsEmpty());
}

}  // namespace
}  // namespace qfx::data
