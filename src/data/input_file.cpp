#include "data/input_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <span>
#include <system_error>

namespace qfx::data {
namespace {

constexpr std::uint64_t kChunk = std::uint64_t{1} << 20;
// Deflate cannot pack more than 1032 bytes into one (zlib's technical notes).
constexpr std::uint64_t kMaxDeflateRatio = 1032;

std::uint64_t product(const InputFile& file, std::span<const std::uint64_t> factors) {
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 62;
  std::uint64_t result = 1;
  for (std::uint64_t factor : factors) {
    if (factor != 0 && result > kLimit / factor)
      file.fail(
          "its header claims dimensions {}, more elements than any file holds; the header is "
          "damaged",
          fmt::join(factors, " x "));
    result *= factor;
  }
  return result;
}

}  // namespace

InputFile::InputFile(std::filesystem::path path, std::string_view help) : path_(std::move(path)) {
  std::error_code error;
  const auto status = std::filesystem::status(path_, error);
  if (status.type() == std::filesystem::file_type::not_found)
    fail("there is no such file{}{}", help.empty() ? "" : "; ", help);
  if (error) fail("cannot look at this file: {}", error.message());
  if (!std::filesystem::is_regular_file(status))
    fail("this is not a regular file; a data file is expected");
  stored_size_ = std::filesystem::file_size(path_, error);
  if (error) fail("cannot learn its size: {}", error.message());
  if (stored_size_ == 0) fail("the file is empty; fetch it again");
  errno = 0;
  file_.reset(gzopen(path_.c_str(), "rb"));
  if (!file_) fail("cannot open this file: {}", std::strerror(errno != 0 ? errno : ENOMEM));
  gzbuffer(file_.get(), 256 * 1024);
  is_gzip_ = gzdirect(file_.get()) == 0;
}

std::size_t InputFile::read_some(std::uint8_t* out, std::size_t size) {
  const int got = gzread(file_.get(), out, static_cast<unsigned>(size));
  int code = Z_OK;
  const char* text = gzerror(file_.get(), &code);
  // A gzip stream cut short gives its last bytes together with Z_BUF_ERROR; the caller sees the
  // short read.
  if (got < 0 || (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)) {
    const std::string reason = code == Z_ERRNO ? std::strerror(errno) : text;
    fail("reading stops {} bytes in: {}; the file is damaged, fetch it again", position_, reason);
  }
  position_ += static_cast<std::uint64_t>(got);
  return static_cast<std::size_t>(got);
}

void InputFile::fail_at_end(std::uint64_t got, std::uint64_t wanted, std::string_view what) const {
  fail(
      "{} should take {} bytes but the file ends after {} of them{}; it is truncated, fetch it "
      "again",
      what, wanted, got, is_gzip_ ? " (unpacked)" : "");
}

void InputFile::expect_remaining(std::uint64_t size, std::string_view what) const {
  if (is_gzip_) {
    if (size / kMaxDeflateRatio > stored_size_)
      fail(
          "{} should take {} bytes, more than a gzip file of {} bytes can hold; it is truncated or "
          "its header "
          "is damaged, fetch it again",
          what, size, stored_size_);
    return;
  }
  const std::uint64_t left = stored_size_ - std::min(stored_size_, position_);
  if (size > left) fail_at_end(left, size, what);
  if (size < left)
    fail(
        "{} should take {} bytes but {} follow; the header and the size of the file disagree, "
        "fetch it again",
        what, size, left);
}

std::vector<std::uint8_t> InputFile::read(std::uint64_t size, std::string_view what) {
  std::vector<std::uint8_t> out;
  while (out.size() < size) {
    // At most doubles: a header that claims gigabytes costs no more than the file really gives.
    const std::uint64_t have = out.size();
    const std::uint64_t step = std::min({size - have, std::max(have, kChunk), kChunk * 512});
    out.resize(have + step);
    const std::size_t got = read_some(out.data() + have, step);
    if (got < step) fail_at_end(have + got, size, what);
  }
  return out;
}

std::vector<std::uint8_t> InputFile::read_rest(std::uint64_t most, std::string_view what) {
  std::vector<std::uint8_t> out;
  while (true) {
    const std::size_t have = out.size(), step = std::max(have, std::size_t{kChunk});
    out.resize(have + std::min<std::size_t>(step, kChunk * 512));
    const std::size_t got = read_some(out.data() + have, out.size() - have);
    const bool is_last = got < out.size() - have;
    out.resize(have + got);
    if (out.size() > most)
      fail("{} has more than {} bytes; split it into smaller files", what, most);
    if (is_last) break;
  }
  check_stream();
  return out;
}

void InputFile::expect_end(std::string_view what) {
  std::uint8_t extra = 0;
  if (read_some(&extra, 1) != 0)
    fail("more bytes follow after {}; the header and the size of the file disagree, fetch it again",
         what);
  check_stream();
}

void InputFile::check_stream() const {
  int code = Z_OK;
  gzerror(file_.get(), &code);
  if (code == Z_BUF_ERROR)
    fail("the gzip stream is cut off before its checksum; fetch the file again");
}

std::uint64_t checked_product(const InputFile& file, std::initializer_list<std::uint64_t> factors) {
  return product(file, std::span(factors.begin(), factors.size()));
}

std::uint64_t checked_product(const InputFile& file, const std::vector<std::uint64_t>& factors) {
  return product(file, factors);
}

}  // namespace qfx::data
