// What the kinds say of themselves, as the doors that read it need it.
#include <gtest/gtest.h>
#include <set>

#include "qfx/graph/op.h"

namespace qfx::graph {
namespace {

// The names of one kind's attributes, as one door has them.
struct Names {
  std::string_view Attribute::*door;
  std::vector<std::string_view> all = {};
  void operator()(const Attribute& attribute, const auto&, const auto&, const auto&) {
    all.push_back(attribute.*door);
  }
};

std::vector<std::string_view> names(const Op& op, std::string_view Attribute::*door) {
  Names collector{door};
  std::visit([&](const auto& kind) { visit_attributes(kind, collector); }, op);
  return collector.all;
}

TEST(Kinds, AreToldApartByTheirNames) {
  std::set<std::string_view> in_messages, in_files;
  for (const Op& op : all_kinds()) {
    EXPECT_TRUE(in_messages.insert(kind_name(op)).second) << kind_name(op);
    EXPECT_TRUE(in_files.insert(file_name(op)).second) << file_name(op);
  }
}

TEST(Kinds, TellTheirAttributesApart) {
  for (const Op& op : all_kinds()) {
    for (const auto door : {&Attribute::name, &Attribute::torch}) {
      const std::vector<std::string_view> all = names(op, door);
      EXPECT_EQ(std::set(all.begin(), all.end()).size(), all.size()) << kind_name(op);
    }
  }
}

TEST(Kinds, NameTheirAttributesAsTorchAndOnnxDo) {
  using Strings = std::vector<std::string_view>;
  EXPECT_EQ(names(Conv2d{}, &Attribute::name),
            (Strings{"out_channels", "kernel", "stride", "padding", "dilation", "groups",
                     "has_bias", "binary", "clip_range", "accumulator"}));
  EXPECT_EQ(names(Conv2d{}, &Attribute::torch),
            (Strings{"out_channels", "kernel_size", "stride", "padding", "dilation", "groups",
                     "bias", "binary", "clip_range", "accumulator"}));
  EXPECT_EQ(
      names(Conv2d{}, &Attribute::onnx),
      (Strings{"", "kernel_shape", "strides", "pads", "dilations", "group", "", "", "", ""}));
  EXPECT_EQ(names(AvgPool2d{}, &Attribute::torch),
            (Strings{"kernel_size", "stride", "padding", "dilation", "count_include_pad", "overhang",
                     "accumulator"}));
  EXPECT_EQ(names(AvgPool2d{}, &Attribute::onnx),
            (Strings{"kernel_shape", "strides", "pads", "dilations", "count_include_pad", "", ""}));
  EXPECT_EQ(names(LeakyRelu{}, &Attribute::onnx), (Strings{"alpha"}));
  EXPECT_EQ(names(Relu{}, &Attribute::name), Strings{});
}

// What a recipe may leave out must be allowed, and so must what a kind's struct starts from.
struct BoundsCheck {
  void operator()(const Attribute& attribute, std::int64_t value, IntBounds bounds,
                  const auto& usual) const {
    expect(attribute, value >= bounds.low && value <= bounds.high);
    if constexpr (!std::is_same_v<decltype(usual), const Required&>)
      expect(attribute, usual >= bounds.low && usual <= bounds.high);
  }
  void operator()(const Attribute& attribute, const Pair& value, IntBounds bounds,
                  const auto&) const {
    for (const std::int64_t side : value)
      expect(attribute, side >= bounds.low && side <= bounds.high);
  }
  void operator()(const Attribute& attribute, const Sides& value, IntBounds bounds,
                  const auto&) const {
    for (const std::int64_t side : {value.top, value.left, value.bottom, value.right})
      expect(attribute, side >= bounds.low && side <= bounds.high);
  }
  void operator()(const Attribute& attribute, const Shape& values, IntBounds bounds,
                  const auto&) const {
    for (const std::int64_t value : values)
      expect(attribute, value >= bounds.low && value <= bounds.high);
  }
  void operator()(const Attribute& attribute, double value, const RealBounds& bounds,
                  const auto&) const {
    expect(attribute, bounds.hold(value));
  }
  void operator()(const Attribute&, const auto&, AnyValue, const auto&) const {}
  static void expect(const Attribute& attribute, bool is_allowed) {
    EXPECT_TRUE(is_allowed) << attribute.name;
  }
};

TEST(Kinds, StartInsideTheirBounds) {
  for (const Op& op : all_kinds())
    std::visit([](const auto& kind) { visit_attributes(kind, BoundsCheck{}); }, op);
}

TEST(Kinds, SayWhatTheyAreOnce) {
  EXPECT_EQ(arity(Concat{}), kManyInputs);
  EXPECT_EQ(arity(Mul{}), kTwoInputs);
  EXPECT_TRUE(keeps_format(Flatten{}) && keeps_format(Unsqueeze{}));
  EXPECT_FALSE(keeps_format(Cast{}));
  EXPECT_TRUE(keeps_format(Slice{}) && !renames(Slice{}));
  EXPECT_TRUE(derives_params(BatchNorm{}) && derives_params(LeakyRelu{}));
  EXPECT_FALSE(derives_params(Prelu{}));
}

}  // namespace
}  // namespace qfx::graph
