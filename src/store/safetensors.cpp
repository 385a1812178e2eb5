#include "qfx/store/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <zlib.h>

#include "store/json_complaint.h"

#include "qfx/base/error.h"

namespace qfx::store {

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian");

namespace {

using Json = nlohmann::json;

constexpr DType kDTypes[] = {DType::U8,  DType::I8,  DType::I16, DType::I32,
                             DType::I64, DType::F32, DType::F64};
constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeader = 100'000'000;  // the reference implementation's limit

// The bytes a tensor of this shape takes; nothing where 64 bits do not hold their number.
std::optional<std::uint64_t> checked_bytes(const Shape& shape, DType dtype) {
  std::uint64_t bytes = byte_size(dtype);
  for (std::int64_t extent : shape) {
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes))
      return std::nullopt;
  }
  return bytes;
}

// One file being read: every complaint starts with its name.
class Reader {
 public:
  Reader(std::string_view content, const std::string& file_name)
      : content_(content), file_name_(file_name) {}

  Safetensors read() {
    if (content_.size() < kLengthBytes)
      fail("it has {} bytes, a safetensors file has at least {}", content_.size(), kLengthBytes);
    std::uint64_t length = 0;
    std::memcpy(&length, content_.data(), kLengthBytes);
    const std::uint64_t rest = content_.size() - kLengthBytes;
    if (length > rest || length > kMaxHeader)
      fail(
          "its header claims {} bytes, the file has {} more and at most {} are allowed; it is cut "
          "off or "
          "no safetensors file",
          length, rest, kMaxHeader);
    const std::string_view data = content_.substr(kLengthBytes + length);
    const Json header = parse_header(content_.substr(kLengthBytes, length));
    Safetensors file;
    std::vector<Span> spans;
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__")
        file.metadata = parse_metadata(entry);
      else
        file.tensors[name] = parse_tensor(name, entry, data, spans);
    }
    check_coverage(std::move(spans), data.size());
    return file;
  }

 private:
  struct Span {
    std::uint64_t begin, end;
    std::string name;
  };

  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> text, Args&&... args) const {
    user_error("{}: {}", file_name_, fmt::format(text, std::forward<Args>(args)...));
  }

  Json parse_header(std::string_view text) const {
    if (text.empty() || text.front() != '{') fail("its header does not start with '{{'");
    // The library takes a zero byte for the end.
    if (text.find('\0') != text.npos) fail("its header holds a zero byte");
    // The library keeps the last of two equal keys; the format forbids them.
    std::vector<std::set<std::string>> keys;
    std::string duplicate;
    const auto watch = [&](int, Json::parse_event_t event, Json& value) {
      if (event == Json::parse_event_t::object_start) keys.emplace_back();
      if (event == Json::parse_event_t::object_end) keys.pop_back();
      if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second)
        duplicate = value.get<std::string>();
      return true;
    };
    Json header;
    try {
      header = Json::parse(text, watch);
    } catch (const Json::parse_error& error) {
      fail("its header is not valid JSON at byte {}: {}", error.byte, json_complaint(error.what()));
    } catch (const Json::out_of_range& error) {
      fail("a number in its header is beyond a double's range: {}", json_complaint(error.what()));
    }
    if (!duplicate.empty()) fail("its header has the key {} twice", Json(duplicate).dump());
    return header;
  }

  std::map<std::string, std::string> parse_metadata(const Json& entry) const {
    if (!entry.is_object()) fail("__metadata__ must be an object of strings");
    std::map<std::string, std::string> metadata;
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string()) fail("__metadata__ '{}' must be a string", key);
      metadata[key] = value.get<std::string>();
    }
    return metadata;
  }

  Tensor parse_tensor(const std::string& name, const Json& entry, std::string_view data,
                      std::vector<Span>& spans) const {
    if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") ||
        !entry.contains("shape") || !entry.contains("data_offsets"))
      fail("tensor '{}' must have exactly dtype, shape and data_offsets", name);
    Tensor tensor;
    tensor.dtype = parse_dtype(name, entry["dtype"]);
    for (std::uint64_t extent : parse_sizes(name, "shape", entry["shape"]))
      tensor.shape.push_back(static_cast<std::int64_t>(extent));
    const auto offsets = parse_sizes(name, "data_offsets", entry["data_offsets"]);
    if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data.size())
      fail(
          "tensor '{}' has data_offsets [{}], they must be a begin and an end within the {} bytes "
          "of data",
          name, fmt::join(offsets, ", "), data.size());
    const auto bytes = checked_bytes(tensor.shape, tensor.dtype);
    if (bytes != offsets[1] - offsets[0])
      fail("tensor '{}' of shape {} and type {} does not fill its {} bytes", name,
           to_string(tensor.shape), to_string(tensor.dtype), offsets[1] - offsets[0]);
    tensor.bytes = data.substr(offsets[0], *bytes);
    spans.push_back({offsets[0], offsets[1], name});
    return tensor;
  }

  DType parse_dtype(const std::string& name, const Json& value) const {
    for (DType dtype : kDTypes) {
      if (value.is_string() && value.get<std::string>() == to_string(dtype)) return dtype;
    }
    fail("tensor '{}' has dtype {}, allowed are U8, I8, I16, I32, I64, F32, F64", name,
         value.is_string() ? value.get<std::string>() : value.type_name());
  }

  std::vector<std::uint64_t> parse_sizes(const std::string& name, std::string_view key,
                                         const Json& value) const {
    std::vector<std::uint64_t> sizes;
    bool valid = value.is_array();
    if (valid) {
      for (const Json& size : value) {
        valid = valid && size.is_number_unsigned() && size.get<std::uint64_t>() <= INT64_MAX;
        if (valid) sizes.push_back(size.get<std::uint64_t>());
      }
    }
    if (!valid) fail("tensor '{}': {} must be a list of whole numbers of at least 0", name, key);
    return sizes;
  }

  void check_coverage(std::vector<Span> spans, std::uint64_t size) const {
    std::ranges::sort(spans, {}, [](const Span& span) { return std::pair(span.begin, span.end); });
    std::uint64_t end = 0;
    for (const Span& span : spans) {
      if (span.begin != end)
        fail(
            "tensor '{}' starts at byte {} of the data, the one before it ends at {}; gaps and "
            "overlaps are "
            "not allowed",
            span.name, span.begin, end);
      end = span.end;
    }
    if (end != size)
      fail(
          "its tensors end at byte {} of the data, the file at {}; it is cut off or has something "
          "appended",
          end, size);
  }

  std::string_view content_;
  const std::string& file_name_;
};

class Crc {
 public:
  // The length goes first, so that no two different sequences of texts look alike.
  void add(std::string_view text) {
    const std::uint64_t size = text.size();
    crc_ = crc32_z(crc_, reinterpret_cast<const Bytef*>(&size), sizeof size);
    crc_ = crc32_z(crc_, reinterpret_cast<const Bytef*>(text.data()), text.size());
  }
  std::string hex() const { return fmt::format("{:08x}", crc_); }

 private:
  uLong crc_ = crc32_z(0, nullptr, 0);
};

constexpr const char* kChecksum = "qfx_checksum";

std::string checksum(const Safetensors& file) {
  Crc crc;
  for (const auto& [key, value] : file.metadata) {
    if (key == kChecksum) continue;
    crc.add(key);
    crc.add(value);
  }
  for (const auto& [name, tensor] : file.tensors) {
    crc.add(name);
    crc.add(to_string(tensor.dtype));
    crc.add(to_string(tensor.shape));
    crc.add(tensor.bytes);
  }
  return crc.hex();
}

}  // namespace

std::string_view to_string(DType dtype) {
  switch (dtype) {
    case DType::U8:
      return "U8";
    case DType::I8:
      return "I8";
    case DType::I16:
      return "I16";
    case DType::I32:
      return "I32";
    case DType::I64:
      return "I64";
    case DType::F32:
      return "F32";
    case DType::F64:
      return "F64";
  }
  internal_error("a dtype without a name: {}", static_cast<int>(dtype));
}

std::int64_t byte_size(DType dtype) {
  switch (dtype) {
    case DType::U8:
    case DType::I8:
      return 1;
    case DType::I16:
      return 2;
    case DType::I32:
    case DType::F32:
      return 4;
    case DType::I64:
    case DType::F64:
      return 8;
  }
  internal_error("a dtype without a size: {}", static_cast<int>(dtype));
}

std::string serialize(const Safetensors& file) {
  std::vector<const std::pair<const std::string, Tensor>*> order;
  for (const auto& entry : file.tensors) order.push_back(&entry);
  std::ranges::stable_sort(order, std::greater<>(),
                           [](auto* entry) { return byte_size(entry->second.dtype); });

  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  std::string data;
  for (const auto* entry : order) {
    const auto& [name, tensor] = *entry;
    QFX_ASSERT(name != "__metadata__");
    QFX_ASSERT(checked_bytes(tensor.shape, tensor.dtype) == tensor.bytes.size());
    const std::size_t begin = data.size();
    data += tensor.bytes;
    header[name] = {{"dtype", to_string(tensor.dtype)},
                    {"shape", tensor.shape},
                    {"data_offsets", {begin, data.size()}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  std::string content(kLengthBytes, '\0');
  std::memcpy(content.data(), &length, kLengthBytes);
  return content + text + data;
}

Safetensors parse_safetensors(std::string_view content, const std::string& file_name) {
  return Reader(content, file_name).read();
}

void seal(Safetensors& file) {
  file.metadata[kChecksum] = checksum(file);
}

std::string seal_of(const Safetensors& file) {
  const auto found = file.metadata.find(kChecksum);
  return found == file.metadata.end() ? "" : found->second;
}

void check_seal(const Safetensors& file, const std::string& file_name) {
  const auto found = file.metadata.find(kChecksum);
  if (found == file.metadata.end())
    user_error(
        "{}: its checksum (metadata '{}') is missing; it is damaged or was not written by QFX",
        file_name, kChecksum);
  const std::string expected = checksum(file);
  if (found->second != expected)
    user_error("{}: its checksum is {}, its content gives {}; the file is damaged, write it again",
               file_name, found->second, expected);
}

template <class T>
Tensor make_tensor(Shape shape, std::span<const T> values) {
  QFX_ASSERT(element_count(shape) == std::ssize(values));
  const auto* bytes = reinterpret_cast<const char*>(values.data());
  return {kDType<T>, std::move(shape), std::string(bytes, bytes + values.size_bytes())};
}

template <class T>
std::vector<T> values_of(const Tensor& tensor, const std::string& place) {
  if (tensor.dtype != kDType<T>)
    user_error("{} has type {}, it must be {}", place, to_string(tensor.dtype),
               to_string(kDType<T>));
  std::vector<T> values(tensor.bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

#define QFX_INSTANTIATE(T)                                   \
  template Tensor make_tensor<T>(Shape, std::span<const T>); \
  template std::vector<T> values_of<T>(const Tensor&, const std::string&);
QFX_INSTANTIATE(std::uint8_t)
QFX_INSTANTIATE(std::int8_t)
QFX_INSTANTIATE(std::int16_t)
QFX_INSTANTIATE(std::int32_t)
QFX_INSTANTIATE(std::int64_t)
QFX_INSTANTIATE(float)
QFX_INSTANTIATE(double)
#undef QFX_INSTANTIATE

}  // namespace qfx::store
