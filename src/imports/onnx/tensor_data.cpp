#include "imports/onnx/tensor_data.h"

#include <bit>
#include <cmath>
#include <concepts>
#include <cstring>
#include <limits>
#include <utility>

#include "imports/onnx/external_data.h"

#include "qfx/base/error.h"

namespace qfx::imports {
namespace {

using Proto = ::onnx::TensorProto;

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

// IEEE half precision.
double half_value(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 31)
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity()
                         : std::numeric_limits<double>::quiet_NaN();
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

// The upper half of a single.
double bfloat_value(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

// Bytes of an element in raw_data.
std::int64_t element_size(int data_type, const std::string& what) {
  switch (data_type) {
    case Proto::BOOL:
    case Proto::INT8:
    case Proto::UINT8:
      return 1;
    case Proto::BFLOAT16:
    case Proto::FLOAT16:
    case Proto::INT16:
    case Proto::UINT16:
      return 2;
    case Proto::FLOAT:
    case Proto::INT32:
    case Proto::UINT32:
      return 4;
    case Proto::DOUBLE:
    case Proto::INT64:
    case Proto::UINT64:
      return 8;
  }
  user_error(
      "{} holds numbers of ONNX's type {}; those that can be read are float, double, float16, "
      "bfloat16, bool and the integers of 8 to 64 bits",
      what, data_type);
}

// Each element of type T through `convert`.
template <class T, class Out, class Convert>
void take(const std::string& bytes, std::vector<Out>& out, Convert convert) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    T element;
    std::memcpy(&element, bytes.data() + i * sizeof(T), sizeof(T));
    out[i] = convert(element);
  }
}

template <std::integral T>
std::int64_t whole(T value) {
  if (!std::in_range<std::int64_t>(value))
    user_error("a constant holds the integer {}; 63 bits are all that can be read", value);
  return static_cast<std::int64_t>(value);
}

void from_bytes(int data_type, const std::string& bytes, Tensor& tensor) {
  const auto real = [](auto value) { return static_cast<double>(value); };
  switch (data_type) {
    case Proto::FLOAT:
      return take<float>(bytes, tensor.reals, real);
    case Proto::DOUBLE:
      return take<double>(bytes, tensor.reals, real);
    case Proto::FLOAT16:
      return take<std::uint16_t>(bytes, tensor.reals, half_value);
    case Proto::BFLOAT16:
      return take<std::uint16_t>(bytes, tensor.reals, bfloat_value);
    case Proto::BOOL:
      return take<std::uint8_t>(bytes, tensor.integers,
                                [](std::uint8_t v) { return std::int64_t{v != 0}; });
    case Proto::INT8:
      return take<std::int8_t>(bytes, tensor.integers, whole<std::int8_t>);
    case Proto::UINT8:
      return take<std::uint8_t>(bytes, tensor.integers, whole<std::uint8_t>);
    case Proto::INT16:
      return take<std::int16_t>(bytes, tensor.integers, whole<std::int16_t>);
    case Proto::UINT16:
      return take<std::uint16_t>(bytes, tensor.integers, whole<std::uint16_t>);
    case Proto::INT32:
      return take<std::int32_t>(bytes, tensor.integers, whole<std::int32_t>);
    case Proto::UINT32:
      return take<std::uint32_t>(bytes, tensor.integers, whole<std::uint32_t>);
    case Proto::INT64:
      return take<std::int64_t>(bytes, tensor.integers, whole<std::int64_t>);
    case Proto::UINT64:
      return take<std::uint64_t>(bytes, tensor.integers, whole<std::uint64_t>);
  }
  internal_error("a type of tensor has a size and no reader");
}

// What of the typed fields holds this type's elements, as the format says.
template <class Field, class Out, class Convert>
void from_field(const Field& field, std::vector<Out>& out, const std::string& what,
                Convert convert) {
  if (field.size() != std::ssize(out))
    user_error("{} holds {} values, and its shape asks for {}", what, field.size(), out.size());
  for (int i = 0; i < field.size(); ++i) out[i] = convert(field.Get(i));
}

void from_fields(const Proto& proto, Tensor& tensor, const std::string& what) {
  const auto real = [](auto value) { return static_cast<double>(value); };
  const auto bits = [](std::int32_t value) { return static_cast<std::uint16_t>(value); };
  switch (proto.data_type()) {
    case Proto::FLOAT:
      return from_field(proto.float_data(), tensor.reals, what, real);
    case Proto::DOUBLE:
      return from_field(proto.double_data(), tensor.reals, what, real);
    case Proto::FLOAT16:
      return from_field(proto.int32_data(), tensor.reals, what,
                        [&](auto v) { return half_value(bits(v)); });
    case Proto::BFLOAT16:
      return from_field(proto.int32_data(), tensor.reals, what,
                        [&](auto v) { return bfloat_value(bits(v)); });
    case Proto::INT64:
      return from_field(proto.int64_data(), tensor.integers, what, whole<std::int64_t>);
    case Proto::UINT32:
    case Proto::UINT64:
      return from_field(proto.uint64_data(), tensor.integers, what, whole<std::uint64_t>);
    case Proto::BOOL:
    case Proto::INT8:
    case Proto::UINT8:
    case Proto::INT16:
    case Proto::UINT16:
    case Proto::INT32:
      return from_field(proto.int32_data(), tensor.integers, what, whole<std::int32_t>);
  }
  internal_error("a type of tensor has a size and no field");
}

}  // namespace

bool is_integer_type(int data_type, const std::string& what) {
  element_size(data_type, what);
  switch (data_type) {
    case Proto::FLOAT:
    case Proto::DOUBLE:
    case Proto::FLOAT16:
    case Proto::BFLOAT16:
      return false;
  }
  return true;
}

Tensor read_tensor(const Proto& proto, const std::filesystem::path& folder,
                   const std::string& what) {
  Tensor tensor;
  tensor.shape.assign(proto.dims().begin(), proto.dims().end());
  if (!is_reasonable(tensor.shape))
    user_error("{} has the shape {}; sizes must be at least 0 and all together at most {}", what,
               to_string(tensor.shape), kMaxTensorElements);
  if (proto.has_segment()) user_error("{} is a segment of a tensor; store it whole", what);
  tensor.is_integer = is_integer_type(proto.data_type(), what);
  if (tensor.is_integer) tensor.stored_as = proto.data_type();
  const std::int64_t size = tensor.size() * element_size(proto.data_type(), what);
  const bool is_external = proto.data_location() == Proto::EXTERNAL;
  if (!is_external && !proto.has_raw_data()) {
    // The elements are in memory already: as many as there are can be asked for.
    const std::int64_t values = std::int64_t{proto.float_data_size()} + proto.double_data_size() +
                                proto.int32_data_size() + proto.int64_data_size() +
                                proto.uint64_data_size();
    if (values != tensor.size())
      user_error("{} holds {} values, and its shape {} asks for {}", what, values,
                 to_string(tensor.shape), tensor.size());
  }
  if (proto.has_raw_data() && !is_external && std::ssize(proto.raw_data()) != size)
    user_error("{} holds {} bytes, and its shape {} asks for {}", what, proto.raw_data().size(),
               to_string(tensor.shape), size);
  const std::string external =
      is_external ? read_external_data(proto, size, folder, what) : std::string();
  if (tensor.is_integer)
    tensor.integers.resize(static_cast<std::size_t>(tensor.size()));
  else
    tensor.reals.resize(static_cast<std::size_t>(tensor.size()));
  if (is_external)
    from_bytes(proto.data_type(), external, tensor);
  else if (proto.has_raw_data())
    from_bytes(proto.data_type(), proto.raw_data(), tensor);
  else
    from_fields(proto, tensor, what);
  return tensor;
}

}  // namespace qfx::imports
