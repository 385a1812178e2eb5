// The house keeps its order: arrows between rooms, torch behind one door, no default in switches
// over enums of ours.
#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "support/paths.h"

#include "qfx/base/file.h"

namespace {

namespace fs = std::filesystem;
using Rooms = std::map<std::string, std::set<std::string>>;

const fs::path kRoot = qfx::test::source_path("");

// What each room may include, itself and what stands before it. CMakeLists.txt draws the same
// arrows for the linker.
const Rooms kArrows = {
    {"base", {}},
    {"store", {"base"}},
    {"fixed", {"base"}},
    {"kernels", {"base", "fixed"}},
    {"graph", {"base", "store", "fixed"}},
    {"data", {"base"}},
    {"measure", {"base", "graph", "data"}},
    {"frontends", {"base", "store", "fixed", "graph", "data"}},
    {"imports", {"base", "fixed", "graph"}},
    {"runtime", {"base", "fixed", "kernels", "graph", "data", "measure"}},
    {"dataflow", {"base", "fixed", "graph"}},
    {"adders", {"base", "fixed"}},
    {"circuit", {"base", "fixed", "graph", "dataflow", "adders"}},
    {"backends", {"base", "fixed", "graph", "dataflow", "adders", "circuit"}},
    {"estimate", {"base", "fixed", "graph", "dataflow", "adders", "circuit", "backends"}},
    {"verify",
     {"base", "fixed", "kernels", "graph", "dataflow", "circuit", "data", "measure", "runtime",
      "backends"}},
    {"steps", {"base", "fixed", "kernels", "graph"}},
    {"train",
     {"base", "store", "fixed", "kernels", "graph", "steps", "data", "measure", "frontends"}},
    {"report", {"base", "store", "fixed", "graph"}},
};

// The shelves of a room's sources: a file may include its own shelf and those before it. Folders on
// a shelf are part of it.
const std::map<std::string, std::vector<std::string>> kShelves = {
    {"graph", {"model", "exact", "verify", "passes", "file"}},
    {"train",
     {"machine", "tensors", "ops", "network", "calibration", "samples", "records", "loop", "run"}},
};

// Files whose `default:` stands in a switch over something else than an enum of ours.
const std::map<std::string, std::string> kAllowedDefaults = {
    {"src/imports/operators/quantizer.cpp", "over the numbers of ONNX's types"},
    {"src/report/html.cpp", "over characters"},
};

struct Line {
  std::string file;  // relative to the root
  int number = 0;
  std::string text;
  std::string place() const { return file + ":" + std::to_string(number) + ": " + text; }
};

// Every line of the C++ files under include/qfx/ROOM and src/ROOM.
std::vector<Line> lines_of(const std::string& room) {
  std::vector<Line> lines;
  for (const fs::path& folder : {kRoot / "include/qfx" / room, kRoot / "src" / room}) {
    if (!fs::is_directory(folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string extension = entry.path().extension();
      if (extension != ".h" && extension != ".cpp") continue;
      const std::string content = qfx::read_file(entry.path());
      int number = 0;
      for (std::size_t begin = 0; begin < content.size();) {
        const std::size_t end = std::min(content.find('\n', begin), content.size());
        lines.push_back(
            {entry.path().lexically_relative(kRoot), ++number, content.substr(begin, end - begin)});
        begin = end + 1;
      }
    }
  }
  return lines;
}

// The room that an include reaches into: "qfx/ROOM/..." or, in the same library's sources,
// "ROOM/...".
std::string included_room(const std::string& line) {
  if (line.find("include") == line.npos) return "";
  static const std::regex kInclude(R"re(^\s*#\s*include\s*["<](?:qfx/)?(\w+)/)re");
  std::smatch match;
  if (!std::regex_search(line, match, kInclude)) return "";
  return kArrows.contains(match[1]) ? match[1].str() : "";
}

bool is_private_include(const std::string& line) {
  return line.find("qfx/") == std::string::npos;
}

TEST(Layout, EveryRoomIsInTheHouse) {
  for (const char* top : {"include/qfx", "src"}) {
    for (const auto& entry : fs::directory_iterator(kRoot / top))
      EXPECT_TRUE(kArrows.contains(entry.path().filename()))
          << entry.path() << " is no room that this test knows";
  }
}

TEST(Layout, RoomsIncludeOnlyWhatStandsBeforeThem) {
  int arrows = 0;
  for (const auto& [room, allowed] : kArrows) {
    for (const Line& line : lines_of(room)) {
      const std::string other = included_room(line.text);
      if (other.empty() || other == room) continue;
      ++arrows;
      EXPECT_TRUE(allowed.contains(other)) << line.place() << "\n"
                                           << room << " may not include " << other;
      EXPECT_FALSE(is_private_include(line.text))
          << line.place() << "\nanother room's private header";
    }
  }
  EXPECT_GT(arrows, 20) << "the scan found hardly any includes; is it looking in the right place?";
}

// The private header that a line includes, "graph/model/limits.h"; empty where it includes none.
std::string private_header(const std::string& line) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s*"(\w+/[^"]+)")re");
  std::smatch match;
  if (!std::regex_search(line, match, kInclude) || match[1].str().starts_with("qfx/")) return "";
  return match[1];
}

// Where the shelf of "graph/model/limits.h" stands among those of its room; -1: on none.
std::ptrdiff_t shelf_of(const std::string& file, const std::vector<std::string>& shelves) {
  const std::size_t room_end = file.find('/') + 1;
  const std::string shelf = file.substr(room_end, file.find('/', room_end) - room_end);
  const auto found = std::ranges::find(shelves, shelf);
  return found == shelves.end() ? -1 : found - shelves.begin();
}

TEST(Layout, ShelvesIncludeOnlyThoseBeforeThem) {
  for (const auto& [room, shelves] : kShelves) {
    int arrows = 0;
    for (const Line& line : lines_of(room)) {
      if (!line.file.starts_with("src/")) continue;
      const std::ptrdiff_t own = shelf_of(line.file.substr(4), shelves);
      ASSERT_GE(own, 0) << line.file << " lies on no shelf that this test knows";
      const std::string header = private_header(line.text);
      if (!header.starts_with(room + "/")) continue;
      ++arrows;
      EXPECT_LE(shelf_of(header, shelves), own) << line.place() << "\n"
                                                << shelves[own] << " may not include it";
    }
    EXPECT_GT(arrows, 5) << "the scan of " << room << " found hardly any includes";
  }
}

// src/backends/NAME: what is common to C++ or to boards knows no vendor, and no vendor knows
// another.
TEST(Layout, NoVendorIsKnownOutsideItsFolder) {
  static const std::regex kFolder(R"re(backends/(\w+)/.*)re");
  static const std::set<std::string> kCommon{"names", "hls", "board"};
  int own_headers = 0;
  for (const Line& line : lines_of("backends")) {
    std::smatch file, header;
    const std::string place = line.file, included = private_header(line.text);
    if (!std::regex_search(place, file, kFolder) || !place.starts_with("src/")) continue;
    if (!std::regex_match(included, header, kFolder)) continue;
    ++own_headers;
    EXPECT_TRUE(header[1] == file[1] || kCommon.contains(header[1])) << line.place();
  }
  EXPECT_GT(own_headers, 5);
}

TEST(Layout, PrivateHeadersAreToldFromPublicOnes) {
  EXPECT_EQ(private_header("#include \"graph/model/limits.h\""), "graph/model/limits.h");
  EXPECT_EQ(private_header("#include \"qfx/graph/op.h\""), "");
  EXPECT_EQ(private_header("#include <vector>"), "");
  EXPECT_EQ(shelf_of("graph/exact/bounds.h", {"model", "exact"}), 1);
  EXPECT_EQ(shelf_of("graph/bounds.h", {"model", "exact"}), -1);
  EXPECT_EQ(shelf_of("train/ops/any_device/operators.h", {"tensors", "ops"}), 1);
}

TEST(Layout, TorchStaysInTrain) {
  static const std::regex kTorch(R"re(^\s*#\s*include\s*["<](torch|ATen|c10|caffe2)/)re");
  for (const auto& [room, unused] : kArrows) {
    if (room == "train") continue;
    for (const Line& line : lines_of(room))
      EXPECT_FALSE(std::regex_search(line.text, kTorch)) << line.place();
  }
}

// tools/qfx includes it without paying for torch.
TEST(Layout, PublicHeadersAreFreeOfTorch) {
  for (const Line& line : lines_of("train")) {
    if (!line.file.starts_with("include/")) continue;
    EXPECT_EQ(line.text.find("#include <torch"), std::string::npos) << line.place();
  }
}

TEST(Layout, SwitchesOverOurEnumsHaveNoDefault) {
  static const std::regex kDefault(R"(^\s*default\s*:)");
  for (const auto& [room, unused] : kArrows) {
    for (const Line& line : lines_of(room)) {
      if (!std::regex_search(line.text, kDefault)) continue;
      EXPECT_TRUE(kAllowedDefaults.contains(line.file))
          << line.place() << "\nname every enumerator, or give the reason in kAllowedDefaults";
    }
  }
}

TEST(Layout, IncludedRoomReadsBothForms) {
  EXPECT_EQ(included_room("#include \"qfx/graph/op.h\""), "graph");
  EXPECT_EQ(included_room("#  include <qfx/base/error.h>  // why"), "base");
  EXPECT_EQ(included_room("#include \"graph/bounds.h\""), "graph");
  EXPECT_EQ(included_room("#include <vector>"), "");
  EXPECT_EQ(included_room("// #include \"qfx/graph/op.h\""), "");
}

}  // namespace
