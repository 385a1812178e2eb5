// What cannot be reported on, and where a page cannot be written.
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/data_files.h"
#include "support/synthetic_run.h"
#include "support/user_error.h"

#include "qfx/base/file.h"
#include "qfx/report/report.h"
#include "qfx/report/run_table.h"

namespace qfx::report {
namespace {

using test::user_error_of;
using ::testing::AllOf;
using ::testing::HasSubstr;

class Source : public ::testing::Test {
 protected:
  std::string path(const std::string& name) { return (folder_.path() / name).string(); }
  std::string report(const std::string& source) {
    return user_error_of([&] { write_report(source, path("out.html")); });
  }
  TemporaryDirectory folder_;
};

TEST_F(Source, ThatDoesNotExist) {
  EXPECT_THAT(report(path("nowhere")),
              AllOf(HasSubstr("there is no " + path("nowhere")), HasSubstr("model.qfx")));
  EXPECT_THAT(user_error_of([&] { run_table(path("nowhere")); }), HasSubstr("is not a folder"));
  EXPECT_FALSE(std::filesystem::exists(path("out.html")));
}

TEST_F(Source, ThatHoldsNoRun) {
  EXPECT_THAT(report(folder_.path().string()),
              AllOf(HasSubstr("none of a run's files"), HasSubstr("log.jsonl")));
  EXPECT_THAT(user_error_of([&] { run_table(folder_.path().string()); }),
              HasSubstr("none of a run's files"));
}

TEST_F(Source, ThatIsADamagedModel) {
  std::ofstream(path("model.qfx")) << "not a model";
  EXPECT_THAT(report(path("model.qfx")), HasSubstr("model.qfx"));
  EXPECT_FALSE(std::filesystem::exists(path("out.html")));
}

TEST_F(Source, IsFineButTheOutputCannotBeWritten) {
  test::write_synthetic_run(folder_.path() / "run", {});
  const std::string output = path("no/such/folder/report.html");
  EXPECT_THAT(user_error_of([&] { write_report(path("run"), output); }),
              HasSubstr("no/such/folder"));
}

}  // namespace
}  // namespace qfx::report
