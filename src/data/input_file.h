// One data file, plain or gzip, read forward once. Its sizes come from strangers: nothing is
// allocated that the file cannot hold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fmt/format.h>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <zlib.h>

#include "qfx/base/error.h"

namespace qfx::data {

class InputFile {
 public:
  // Raises UserError unless `path` is a regular file that can be opened and is not empty. `help`
  // ends the sentence where it is missing: what layout is expected, what to install.
  explicit InputFile(std::filesystem::path path, std::string_view help = "");

  // Raises UserError unless `size` bytes more can be there: exactly that many in a plain file, no
  // more than deflate could have packed into a gzip file. Called with a header's claim before
  // anything is allocated.
  void expect_remaining(std::uint64_t size, std::string_view what) const;

  // Exactly `size` bytes; UserError where the file ends early or gzip reports damage. Memory grows
  // with what has really been read.
  std::vector<std::uint8_t> read(std::uint64_t size, std::string_view what);

  // Everything that is left, at most `most` bytes; more is a UserError, and so is damage.
  std::vector<std::uint8_t> read_rest(std::uint64_t most, std::string_view what);

  // UserError if anything is left. `what` is the part just read.
  void expect_end(std::string_view what);

  // Raises UserError "PATH: sentence".
  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> sentence, Args&&... args) const {
    user_error("{}: {}", path_.string(), fmt::format(sentence, std::forward<Args>(args)...));
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose_r(file); }
  };

  std::size_t read_some(std::uint8_t* out, std::size_t size);
  void check_stream() const;  // UserError where a gzip stream is cut off
  [[noreturn]] void fail_at_end(std::uint64_t got, std::uint64_t wanted,
                                std::string_view what) const;

  std::filesystem::path path_;
  std::unique_ptr<std::remove_pointer_t<gzFile>, Close> file_;
  std::uint64_t stored_size_ = 0;  // on disk
  std::uint64_t position_ = 0;     // in the unpacked stream
  bool is_gzip_ = false;
};

// The product, for sizes out of a header. Raises UserError naming the file where it exceeds 2^62.
std::uint64_t checked_product(const InputFile& file, std::initializer_list<std::uint64_t> factors);
std::uint64_t checked_product(const InputFile& file, const std::vector<std::uint64_t>& factors);

}  // namespace qfx::data
