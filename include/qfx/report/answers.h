// What the integers answer on a set of samples: found by whoever writes the report, since the
// report itself runs no network and reads no data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace qfx::report {

// One of the samples that come out worst.
struct WorstSample {
  std::int64_t index = 0;             // in the set, from 0
  std::string truth, answer, error;   // for people: "7 shirt", "2 pullover", "by 1.25"
  std::vector<std::uint8_t> picture;  // Answers' channels * height * width, or empty
};

struct Answers {
  std::string source;    // of the data, "idx:DIR"
  std::string text;      // a sentence: how many samples were run, which ones are the worst
  std::string measures;  // JSON of all samples' measures, as `qfx run --json` prints; or empty
  std::int64_t channels = 0, height = 0,
               width = 0;          // of the pictures, as stored; 0: there are none
  std::vector<WorstSample> worst;  // the worst first
};

}  // namespace qfx::report
