#include "train/records/log.h"

#include <algorithm>

#include "qfx/base/error.h"
#include "qfx/base/file.h"

namespace qfx::train {

Log::Log(const std::filesystem::path& path, std::int64_t keep_bytes) : path_(path) {
  if (path_exists(path)) {
    bytes_ = std::min(keep_bytes, static_cast<std::int64_t>(std::filesystem::file_size(path)));
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(bytes_));
  }
  stream_.open(path, std::ios::app | std::ios::binary);
  if (!stream_)
    user_error("{}: cannot be opened for writing; check the folder's permissions", path.string());
}

void Log::write(const std::string& json) {
  if (path_.empty()) return;
  stream_ << json << '\n';
  stream_.flush();
  if (!stream_) user_error("{}: writing failed; free some disk space and resume", path_.string());
  bytes_ += static_cast<std::int64_t>(json.size()) + 1;
}

}  // namespace qfx::train
