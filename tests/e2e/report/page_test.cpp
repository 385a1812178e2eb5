// The page as a browser shows it: figures, charts that are really drawn, no script error, no
// request.
#include "page.h"

#include <algorithm>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex>

#include "support/synthetic_run.h"

#include "qfx/base/file.h"
#include "qfx/graph/file.h"
#include "qfx/report/report.h"

namespace qfx::report {
namespace {

using test::Page;
using test::Visit;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Strings = std::vector<std::string>;

TEST_F(Page, ShowsAWholeRun) {
  test::write_synthetic_run(folder(), {});
  const Visit visit = open(folder());
  expect_sound(visit);
  const auto& probe = visit.probe;
  EXPECT_EQ(probe["title"], "fashion-small · QFX report");
  EXPECT_EQ(probe["bits"], "good");
  EXPECT_EQ(probe["result"], "good");
  EXPECT_THAT(probe["headline"].get<std::string>(), HasSubstr("0 of 10,000 images differ"));
  EXPECT_THAT(probe["headline"].get<std::string>(), HasSubstr("all 100,000 output values"));
  EXPECT_THAT(probe["figures"]["float"].get<std::string>(), HasSubstr("91.62%"));
  for (const char* figure : {"fixed", "integer", "hls"}) {
    EXPECT_THAT(probe["figures"][figure].get<std::string>(), HasSubstr("91.43%"));
    EXPECT_THAT(probe["figures"][figure].get<std::string>(),
                HasSubstr("−0.19 points against float"));
  }
  EXPECT_THAT(probe["figures"]["fixed"].get<std::string>(), HasSubstr("88.71"));
  EXPECT_THAT(probe["sections"].get<Strings>(),
              ElementsAre("findings", "training", "formats", "values", "overflow", "tensors",
                          "layers", "repeat"));
  EXPECT_EQ(probe["total"], 2 + 2 + 8 + 25 + 1)
      << "training, the chosen tensor, the worst tensors, a histogram a tensor, overflow";
  EXPECT_LT(probe["drawnAtFirst"], probe["total"]) << "charts far below the window wait";
  EXPECT_GT(probe["drawnAtFirst"], 0);
  EXPECT_EQ(probe["strip"], 25);
  EXPECT_EQ(probe["tensors"].size(), 26u);
  EXPECT_EQ(probe["layers"], 15);
  EXPECT_EQ(probe["notes"], nullptr);
  EXPECT_THAT(visit.dom, HasSubstr("qfx verify " + folder() +
                                   "/model.qfx --against vitis --data fashion-mnist"));
}

TEST_F(Page, AnswersTheReader) {
  test::write_synthetic_run(folder(), {});
  const auto found = open(folder()).probe["interaction"];
  EXPECT_THAT(found["searched"].get<Strings>(), ElementsAre("conv2.weight", "conv2"));
  EXPECT_EQ(found["all"], 25);
  EXPECT_EQ(found["worst"], "add2");
  EXPECT_EQ(found["sorted"], "add2");
  EXPECT_EQ(found["ariaSort"], "descending");
  EXPECT_THAT(found["chosen"].get<std::string>(), HasSubstr("bn2: fixed<8,"));
  EXPECT_TRUE(found["paper"].get<bool>()) << "printing takes the paper layout and light colours";
  EXPECT_EQ(found["blankOnPaper"], 0);
  EXPECT_TRUE(found["screenAgain"].get<bool>());
}

TEST_F(Page, SaysWhatDiffers) {
  test::write_synthetic_run(folder(), {.images_differ = 17});
  const Visit visit = open(folder());
  expect_sound(visit);
  EXPECT_EQ(visit.probe["bits"], "bad");
  const auto headline = visit.probe["headline"].get<std::string>();
  EXPECT_THAT(headline, HasSubstr("17 of 10,000 images differ"));
  EXPECT_THAT(
      headline,
      HasSubstr("layer conv2, image 17, index [3, 5, 7]: expected 12 (0.1875), got 13 (0.2031)"));
  EXPECT_THAT(visit.probe["figures"]["hls"].get<std::string>(), HasSubstr("91.26%"));
}

TEST_F(Page, StaysNarrowOnAPhone) {
  test::write_synthetic_run(folder(), {});
  expect_sound(open(folder(), 390, 844));
}

TEST_F(Page, HoldsAHundredTensorsAndSixtyEpochs) {
  test::write_synthetic_run(folder(), {.fixed_epochs = 60, .blocks = 14});
  const Visit visit = open(folder());
  expect_sound(visit);
  EXPECT_EQ(visit.probe["strip"], 109);
  EXPECT_LT(visit.probe["drawnAtFirst"], 30);
}

TEST_F(Page, ShowsAModelAlone) {
  test::write_synthetic_run(folder(), {});
  const Visit visit = open(folder() + "/model.qfx");
  expect_sound(visit);
  EXPECT_EQ(visit.probe["bits"], "warn") << "a file alone proves nothing";
  EXPECT_EQ(visit.probe["result"], "open");
  EXPECT_THAT(visit.probe["headline"].get<std::string>(), HasSubstr("frozen model of 15 layers"));
  EXPECT_THAT(visit.probe["sections"].get<Strings>(),
              ElementsAre("values", "tensors", "layers", "repeat"));
  EXPECT_EQ(visit.probe["total"], 11);
}

TEST_F(Page, ShowsWhatARunHasSoFar) {
  test::write_synthetic_run(folder(), {});
  for (const char* later : {"/summary.json", "/verify.json", "/model.qfx", "/recipe.toml"})
    std::filesystem::remove(folder() + later);
  std::ofstream(folder() + "/log.jsonl", std::ios::app)
      << "{\"event\":\"novelty\"}\n{\"event\":\"epoch\",\"train_loss\":NaN}\n{\"event\":\"epo";
  const Visit visit = open(folder());
  expect_sound(visit);
  EXPECT_EQ(visit.probe["bits"], "open");
  EXPECT_THAT(visit.probe["notes"].get<std::string>(), HasSubstr("only half written"));
  EXPECT_THAT(visit.probe["notes"].get<std::string>(), HasSubstr("novelty"));
  EXPECT_THAT(
      visit.probe["sections"].get<Strings>(),
      ElementsAre("findings", "training", "formats", "values", "overflow", "tensors", "repeat"));
}

TEST_F(Page, TakesNamesForTextOnly) {
  const std::string name =
      "</script><img src=http://example.com/x "
      "onerror=window.injected=1><script>window.injected=1</script>'\"&{{data}}";
  std::filesystem::create_directory(folder());
  const nlohmann::json formats = {{name, {{"format", name}, {"frac_bits", {3}}, {"f", {3.2}}}}};
  std::ofstream log(folder() + "/log.jsonl");
  log << nlohmann::json{{"event", "start"}, {"name", name}} << '\n'
      << nlohmann::json{{"event", "calibrated"}, {"method", name}, {"formats", formats}} << '\n'
      << nlohmann::json{{"event", "epoch"}, {"phase", "fixed"},   {"epoch", 1},
                        {"train_loss", 1},  {"formats", formats}, {"overflows", {{name, 0.5}}}}
      << '\n'
      << nlohmann::json{{"event", "histogram"},
                        {"tensor", name},
                        {"low", 0},
                        {"high", 1},
                        {"counts", {1, 5, 2}}}
      << '\n';
  log.close();
  std::ofstream(folder() + "/recipe.toml") << "name = \"" << name << "\" # " << name;
  std::ofstream(folder() + "/verify.json")
      << nlohmann::json{{"target", name},
                        {"images", 1},
                        {"values", 1},
                        {"images_differ", 1},
                        {"values_differ", 1},
                        {"command", name},
                        {"first", {{"layer", name}, {"index", {0}}}}};
  const Visit visit = open(folder());
  expect_sound(visit);
  EXPECT_EQ(visit.probe["title"], name + " · QFX report");
  EXPECT_EQ(visit.probe["tensors"][0], name);
}

TEST_F(Page, AsksTheNetworkForNothing) {
  test::write_synthetic_run(folder(), {});
  write_report(folder(), page());
  const std::string html = read_file(page());
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  const std::regex fetching(
      R"(<(link|img|script|iframe|object|embed|source|video|audio)\b[^>]*\b(src|href)\s*=\s*(?!["']?data:))");
  const auto data = html.find("<script type=\"application/json\"");
  const auto chart = html.find("Chart.js v3");
  ASSERT_NE(data, std::string::npos);
  ASSERT_NE(chart, std::string::npos);
  EXPECT_FALSE(
      std::regex_search(html.begin(), html.begin() + static_cast<std::ptrdiff_t>(data), fetching));
}

TEST_F(Page, IsTheSameForTheSameRun) {
  test::write_synthetic_run(folder(), {});
  write_report(folder(), page());
  const std::string first = read_file(page());
  write_report(folder(), page());
  EXPECT_EQ(read_file(page()), first);
}

TEST_F(Page, MakesAScreenshot) {
  test::write_synthetic_run(folder(), {});
  write_report(folder(), page());
  const auto image = test::screenshot(page(), (folder_.path() / "page.png").string(), 1280, 1600);
  EXPECT_EQ(image.width, 1280);
  EXPECT_EQ(image.height, 1600);
  EXPECT_GT(image.file_size, 100'000u) << "a page with charts, not an empty one";
}

}  // namespace
}  // namespace qfx::report
