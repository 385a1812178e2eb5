// Tables that cannot be samples: a sentence with file, line and column.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

class CsvErrors : public ::testing::Test {
 protected:
  std::string path(const std::string& name) { return (folder_.path() / name).string(); }
  std::string error(const std::string& text, Source how = {}) {
    write(path("train.csv"), text);
    how.text = "csv:" + folder_.path().string();
    return user_error_of([&] { load(how, Split::Train); });
  }
  void expect(const std::string& text, std::initializer_list<const char*> pieces,
              const Source& how = {}) {
    const std::string said = error(text, how);
    EXPECT_THAT(said, StartsWith(path("train.csv") + ": "));
    for (const char* piece : pieces) EXPECT_THAT(said, HasSubstr(piece)) << text;
  }

  TemporaryDirectory folder_;
};

TEST_F(CsvErrors, TheStartingPointIsFine) {
  EXPECT_EQ(error("a,b,y\n1,2,x\n3,4,z\n"), "");
}

TEST_F(CsvErrors, NameLineAndColumn) {
  expect("a,b,y\n1,2,x\n3,red,z\n", {"line 3, column 'b': 'red' is not a number", "data.ignore"});
  expect("a,b,y\n1,2,x\n3,,z\n", {"line 3, column 'b': the value is missing ('')"});
  expect("a,b,y\n1,NaN,x\n", {"line 2, column 'b': the value is missing ('NaN')"});
  expect("a,b,y\n1,1e99,x\n", {"line 2, column 'b': '1e99' is beyond float32's range"});
  expect("a,b,y\n1,inf,x\n", {"line 2, column 'b'", "float32's range"});
  expect("a,b,y\n1,2,x\n1,2,\n", {"line 3, column 'y': the label is missing"});
  expect("a;b;y\n1,5;2;x\n1,5;x;x\n", {"line 2, column 'a': '1,5' is not a number"});
  expect("a,b,y\n\"1\n\",2,x\n", {"line 2, column 'a'", "is not a number"});
  expect("a,b,y\n\"1\",\"\n2\",x\n1,z,x\n", {"line 2, column 'b'"});
  expect("1,2,3\n4,5,6\n7,u,9\n", {"line 3, column '2': 'u' is not a number"});
}

TEST_F(CsvErrors, RowsAndQuotes) {
  expect("a,b,y\n1,2,x\n3,4\n", {"line 3: it has 2 fields, and the first row has 3"});
  expect("a,b,y\n1,2,x\n\n3,4,x\n", {"line 3: it has 1 field,"});
  expect("a,b,y\n1,\"2,x\n3,4,5\n", {"line 2: a quote opens here and is not closed"});
  expect("a,b,y\n1,\"2\"3,x\n", {"line 2: text follows a closing quote"});
  expect(std::string("a,b\n1,\0\n", 8), {"line 2: it holds a zero byte"});
  expect("a,b\n", {"a header and no rows"});
  expect("\n\n", {"no rows"});
  expect("", {"empty"});
  expect("a,a,y\n1,2,x\n", {"two of its columns are named 'a'"});
}

TEST_F(CsvErrors, Columns) {
  Source how;
  how.label = {"specie"};
  expect(
      "a,b,species\n1,2,x\n",
      {"no column 'specie', which data.label names", "'a', 'b', 'species'", "nearest: 'species'"},
      how);
  expect("1,2,3\n4,5,6\n", {"no header", "'1', '2', '3'"}, how);
  how.label = {};
  how.ignore = {"c"};
  expect("a,b,y\n1,2,x\n", {"no column 'c', which data.ignore names"}, how);
  how.ignore = {"a", "b"};
  expect("a,b,y\n1,2,x\n", {"no column is left"}, how);
}

TEST_F(CsvErrors, LabelsThatAreNoClasses) {
  expect("a,price\n1,2.5\n2,3\n",
         {"line 2, column 'price': label '2.5' is no whole number", "loss = \"mse\""});
  Source values;
  values.targets = Targets::Values;
  expect("a,y\n1,2.5\n2,high\n", {"line 3, column 'y': 'high' is not a number", "leave loss out"},
         values);
}

TEST_F(CsvErrors, TablesOfOneSetHaveOneSetOfColumns) {
  write(path("test.csv"), "a,c,y\n1,2,x\n");
  EXPECT_EQ(error("a,b,y\n1,2,x\n"), "");
  const auto test_error = [&] {
    return user_error_of([&] { load("csv:" + folder_.path().string(), Split::Test); });
  };
  EXPECT_THAT(test_error(), AllOf(StartsWith(path("test.csv") + ": there is no column 'b'"),
                                  HasSubstr(path("train.csv"))));
  write(path("test.csv"), "a,b,c,y\n1,2,3,x\n");
  EXPECT_THAT(test_error(), HasSubstr("its column 'c' is not in"));
  std::filesystem::remove(path("test.csv"));
  EXPECT_THAT(test_error(), AllOf(StartsWith(path("test.csv") + ": there is no such file"),
                                  HasSubstr("csv:FILE")));
  std::filesystem::remove(path("train.csv"));
  write(path("test.csv"), "a,b,y\n1,2,x\n");
  EXPECT_THAT(test_error(), HasSubstr("numbered by train.csv"));
}

TEST_F(CsvErrors, NoTableAtAll) {
  EXPECT_THAT(user_error_of([&] { load("csv:" + path("none.csv"), Split::Train); }),
              HasSubstr("not a folder and not a file"));
}

}  // namespace
}  // namespace qfx::data
