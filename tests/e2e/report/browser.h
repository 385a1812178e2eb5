// A page in headless Chromium.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace qfx::test {

struct Visit {
  nlohmann::json probe;  // what probe.js found; null where it did not run
  std::string dom;       // the document after the scripts ran
};

// Opens a copy of the page with tests/e2e/report/probe.js appended, in a window of this size.
Visit visit(const std::string& page, int width, int height);

struct Image {
  int width = 0, height = 0;
  std::size_t file_size = 0;
};

// A screenshot of the page as it is, written as a PNG.
Image screenshot(const std::string& page, const std::string& png, int width, int height);

}  // namespace qfx::test
