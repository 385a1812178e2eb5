// A page in the browser, and what holds for every one.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "browser.h"

#include "qfx/base/file.h"
#include "qfx/report/report.h"

namespace qfx::test {

class Page : public ::testing::Test {
 protected:
  using Strings = std::vector<std::string>;

  std::string folder() { return (folder_.path() / "run").string(); }
  std::string page() { return (folder_.path() / "report.html").string(); }

  Visit open(const std::string& source, int width = 1280, int height = 900,
             const report::Answers& answers = {}) {
    report::write_report(source, page(), answers);
    Visit visit = test::visit(page(), width, height);
    EXPECT_FALSE(visit.probe.is_null()) << "the probe did not run";
    return visit;
  }

  // What holds for every page.
  static void expect_sound(const Visit& visit) {
    const auto& probe = visit.probe;
    EXPECT_THAT(probe["errors"].get<Strings>(), ::testing::IsEmpty());
    EXPECT_THAT(probe["requests"].get<Strings>(), ::testing::IsEmpty());
    EXPECT_THAT(probe["blocked"].get<Strings>(), ::testing::IsEmpty());
    EXPECT_THAT(probe["blank"].get<Strings>(), ::testing::IsEmpty());
    EXPECT_EQ(probe["undrawn"], 0);
    EXPECT_EQ(probe["unlabelled"], 0);
    EXPECT_EQ(probe["injected"], 0);
    EXPECT_FALSE(probe["wide"].get<bool>()) << "the page scrolls sideways";
  }

  // Changes fields of one of the run's JSON files, or writes a new one.
  void edit(const std::string& file, const nlohmann::json& fields) {
    const std::string path = folder() + "/" + file;
    nlohmann::json json = path_exists(path) ? nlohmann::json::parse(read_file(path)) : fields;
    json.update(fields);
    write_file_atomically(path, json.dump());
  }

  TemporaryDirectory folder_;
};

}  // namespace qfx::test
