#include "qfx/imports/npz.h"

#include <cctype>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <zlib.h>

#include "qfx/base/error.h"
#include "qfx/base/file.h"
#include "qfx/base/text.h"

namespace qfx::imports {
namespace {

constexpr std::int64_t kMostBytes = std::int64_t{1} << 31;

// Little-endian numbers inside a file that may be damaged.
class Bytes {
 public:
  Bytes(std::string_view bytes, std::string place) : bytes_(bytes), place_(std::move(place)) {}

  std::string_view at(std::uint64_t begin, std::uint64_t size) const {
    if (begin > bytes_.size() || size > bytes_.size() - begin) damaged("it is cut short");
    return bytes_.substr(begin, size);
  }
  std::uint64_t number(std::uint64_t begin, std::uint64_t size) const {
    std::uint64_t value = 0;
    const std::string_view text = at(begin, size);
    for (std::size_t i = text.size(); i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(text[i]);
    return value;
  }
  [[noreturn]] void damaged(const std::string& why) const {
    user_error("{} is no .npz of numpy.savez, or it is damaged: {}", place_, why);
  }
  std::size_t size() const { return bytes_.size(); }
  std::string_view all() const { return bytes_; }

 private:
  std::string_view bytes_;
  std::string place_;
};

std::string inflated(const Bytes& file, std::string_view packed, std::uint64_t size) {
  if (size > static_cast<std::uint64_t>(kMostBytes) || size > packed.size() * 1100 + 1024)
    file.damaged("an array has an absurd size");
  std::string result(size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) internal_error("zlib does not start");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  const int code = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  if (code != Z_STREAM_END || stream.total_out != size) file.damaged("an array cannot be unpacked");
  return result;
}

// The text behind 'key': in the header, a Python dictionary.
std::string_view entry(std::string_view header, std::string_view key) {
  const std::size_t found = header.find(key);
  if (found == header.npos) return "";
  std::string_view rest = header.substr(found + key.size());
  while (!rest.empty() && (rest.front() == ':' || rest.front() == ' ' || rest.front() == '\''))
    rest.remove_prefix(1);
  return rest;
}

Shape shape_in(const Bytes& file, std::string_view text) {
  Shape shape;
  if (text.empty() || text.front() != '(') file.damaged("an array has no shape");
  text.remove_prefix(1);
  while (!text.empty() && text.front() != ')') {
    if (std::isdigit(static_cast<unsigned char>(text.front())) != 0) {
      std::int64_t value = 0;
      while (!text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0) {
        value = value * 10 + (text.front() - '0');
        if (value > kMaxTensorElements) file.damaged("an array is too large");
        text.remove_prefix(1);
      }
      shape.push_back(value);
    } else {
      text.remove_prefix(1);
    }
  }
  if (!is_reasonable(shape)) file.damaged("an array is too large");
  return shape;
}

template <class T>
Tensor numbers(const Bytes& file, std::string_view data, Shape shape) {
  Tensor tensor{.shape = std::move(shape)};
  if (data.size() != static_cast<std::size_t>(tensor.size()) * sizeof(T))
    file.damaged("an array has another number of bytes than its shape says");
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    T value;
    std::memcpy(&value, data.data() + static_cast<std::size_t>(i) * sizeof(T), sizeof(T));
    tensor.reals.push_back(static_cast<double>(value));
  }
  return tensor;
}

std::optional<Tensor> read_array(const Bytes& file, std::string_view npy) {
  if (npy.size() < 10 || !npy.starts_with("\x93NUMPY")) file.damaged("an array is no .npy");
  const Bytes array(npy, "an array");
  const bool is_old = npy[6] == 1;
  const std::uint64_t begin = is_old ? 10 : 12;
  if (npy.size() < begin) file.damaged("an array is cut short");
  const std::uint64_t length = array.number(8, is_old ? 2 : 4);
  if (length > npy.size() - begin) file.damaged("an array's header is cut short");
  const std::string_view header = npy.substr(begin, length);
  const std::string_view data = npy.substr(begin + length);
  const std::string_view type = entry(header, "'descr'");
  Shape shape = shape_in(file, entry(header, "'shape'"));
  if (entry(header, "'fortran_order'").starts_with("True") && shape.size() > 1)
    user_error("an array of the .npz is in Fortran's order; save numpy.ascontiguousarray of it");
  if (type.starts_with("<f4")) return numbers<float>(file, data, std::move(shape));
  if (type.starts_with("<f8")) return numbers<double>(file, data, std::move(shape));
  if (type.starts_with("<i4")) return numbers<std::int32_t>(file, data, std::move(shape));
  if (type.starts_with("<i8")) return numbers<std::int64_t>(file, data, std::move(shape));
  if (type.starts_with("|u1")) return numbers<std::uint8_t>(file, data, std::move(shape));
  if (type.starts_with("|i1")) return numbers<std::int8_t>(file, data, std::move(shape));
  return std::nullopt;
}

}  // namespace

std::map<std::string, Tensor> parse_npz(const std::string& content, const std::string& place) {
  const Bytes file(content, place);
  const std::size_t end = content.rfind("PK\x05\x06");
  if (end == content.npos) file.damaged("it has no table of contents");
  const std::uint64_t count = file.number(end + 10, 2);
  std::uint64_t at = file.number(end + 16, 4);
  std::map<std::string, Tensor> arrays;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (file.at(at, 4) != "PK\x01\x02") file.damaged("its table of contents is broken");
    const std::uint64_t method = file.number(at + 10, 2), packed = file.number(at + 20, 4);
    const std::uint64_t size = file.number(at + 24, 4), name_size = file.number(at + 28, 2);
    const std::uint64_t skip = file.number(at + 30, 2) + file.number(at + 32, 2);
    const std::uint64_t local = file.number(at + 42, 4);
    std::string name(file.at(at + 46, name_size));
    at += 46 + name_size + skip;
    if (packed == 0xFFFFFFFF || size == 0xFFFFFFFF || local == 0xFFFFFFFF)
      file.damaged("an array of it has more than 4 GB");
    const std::uint64_t data = local + 30 + file.number(local + 26, 2) + file.number(local + 28, 2);
    const std::string_view stored = file.at(data, packed);
    if (method != 0 && method != 8) file.damaged("an array is packed in an unknown way");
    const std::string unpacked = method == 8 ? inflated(file, stored, size) : std::string(stored);
    if (name.ends_with(".npy")) name.resize(name.size() - 4);
    if (auto tensor = read_array(file, unpacked)) arrays[name] = std::move(*tensor);
  }
  return arrays;
}

std::map<std::string, Tensor> read_npz(const std::filesystem::path& path) {
  return parse_npz(read_file(path), in_quotes(path.string()));
}

}  // namespace qfx::imports
