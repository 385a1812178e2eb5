#include "qfx/base/file.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "qfx/base/error.h"

namespace qfx {
namespace {

namespace fs = std::filesystem;

// Closes a descriptor and removes a half-written temporary unless told that all went well.
class PendingFile {
 public:
  PendingFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PendingFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  PendingFile(PendingFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::exchange(other.path_, "")) {}
  PendingFile& operator=(PendingFile&&) = delete;

  int descriptor() const { return descriptor_; }
  const std::string& path() const { return path_; }
  int close() {
    const int result = ::close(descriptor_);
    descriptor_ = -1;
    return result;
  }
  void renamed() { path_.clear(); }

 private:
  int descriptor_;
  std::string path_;
};

std::string reason() {
  return std::strerror(errno);
}

[[noreturn]] void cannot_write(const fs::path& path) {
  const std::string why = reason();
  user_error(
      "cannot write {}: {}. The file is as it was before; give a folder that is writable and has "
      "room.",
      path.string(), why);
}

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  // Some file systems refuse to sync a folder; the file itself is safe by then.
  (void)::fsync(descriptor);
  ::close(descriptor);
}

// A new file beside `path`, with the permissions any new file gets (mkstemp would make it private).
PendingFile create_beside(const fs::path& path) {
  static std::atomic<unsigned> counter{0};
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  for (int attempt = 0; attempt < 100; ++attempt) {
    const std::string name =
        (folder / fmt::format(".{}.{}-{}", path.filename().string(), ::getpid(), counter++))
            .string();
    const int descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) return {descriptor, name};
    if (errno != EEXIST) break;
  }
  cannot_write(path);
}

}  // namespace

bool path_exists(const fs::path& path) {
  std::error_code hidden;
  return fs::exists(path, hidden);
}

bool is_file(const fs::path& path) {
  std::error_code hidden;
  return fs::is_regular_file(path, hidden);
}

bool is_folder(const fs::path& path) {
  std::error_code hidden;
  return fs::is_directory(path, hidden);
}

std::string read_file(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    const std::string why = reason();
    user_error("cannot read {}: {}.", path.string(), why);
  }
  PendingFile file(descriptor, "");
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    user_error("cannot read {}: it is a folder; give a file.", path.string());
  }
  std::string content;
  if (status.st_size > 0) content.reserve(static_cast<std::size_t>(status.st_size));
  std::vector<char> buffer(1 << 20);
  while (true) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count == 0) return content;
    if (count < 0) {
      if (errno == EINTR) continue;
      const std::string why = reason();
      user_error("cannot read {}: {}.", path.string(), why);
    }
    content.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  PendingFile file = create_beside(path);
  while (!content.empty()) {
    const ssize_t count = ::write(file.descriptor(), content.data(), content.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      cannot_write(path);
    }
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  struct stat old {};
  if (::stat(path.c_str(), &old) == 0 && ::fchmod(file.descriptor(), old.st_mode & 07777) != 0) {
    cannot_write(path);
  }
  if (::fsync(file.descriptor()) != 0) cannot_write(path);
  if (file.close() != 0) cannot_write(path);
  if (::rename(file.path().c_str(), path.c_str()) != 0) cannot_write(path);
  file.renamed();
  sync_folder(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

FolderLock::FolderLock(const fs::path& folder) {
  const fs::path path = folder / ".lock";
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) cannot_write(path);
  // Any other failure is a file system without locks: there is nothing to keep the folder by.
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  ::close(descriptor_);
  user_error(
      "{}: another process of qfx is at work in this folder; wait until it has ended, or choose "
      "another folder",
      folder.string());
}

FolderLock::~FolderLock() {
  ::close(descriptor_);
}

TemporaryDirectory::TemporaryDirectory(const fs::path& parent) {
  std::error_code error;
  const fs::path base = parent.empty() ? fs::temp_directory_path(error) : parent;
  std::string name = (base / "qfx-XXXXXX").string();
  if (error || ::mkdtemp(name.data()) == nullptr) {
    const std::string why = reason();
    user_error(
        "cannot create a temporary folder in {}: {}. Set TMPDIR to a folder that is writable.",
        base.string(), why);
  }
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  if (kept_) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace qfx
