// An ONNX graph while it is being written.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "imports/onnx/onnx.pb.h"

#include "qfx/base/shape.h"

namespace qfx::imports {

// The types that hold a network's values exactly; the numbers are ONNX's.
enum class Real { Float = 1, Double = 11 };

struct WrittenAttribute {
  std::string name;
  std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>> value;
};

class OnnxGraph {
 public:
  OnnxGraph(const std::string& name, const std::string& producer);

  void input(const std::string& name, Real type, const Shape& shape);
  // The value as the output of this type and shape, which gets a name of its own, "output", whatever
  // its node is called; returns that. After everything that reads the value is added.
  std::string output(const std::string& value, Real type, const Shape& shape);
  // Of the file, for people.
  void describe(const std::string& text) { model_.set_doc_string(text); }

  // A node whose one output is named after `like`; returns that.
  std::string add(const std::string& op, const std::vector<std::string>& inputs,
                  const std::string& like, const std::vector<WrittenAttribute>& attributes = {},
                  const std::string& domain = "");
  std::string constant(const std::string& like, Real type, const Shape& shape,
                       const std::vector<double>& values);
  std::string integers(const std::string& like, const std::vector<std::int64_t>& values);
  std::string integers(const std::string& like, const Shape& shape,
                       const std::vector<std::int64_t>& values);
  // A number, written once.
  std::string number(Real type, double value);

  std::string bytes() const { return model_.SerializeAsString(); }

 private:
  std::string fresh(const std::string& like);

  ::onnx::ModelProto model_;
  std::map<std::string, int> taken_;
  std::map<std::pair<Real, double>, std::string> numbers_;
  bool has_qonnx_ = false;
};

inline constexpr char kWrittenDomain[] = "qonnx.custom_op.general";

}  // namespace qfx::imports
