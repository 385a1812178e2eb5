#include "imports/onnx/external_data.h"

#include <charconv>
#include <fstream>
#include <optional>
#include <system_error>

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/text.h"

namespace qfx::imports {
namespace {

namespace fs = std::filesystem;

std::int64_t byte_count(const std::string& text, const std::string& key, const std::string& what) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0)
    user_error("{} has external data whose {} is {}; it must be a number of bytes", what, key,
               in_quotes(text));
  return value;
}

// The file that `location` names, proved to lie in the folder.
fs::path inside(const fs::path& folder, const std::string& location, const std::string& what) {
  const auto refuse = [&](const char* why) {
    user_error(
        "{} has its data in the file {}, which {}; external data must lie in the model's own "
        "folder",
        what, in_quotes(location), why);
  };
  if (folder.empty()) refuse("this model has no folder to be in");
  const fs::path relative(location);
  if (location.empty() || location.find('\0') != location.npos) refuse("is no file name");
  if (relative.is_absolute()) refuse("is given from the root of the file system");
  for (const fs::path& part : relative) {
    if (part == "..") refuse("leads out of the folder");
  }
  std::error_code error;
  const fs::path home = fs::canonical(folder, error);
  if (error) refuse("cannot be looked for");
  const fs::path file = fs::canonical(home / relative, error);
  if (error) refuse("is not there");
  const auto [end, unused] = std::mismatch(home.begin(), home.end(), file.begin(), file.end());
  if (end != home.end()) refuse("is a link out of the folder");
  if (!is_file(file)) refuse("is no file");
  return file;
}

}  // namespace

std::string read_external_data(const ::onnx::TensorProto& proto, std::int64_t size,
                               const fs::path& folder, const std::string& what) {
  std::string location;
  std::int64_t offset = 0;
  std::optional<std::int64_t> length;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset = byte_count(entry.value(), "offset", what);
    if (entry.key() == "length") length = byte_count(entry.value(), "length", what);
  }
  const fs::path file = inside(folder, location, what);
  if (length && *length != size)
    user_error("{} has external data of {} bytes, and its shape and type ask for {}", what, *length,
               size);
  std::error_code error;
  const auto available = static_cast<std::int64_t>(fs::file_size(file, error));
  if (error || offset > available || size > available - offset)
    user_error("{} has its data at bytes {} to {} of {}, which holds {}; the file is cut short",
               what, offset, static_cast<double>(offset) + static_cast<double>(size),
               in_quotes(location), error ? 0 : available);
  std::ifstream stream(file, std::ios::binary);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  stream.seekg(offset);
  stream.read(bytes.data(), size);
  if (stream.gcount() != size)
    user_error("{}: the file {} cannot be read; check its permissions", what, in_quotes(location));
  return bytes;
}

}  // namespace qfx::imports
