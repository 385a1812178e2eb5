#include "graph/file/op_json.h"

#include <concepts>
#include <optional>
#include <utility>

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::graph {
namespace {

struct Writer {
  store::Json json = store::Json::object();
  template <class T, class Usual>
  void operator()(const Attribute& attribute, const T& member, const auto&, const Usual& usual) {
    if constexpr (!std::same_as<Usual, Required>) {
      if (attribute.only_if_unusual && member == usual) return;
    }
    put(json[std::string(attribute.name)], member);
  }
  static void put(store::Json& entry, const std::optional<fixed::Format>& format) {
    entry = fixed::to_string(*format);  // never empty: that is the usual
  }
  // As before it could differ, where it does not.
  static void put(store::Json& entry, const Sides& sides) {
    if (sides.is_alike())
      entry = Pair{sides.top, sides.left};
    else
      entry = Shape{sides.top, sides.left, sides.bottom, sides.right};
  }
  static void put(store::Json& entry, const auto& member) { entry = member; }
  void operator()(const Attribute& attribute, FunctionName member, const auto&, const auto&) {
    json[std::string(attribute.name)] = to_string(member);
  }
};

struct KeyCollector {
  std::set<std::string> keys, optional;
  void operator()(const Attribute& attribute, const auto&, const auto&, const auto&) {
    (attribute.only_if_unusual ? optional : keys).emplace(attribute.name);
  }
};

struct Reader {
  const store::JsonValue& attributes;

  template <class Usual>
  void operator()(const Attribute& attribute, auto& member, const auto&, const Usual& usual) const {
    const std::string key(attribute.name);
    if constexpr (!std::same_as<Usual, Required>) {
      if (attribute.only_if_unusual && !attributes.has(key)) {
        member = usual;
        return;
      }
    }
    read(attributes[key], member);
  }

  static void read(const store::JsonValue& json, std::int64_t& member) { member = json.integer(); }
  static void read(const store::JsonValue& json, double& member) { member = json.number(); }
  static void read(const store::JsonValue& json, bool& member) { member = json.boolean(); }
  static void read(const store::JsonValue& json, Pair& member) { member = json.pair(); }
  static void read(const store::JsonValue& json, Sides& member) {
    const Shape values = json.integers();
    if (values.size() == 2)
      member = {values[0], values[1]};
    else if (values.size() == 4)
      member = {values[0], values[1], values[2], values[3]};
    else
      json.fail(fmt::format("this list has {} entries, it must have 2 or 4", values.size()));
  }
  static void read(const store::JsonValue& json, Shape& member) { member = json.integers(); }
  static void read(const store::JsonValue& json, std::vector<double>& member) {
    member = json.numbers();
  }
  static void read(const store::JsonValue& json, std::vector<Point>& member) {
    json.each_element([&](const store::JsonValue& element) {
      const std::vector<double> point = element.numbers();
      if (point.size() != 2) element.fail("a point is [x, y]");
      member.push_back({point[0], point[1]});
    });
  }
  static void read(const store::JsonValue& json, std::optional<fixed::Format>& member) {
    const std::string text = json.string();
    try {
      member = fixed::parse_format(text);
    } catch (const UserError& error) {
      json.fail(error.what());
    }
  }
  static void read(const store::JsonValue& json, FunctionName& member) {
    const auto found = find_function(json.string());
    if (!found)
      json.fail(fmt::format("{} is no function; allowed are {}", in_quotes(json.string()),
                            join(function_names(), ", ")));
    member = *found;
  }
};

}  // namespace

store::Json attributes_to_json(const Op& op) {
  Writer writer;
  std::visit([&](const auto& kind) { visit_attributes(kind, writer); }, op);
  return std::move(writer.json);
}

Op op_from_json(const store::JsonValue& kind, const store::JsonValue& attributes) {
  const std::string name = kind.string();
  std::vector<std::string> names;
  for (Op& op : all_kinds()) {
    names.emplace_back(file_name(op));
    if (names.back() != name) continue;
    std::visit(
        [&](auto& kind) {
          KeyCollector collector;
          visit_attributes(kind, collector);
          attributes.fields(collector.keys, collector.optional);
          visit_attributes(kind, Reader{attributes});
        },
        op);
    return op;
  }
  kind.fail(fmt::format("{} is no node kind; allowed are {}", in_quotes(name), join(names, ", ")));
}

}  // namespace qfx::graph
