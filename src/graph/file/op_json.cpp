#include "graph/file/op_json.h"

#include <utility>

#include "qfx/base/error.h"
#include "qfx/base/text.h"

namespace qfx::graph {
namespace {

// The attributes of a kind, each named once for both directions: `a(key, member)` writes or reads.
template <class A>
void describe(A& a, Input& op) {
  a("shape", op.shape);
  a("divisor", op.preprocess.divisor);
  a("mean", op.preprocess.mean);
  a("std", op.preprocess.std);
  a("signed_samples", op.preprocess.signed_samples);
}
template <class A>
void describe(A& a, Conv2d& op) {
  a("out_channels", op.out_channels);
  a("kernel", op.kernel);
  a("stride", op.stride);
  a("padding", op.padding);
  a("dilation", op.dilation);
  a("groups", op.groups);
  a("has_bias", op.has_bias);
}
template <class A>
void describe(A& a, Linear& op) {
  a("out_features", op.out_features);
  a("has_bias", op.has_bias);
}
template <class A>
void describe(A& a, BatchNorm& op) {
  a("eps", op.eps);
  a("momentum", op.momentum);
}
template <class A>
void describe(A& a, Clip& op) {
  a("min", op.min);
  a("max", op.max);
}
template <class A>
void describe(A& a, Prelu& op) {
  a("num_parameters", op.num_parameters);
}
template <class A>
void describe(A& a, LeakyRelu& op) {
  a("negative_slope", op.negative_slope);
}
template <class A>
void describe(A& a, MaxPool2d& op) {
  a("kernel", op.kernel);
  a("stride", op.stride);
  a("padding", op.padding);
}
template <class A>
void describe(A& a, AvgPool2d& op) {
  a("kernel", op.kernel);
  a("stride", op.stride);
  a("padding", op.padding);
}
template <class A>
void describe(A&, Cast&) {}
template <class A>
void describe(A&, Relu&) {}
template <class A>
void describe(A&, GlobalAvgPool2d&) {}
template <class A>
void describe(A&, Add&) {}
template <class A>
void describe(A&, Shift&) {}
template <class A>
void describe(A&, Sub&) {}
template <class A>
void describe(A&, Mul&) {}
template <class A>
void describe(A&, Concat&) {}
template <class A>
void describe(A&, Flatten&) {}
template <class A>
void describe(A&, Unsqueeze&) {}
template <class A>
void describe(A& a, Function& op) {
  a("function", op.function);
}
template <class A>
void describe(A& a, Softmax& op) {
  a("table_width", op.table_width);
}

struct Writer {
  store::Json json = store::Json::object();
  template <class T>
  void operator()(const char* key, const T& member) {
    json[key] = member;
  }
  void operator()(const char* key, FunctionName member) { json[key] = to_string(member); }
};

struct KeyCollector {
  std::set<std::string> keys;
  template <class T>
  void operator()(const char* key, const T&) {
    keys.insert(key);
  }
};

struct Reader {
  const store::JsonValue& attributes;
  void operator()(const char* key, std::int64_t& member) { member = attributes[key].integer(); }
  void operator()(const char* key, double& member) { member = attributes[key].number(); }
  void operator()(const char* key, bool& member) { member = attributes[key].boolean(); }
  void operator()(const char* key, Pair& member) { member = attributes[key].pair(); }
  void operator()(const char* key, Shape& member) { member = attributes[key].integers(); }
  void operator()(const char* key, std::vector<double>& member) {
    member = attributes[key].numbers();
  }
  void operator()(const char* key, FunctionName& member) {
    const store::JsonValue name = attributes[key];
    const auto found = find_function(name.string());
    if (!found)
      name.fail(fmt::format("'{}' is no function; allowed are {}", name.string(),
                            join(function_names(), ", ")));
    member = *found;
  }
};

// Each kind once, with its default attributes.
template <std::size_t... I>
std::vector<Op> all_kinds(std::index_sequence<I...>) {
  return {Op(std::in_place_index<I>)...};
}

}  // namespace

store::Json attributes_to_json(const Op& op) {
  Writer writer;
  std::visit([&](auto copy) { describe(writer, copy); }, op);
  return std::move(writer.json);
}

Op op_from_json(const store::JsonValue& kind, const store::JsonValue& attributes) {
  const std::string name = kind.string();
  std::vector<std::string> names;
  for (Op& op : all_kinds(std::make_index_sequence<std::variant_size_v<Op>>())) {
    names.emplace_back(kind_name(op));
    if (names.back() != name) continue;
    std::visit(
        [&](auto& alternative) {
          KeyCollector collector;
          describe(collector, alternative);
          attributes.fields(collector.keys);
          Reader reader{attributes};
          describe(reader, alternative);
        },
        op);
    return op;
  }
  kind.fail(fmt::format("'{}' is no node kind; allowed are {}", name, join(names, ", ")));
}

}  // namespace qfx::graph
