// CSV tables: what is a header, a label, a value; and the rules of RFC 4180.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/csv_reader.h"
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

class Csv : public ::testing::Test {
 protected:
  void file(const std::string& name, const std::string& content) {
    write(folder_.path() / name, content);
  }
  Source source(const std::string& file = "") const {
    return "csv:" + (file.empty() ? folder_.path() : folder_.path() / file).string();
  }
  std::vector<std::vector<std::string>> rows(const std::string& text) {
    file("rows.csv", "x");
    const InputFile input(folder_.path() / "rows.csv");
    CsvReader reader(input, text);
    std::vector<std::vector<std::string>> all;
    std::vector<std::string> fields;
    while (reader.next(fields)) all.push_back(fields);
    return all;
  }

  TemporaryDirectory folder_;
};

TEST_F(Csv, RowsAndFieldsAreThoseOfTheStandard) {
  const auto row = [](auto... fields) { return ElementsAre(fields...); };
  EXPECT_THAT(rows("a,b\nc,d\n"), ElementsAre(row("a", "b"), row("c", "d")));
  EXPECT_THAT(rows("a,b\r\nc,d"), ElementsAre(row("a", "b"), row("c", "d")));
  EXPECT_THAT(rows("\xef\xbb\xbf"
                   "a, b \n,\n\n\n"),
              ElementsAre(row("a", "b"), row("", "")));
  EXPECT_THAT(rows("\"a,\"\"b\"\"\",\"c\nd\" ,e"), ElementsAre(row("a,\"b\"", "c\nd", "e")));
  EXPECT_THAT(rows("\" a \",\"\"\n"), ElementsAre(row(" a ", "")));
  EXPECT_THAT(rows("a;b c\n1,5;2\n"), ElementsAre(row("a", "b c"), row("1,5", "2")));
  EXPECT_THAT(rows("a\tb\n1\t\n"), ElementsAre(row("a", "b"), row("1", "")));
  EXPECT_THAT(rows("\"a;b\",c\n"), ElementsAre(row("a;b", "c")));
  EXPECT_THAT(rows("a\n\nb\n"), ElementsAre(row("a"), row(""), row("b")));
}

TEST_F(Csv, WordsAreClassesInTheirOrder) {
  file("train.csv",
       "length,width,species\n5.1,3.5,setosa\n6.2,2.9,virginica\n4.9,+3e0,setosa\n-1,.5,adela\n");
  file("test.csv", "species,width,length\nvirginica,1,2\nzebra,3,4\n");
  const Dataset train = load(source(), Split::Train);
  EXPECT_THAT(train.sample_shape, ElementsAre(2));
  EXPECT_THAT(train.floats, ElementsAre(5.1F, 3.5F, 6.2F, 2.9F, 4.9F, 3, -1, 0.5F));
  EXPECT_THAT(train.labels, ElementsAre(1, 2, 1, 0));
  EXPECT_THAT(train.class_names, ElementsAre("adela", "setosa", "virginica", "zebra"))
      << "those that only the test has come last";
  EXPECT_EQ(train.class_count, 4);
  EXPECT_THAT(train.column_names, ElementsAre("length", "width"));
  EXPECT_THAT(load(source(), Split::Train, 2).labels, ElementsAre(1, 2));
  Source named = source();
  named.label = {"species"};
  const Dataset test = load(named, Split::Test);
  EXPECT_THAT(test.floats, ElementsAre(2, 1, 4, 3)) << "columns are found by name";
  EXPECT_THAT(test.labels, ElementsAre(2, 3));
}

TEST_F(Csv, LabelsThatAreNumbers) {
  file("train.csv", "a,b\n1,3\n2,0\n");
  file("test.csv", "a,b\n1,5\n");
  const Dataset set = load(source(), Split::Train);
  EXPECT_THAT(set.labels, ElementsAre(3, 0));
  EXPECT_EQ(set.class_count, 6) << "both splits count";
  EXPECT_THAT(set.class_names, IsEmpty());
  file("train.csv", "a,b\n1,-1\n2,1\n");
  file("test.csv", "a,b\n1,1\n");
  EXPECT_THAT(load(source(), Split::Train).labels, ElementsAre(0, 1));
  EXPECT_THAT(load(source(), Split::Train).class_names, ElementsAre("-1", "1"));
  file("train.csv", "a,ill\n1,True\n2,False\n");
  file("test.csv", "a,ill\n1,True\n");
  EXPECT_THAT(load(source(), Split::Train).labels, ElementsAre(1, 0));
  EXPECT_THAT(load(source(), Split::Train).class_names, ElementsAre("False", "True"));
}

TEST_F(Csv, WhatIsAHeader) {
  const auto first_row = [&](const std::string& text, const Source& how = {}) {
    file("t.csv", text + "9,9,1\n8,8,0\n7,7,1\n6,6,0\n5,5,1\n4,4,0\n3,3,1\n2,2,0\n1,1,1\n");
    Source one = source("t.csv");
    one.label = how.label;
    return load(one, Split::Train).floats[0];
  };
  EXPECT_EQ(first_row("1,2,0\n"), 1) << "numbers alone are a row";
  EXPECT_EQ(first_row("a,2,0\n"), 9);
  EXPECT_EQ(first_row("0,1,2\n"), 9) << "so pandas names columns without names";
  EXPECT_EQ(first_row("1,2,0\n",
                      [] {
                        Source how;
                        how.label = {"3"};
                        return how;
                      }()),
            1);
  Source third = source("t.csv");
  third.label = {"1"};
  third.targets = Targets::Values;
  EXPECT_THAT(load(third, Split::Train).column_names, ElementsAre("2", "3"));
  file("words.csv", "5.1,setosa\n4.9,setosa\n6,virginica\n7,virginica\n6,virginica\n5,setosa\n");
  EXPECT_EQ(load(source("words.csv"), Split::Train).floats[0], 5.1F);
}

TEST_F(Csv, OneTableIsSplitByAShare) {
  std::string text = "x,y\n";
  for (int i = 0; i < 20; ++i) text += fmt::format("{},{}\n", i, i < 10 ? "low" : "up");
  file("t.csv", text);
  const Dataset train = load(source("t.csv"), Split::Train);
  const Dataset test = load(source("t.csv"), Split::Test);
  EXPECT_EQ(train.size(), 16);
  EXPECT_THAT(test.floats, ElementsAre(2, 7, 12, 17)) << "a fifth of each class";
  EXPECT_THAT(test.labels, ElementsAre(0, 0, 1, 1));
  Source half = source("t.csv");
  half.test = 0.5;
  half.validation = 0.2;
  EXPECT_EQ(load(half, Split::Test).size(), 10);
  EXPECT_EQ(load(half, Split::Validation).size(), 2);
  EXPECT_EQ(load(half, Split::Train).size(), 8);
  EXPECT_EQ(load(half, Split::Train, 5).size(), 4);
}

TEST_F(Csv, ValuesToPredictByName) {
  file("train.csv", "id,a,price,b,rent\n7,1,2.5,3,4\n8,5,6,7,-8\n");
  Source values = source();
  values.targets = Targets::Values;
  values.label = {"rent", "price"};
  values.ignore = {"id"};
  const Dataset set = load(values, Split::Train);
  EXPECT_THAT(set.floats, ElementsAre(1, 3, 5, 7));
  EXPECT_THAT(set.targets, ElementsAre(4, 2.5F, -8, 6));
  EXPECT_EQ(set.target_size, 2);
  EXPECT_THAT(set.target_names, ElementsAre("rent", "price"));
  EXPECT_THAT(set.labels, IsEmpty());
  values.targets = Targets::Classes;
  EXPECT_THAT(user_error_of([&] { load(values, Split::Train); }), HasSubstr("loss = \"mse\""));
}

TEST_F(Csv, WithoutTargetsEveryColumnIsAValue) {
  file("train.csv", "a,b\n1,2\n3,4\n");
  file("test.csv", "a,b,odd\n1,2,0\n3,4,1\n");
  Source none = source();
  none.targets = Targets::None;
  EXPECT_THAT(load(none, Split::Train).floats, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(load(none, Split::Train).labels, IsEmpty());
  file("train.csv", "a,b,odd\n1,2,0\n3,4,0\n");
  none.label = {"odd"};
  EXPECT_THAT(load(none, Split::Test).labels, ElementsAre(0, 1));
  file("test.csv", "b,a\n1,2\n");
  EXPECT_THAT(load(none, Split::Test).floats, ElementsAre(2, 1));
  EXPECT_THAT(load(none, Split::Test).labels, IsEmpty());
}

TEST_F(Csv, RowNumbersOfPandasAreLeftOut) {
  file("train.csv", ",a,y\n0,5,1\n1,6,0\n");
  const Dataset set = load(source(), Split::Train);
  EXPECT_THAT(set.floats, ElementsAre(5, 6));
  EXPECT_THAT(set.notes, ElementsAre(HasSubstr("left out as row numbers")));
}

TEST_F(Csv, GzipIsReadAsWell) {
  file("t.csv", gzip("x,y\n1,0\n2,1\n3,0\n4,1\n5,0\n6,1\n"));
  EXPECT_EQ(load(source("t.csv"), Split::Train).size(), 4);
}

TEST_F(Csv, NewSamplesAreAllOfATableAndMayLackTheirLabel) {
  file("new.csv", "a,b,kind\n1,2,up\n3,4,down\n");
  Source fresh = source("new.csv");
  fresh.is_new = true;
  fresh.values = 2;
  EXPECT_THAT(load(fresh, Split::Test).floats, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(load(fresh, Split::Test).labels, ElementsAre(1, 0));
  file("new.csv", "a,b\n1,2\n3,4\n");
  EXPECT_THAT(load(fresh, Split::Test).floats, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(load(fresh, Split::Test).labels, IsEmpty());
  fresh.label = {"kind"};
  EXPECT_THAT(load(fresh, Split::Test).labels, IsEmpty());
  fresh.targets = Targets::Values;
  EXPECT_EQ(load(fresh, Split::Test).target_size, 0);
  file("new.csv", "kind,a,b\n7,1,2\n8,3,4\n");
  EXPECT_THAT(load(fresh, Split::Test).targets, ElementsAre(7, 8));
  fresh.columns = {"b", "a"};
  fresh.ignore = {"gone"};
  EXPECT_THAT(load(fresh, Split::Test).floats, ElementsAre(2, 1, 4, 3)) << "as it was trained on";
  fresh.columns = {"b", "c"};
  EXPECT_THAT(user_error_of([&] { load(fresh, Split::Test); }),
              HasSubstr("no column 'c', which the table trained on names"));
}

TEST_F(Csv, ItsOwnValidationSplit) {
  file("train.csv", "a,y\n5,1\n6,0\n");
  file("val.csv", "a,y\n7,1\n");
  EXPECT_TRUE(has_validation(source()));
  EXPECT_THAT(load(source(), Split::Validation).floats, ElementsAre(7));
}

}  // namespace
}  // namespace qfx::data
