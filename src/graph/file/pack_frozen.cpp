#include <algorithm>
#include <cstdlib>

#include "graph/file/pack.h"
#include "graph/model/limits.h"

#include "qfx/base/error.h"
#include "qfx/fixed/khot.h"

namespace qfx::graph {
namespace {

template <class T>
store::Tensor narrowed(const FrozenParam& param) {
  const std::vector<T> values(param.raw.begin(), param.raw.end());
  return store::make_tensor<T>(param.shape, values);
}

// The narrowest signed type that holds every raw value of the format.
store::DType storage_type(const fixed::Format& format) {
  const int width = format.width + (format.is_signed ? 0 : 1);
  return width <= 8 ? store::DType::I8 : width <= 16 ? store::DType::I16 : store::DType::I32;
}

store::Tensor raw_tensor(const FrozenParam& param) {
  switch (storage_type(param.format)) {
    case store::DType::I8:
      return narrowed<std::int8_t>(param);
    case store::DType::I16:
      return narrowed<std::int16_t>(param);
    case store::DType::I32:
      return narrowed<std::int32_t>(param);
    case store::DType::U8:
    case store::DType::I64:
    case store::DType::F32:
    case store::DType::F64:
      break;
  }
  internal_error("raw values are stored in 8, 16 or 32 bits");
}

template <class T>
std::vector<std::int32_t> widened(const store::Tensor& tensor, const std::string& place) {
  const std::vector<T> values = store::values_of<T>(tensor, place);
  return {values.begin(), values.end()};
}

std::vector<std::int32_t> raw_values(const store::Tensor& tensor, const std::string& place,
                                     const fixed::Format& format) {
  switch (storage_type(format)) {
    case store::DType::I8:
      return widened<std::int8_t>(tensor, place);
    case store::DType::I16:
      return widened<std::int16_t>(tensor, place);
    case store::DType::I32:
      return widened<std::int32_t>(tensor, place);
    case store::DType::U8:
    case store::DType::I64:
    case store::DType::F32:
    case store::DType::F64:
      break;
  }
  internal_error("raw values are stored in 8, 16 or 32 bits");
}

// Binary weights: a bit each, 1 for +1, eight to a byte from its lowest bit on.
Shape bits_shape(std::int64_t count) {
  return {(count + 7) / 8};
}

store::Tensor bits_tensor(const FrozenParam& param) {
  const Shape shape = bits_shape(std::ssize(param.raw));
  std::vector<std::uint8_t> bytes(shape[0], 0);
  for (std::size_t i = 0; i < param.raw.size(); ++i)
    bytes[i / 8] |= static_cast<std::uint8_t>((param.raw[i] > 0 ? 1U : 0U) << (i % 8));
  return store::make_tensor<std::uint8_t>(shape, bytes);
}

// The size of a tensor of this shape, which comes from a file.
std::int64_t checked_count(const Shape& shape, const std::string& place) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 1 || extent > kMaxElements / count)
      user_error("{}: its shape {} is none of a tensor of at most {} values", place,
                 to_string(shape), kMaxElements);
    count *= extent;
  }
  return count;
}

std::vector<std::int32_t> values_from_bits(const store::Tensor& tensor, const std::string& place,
                                           std::int64_t count) {
  const std::vector<std::uint8_t> bytes = store::values_of<std::uint8_t>(tensor, place);
  std::vector<std::int32_t> raw;
  for (std::int64_t i = 0; i < 8 * std::ssize(bytes); ++i) {
    const bool is_set = (bytes[i / 8] >> (i % 8) & 1) != 0;
    if (i < count)
      raw.push_back(is_set ? 1 : -1);
    else if (is_set)
      user_error("{}: a bit behind its {} values is set", place, count);
  }
  return raw;
}

Shape digits_shape(const FrozenParam& param) {
  Shape shape = param.shape;
  shape.push_back(param.k_hot);
  return shape;
}

// K slots an element, highest exponent first: sign * (exponent + 1), 0 for an empty slot.
store::Tensor digits_tensor(const FrozenParam& param) {
  std::vector<std::int8_t> slots(param.raw.size() * param.k_hot, 0);
  for (std::size_t i = 0; i < param.raw.size(); ++i) {
    std::size_t slot = i * param.k_hot;
    for (const fixed::Digit& digit : fixed::digits_of(param.raw[i], param.signed_digits))
      slots[slot++] = static_cast<std::int8_t>(digit.sign * (digit.exponent + 1));
  }
  return store::make_tensor<std::int8_t>(digits_shape(param), slots);
}

std::vector<std::int32_t> values_from_digits(const store::Tensor& tensor, const std::string& place,
                                             const FrozenParam& param) {
  const std::vector<std::int8_t> slots = store::values_of<std::int8_t>(tensor, place);
  std::vector<std::int32_t> raw;
  raw.reserve(slots.size() / param.k_hot);
  for (std::size_t first = 0; first < slots.size(); first += param.k_hot) {
    std::vector<fixed::Digit> digits;
    bool valid = true;
    for (int k = 0; k < param.k_hot; ++k) {
      const int slot = slots[first + k];
      valid = valid && std::abs(slot) <= kMaxSignedWidth + 1;
      if (slot != 0) digits.push_back({std::abs(slot) - 1, slot < 0 ? -1 : 1});
      // digits before empty slots
      valid = valid && static_cast<int>(digits.size()) == (slot != 0 ? k + 1 : std::ssize(digits));
    }
    const std::int64_t value = valid ? fixed::from_digits(digits) : 0;
    if (!valid || fixed::digits_of(value, param.signed_digits) != digits ||
        value < fixed::min_raw(param.format) || value > fixed::max_raw(param.format))
      user_error("{}: the digits of value {} are not those of a constant of the format {}", place,
                 raw.size(), fixed::to_string(param.format));
    raw.push_back(static_cast<std::int32_t>(value));
  }
  return raw;
}

store::Json param_to_json(const FrozenParam& param) {
  store::Json json;
  json["shape"] = param.shape;
  json["format"] = fixed::to_string(param.format);
  json["channel_frac_bits"] = param.channel_frac_bits;
  json["k_hot"] = param.k_hot;
  json["signed_digits"] = param.signed_digits;
  return json;
}

fixed::Format format_from_json(const store::JsonValue& json) {
  const std::string text = json.string();
  fixed::Format format;
  try {
    format = fixed::parse_format(text);
  } catch (const UserError& error) {
    json.fail(error.what());
  }
  // Only what 32-bit integers hold: the storage type follows from it.
  const int widest = format.is_signed ? kMaxSignedWidth : kMaxUnsignedWidth;
  if (format.width < 1 || format.width > widest)
    json.fail(fmt::format("width is {}, allowed are 1 to {}", format.width, widest));
  return format;
}

FrozenParam param_from_json(const store::JsonValue& json, const std::string& tensor, bool is_binary,
                            TensorSource& tensors) {
  json.fields({"shape", "format", "channel_frac_bits", "k_hot", "signed_digits"});
  FrozenParam param;
  param.shape = json["shape"].integers();
  param.format = format_from_json(json["format"]);
  json["channel_frac_bits"].each_element(
      [&](store::JsonValue point) { param.channel_frac_bits.push_back(point.small_integer()); });
  param.k_hot = static_cast<int>(json["k_hot"].integer(0, kMaxKHot));
  param.signed_digits = json["signed_digits"].boolean();
  const std::string place = tensors.place(tensor);
  if (is_binary) {
    const std::int64_t count = checked_count(param.shape, place);
    param.raw = values_from_bits(tensors.take(tensor, bits_shape(count)), place, count);
  } else if (param.k_hot > 0) {
    param.raw = values_from_digits(tensors.take(tensor, digits_shape(param)), place, param);
  } else {
    param.raw = raw_values(tensors.take(tensor, param.shape), place, param.format);
  }
  return param;
}

}  // namespace

store::Safetensors pack(const FrozenModel& model) {
  store::Safetensors file;
  store::Json graph;
  graph["name"] = model.name;
  if (model.task != Task{}) graph["task"] = task_to_json(model.task);
  if (!model.outputs.empty()) graph["outputs"] = model.outputs;
  graph["nodes"] = store::Json::array();
  for (const FrozenNode& node : model.nodes) {
    store::Json json = node_to_json(node.name, node.op, node.inputs, node.shape);
    json["format"] = fixed::to_string(node.format);
    json["params"] = store::Json::object();
    for (const auto& [role, param] : node.params) {
      json["params"][std::string(to_string(role))] = param_to_json(param);
      file.tensors[tensor_name(node.name, role)] = own_format(node.op, role) ? bits_tensor(param)
                                                   : param.k_hot > 0         ? digits_tensor(param)
                                                                             : raw_tensor(param);
    }
    graph["nodes"].push_back(std::move(json));
  }
  put_graph(graph, file);
  return file;
}

FrozenModel unpack_frozen(const store::Safetensors& file, const std::string& file_name) {
  const store::Json stored = graph_of(file, file_name);
  const store::JsonValue graph(stored, file_name + ": graph");
  graph.fields({"name", "nodes"}, {"task", "outputs"});
  FrozenModel model;
  model.name = graph["name"].string();
  if (graph.has("task")) model.task = task_from_json(graph["task"]);
  if (graph.has("outputs")) model.outputs = outputs_from_json(graph["outputs"]);
  TensorSource tensors(file.tensors, file_name);
  graph["nodes"].each_element([&](store::JsonValue json) {
    json.fields({"name", "op", "attributes", "inputs", "shape", "format", "params"});
    FrozenNode& node = model.nodes.emplace_back();
    node_from_json(json, node);
    node.format = format_from_json(json["format"]);
    json["params"].each_member([&](const std::string& name, store::JsonValue param) {
      const Role role = role_from_name(name, param);
      node.params[role] = param_from_json(param, tensor_name(node.name, role),
                                          own_format(node.op, role).has_value(), tensors);
    });
  });
  tensors.check_all_taken();
  return model;
}

}  // namespace qfx::graph
