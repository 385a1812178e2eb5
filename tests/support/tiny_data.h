// A data set small enough to train on in a moment: images whose brightness tells their class.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "support/data_files.h"

namespace qfx::test {

struct TinyData {
  std::int64_t channels = 1, height = 8, width = 8;
  int classes = 4;
  std::int64_t train_images = 64, test_images = 32;
};

// Writes an NPY folder and returns its source text, "npy:FOLDER".
inline std::string write_tiny_data(const std::filesystem::path& folder, const TinyData& data = {}) {
  std::filesystem::create_directories(folder);
  std::uint32_t noise = 1;
  const auto write_split = [&](const std::string& split, std::int64_t count) {
    std::string pixels, labels;
    for (std::int64_t i = 0; i < count; ++i) {
      const int label = static_cast<int>(i % data.classes);
      labels += static_cast<char>(label);
      for (std::int64_t p = 0; p < data.channels * data.height * data.width; ++p) {
        noise = noise * 1664525u + 1013904223u;
        pixels += static_cast<char>(label * 255 / data.classes + static_cast<int>(noise >> 27));
      }
    }
    write(folder / (split + "_x.npy"),
          npy("|u1", fmt::format("({}, {}, {}, {})", count, data.channels, data.height, data.width),
              pixels));
    write(folder / (split + "_y.npy"), npy("|u1", fmt::format("({},)", count), labels));
  };
  write_split("train", data.train_images);
  write_split("test", data.test_images);
  return "npy:" + folder.string();
}

}  // namespace qfx::test
