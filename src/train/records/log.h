// log.jsonl: one JSON object a line, appended.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace qfx::train {

class Log {
 public:
  // Of a process that does not write the run folder: lines go nowhere.
  Log() = default;
  // Goes on after the first `keep_bytes` of the file (what a checkpoint knows of); what follows is
  // dropped.
  Log(const std::filesystem::path& path, std::int64_t keep_bytes);

  // One complete JSON object without its newline. On disk when this returns; raises UserError where
  // it does not fit.
  void write(const std::string& json);
  std::int64_t bytes() const { return bytes_; }

 private:
  std::filesystem::path path_;
  std::ofstream stream_;
  std::int64_t bytes_ = 0;
};

}  // namespace qfx::train
