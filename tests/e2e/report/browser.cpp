#include "browser.h"

#include <filesystem>
#include <stdexcept>
#include <vector>

#include "support/paths.h"

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/process.h"

namespace qfx::test {
namespace {

std::string chromium(const std::vector<std::string>& arguments, int width, int height) {
  std::vector<std::string> command = {
      "chromium-headless-shell",
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--hide-scrollbars",
      "--virtual-time-budget=5000",
      "--window-size=" + std::to_string(width) + "," + std::to_string(height)};
  command.insert(command.end(), arguments.begin(), arguments.end());
  ProcessResult result;
  try {
    result = run_process(command);
  } catch (const UserError& error) {
    throw std::runtime_error(std::string(error.what()) +
                             "; this test needs the Debian package chromium-headless-shell");
  }
  if (result.exit_code != 0)
    throw std::runtime_error("chromium-headless-shell failed: " + result.output);
  return result.output;
}

// The four bytes at `offset` of a PNG, whose integers are big-endian.
int png_int(const std::string& png, std::size_t offset) {
  int value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<unsigned char>(png.at(offset + i));
  return value;
}

std::string between(const std::string& text, const std::string& open, const std::string& close) {
  const std::size_t begin = text.rfind(open);
  if (begin == std::string::npos) return "";
  const std::size_t end = text.find(close, begin);
  return text.substr(begin + open.size(), end - begin - open.size());
}

}  // namespace

Visit visit(const std::string& page, int width, int height) {
  const TemporaryDirectory folder;
  std::string html = read_file(page);
  const std::string probe = read_file(source_path("tests/e2e/report/probe.js"));
  html.insert(html.rfind("</body>"), "<script>" + probe + "</script>");
  const auto copy = folder.path() / "page.html";
  write_file_atomically(copy, html);
  Visit visit;
  visit.dom = chromium({"--dump-dom", "file://" + copy.string()}, width, height);
  // The probe writes JSON with every <, > and & escaped, so the markup around it is all there is.
  const std::string found = between(visit.dom, "<pre id=\"probe\">", "</pre>");
  visit.probe = nlohmann::json::parse(found, nullptr, false);
  if (visit.probe.is_discarded()) visit.probe = nullptr;
  return visit;
}

Image screenshot(const std::string& page, const std::string& png, int width, int height) {
  chromium({"--screenshot=" + png, "file://" + page}, width, height);
  const std::string content = read_file(png);
  return {png_int(content, 16), png_int(content, 20), content.size()};
}

}  // namespace qfx::test
