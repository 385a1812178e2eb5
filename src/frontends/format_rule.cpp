#include "frontends/format_rule.h"

#include "qfx/base/error.h"
#include "qfx/graph/graph.h"

namespace qfx::frontends {
namespace {

// Keys that format = "fixed<...>" already says, and that float = true makes meaningless.
const std::vector<std::string> kFormatTextKeys{"width", "rounding",     "overflow", "wrap_bits",
                                               "sign",  "binary_point", "int_bits"};

const Words<Sign> kSigns{
    {"auto", Sign::Auto}, {"signed", Sign::Signed}, {"unsigned", Sign::Unsigned}};
const Words<Point> kPoints{
    {"learned", Point::Learned}, {"calibrated", Point::Calibrated}, {"fixed", Point::Fixed}};
const Words<graph::Granularity> kGranularities{{"tensor", graph::Granularity::PerTensor},
                                               {"channel", graph::Granularity::PerChannel}};

// Far beyond any format whose sums fit 63 bits.
constexpr std::int64_t kMaxIntBits = 64;

void refuse_together(const TableReader& table, const std::string& key,
                     const std::vector<std::string>& others, std::string_view why) {
  for (const std::string& other : others) {
    if (table.has(other))
      table.fail(key, fmt::format("{}; leave out '{}' or '{}'", why, key, other));
  }
}

template <class Mode>
std::optional<Mode> read_mode(const TableReader& table, const char* key,
                              Mode (*parse)(std::string_view)) {
  const auto name = table.text(key);
  if (!name) return std::nullopt;
  try {
    return parse(*name);
  } catch (const UserError& error) {
    table.refuse(key, error.what());
  }
}

void read_format_text(const TableReader& table, FormatRule& rule) {
  refuse_together(table, "format", kFormatTextKeys, "this already says the whole format");
  fixed::Format format;
  try {
    format = fixed::parse_format(*table.text("format"));
  } catch (const UserError& error) {
    table.refuse("format", error.what());
  }
  const int widest = format.is_signed ? graph::kMaxSignedWidth : graph::kMaxUnsignedWidth;
  if (format.width > widest) {
    table.refuse("format", fmt::format("a width of 1 to {} bits is allowed for {} tensors", widest,
                                       format.is_signed ? "signed" : "unsigned"));
  }
  if (format.int_bits < -kMaxIntBits || format.int_bits > kMaxIntBits) {
    table.refuse("format",
                 fmt::format("-{} to {} integer bits are allowed", kMaxIntBits, kMaxIntBits));
  }
  rule.width = format.width;
  rule.rounding = format.rounding;
  rule.overflow = format.overflow;
  rule.wrap_bits = format.wrap_bits;
  rule.sign = format.is_signed ? Sign::Signed : Sign::Unsigned;
  rule.point = Point::Fixed;
  rule.int_bits = format.int_bits;
}

void read_point(const TableReader& table, FormatRule& rule) {
  if (const auto value = table.integer("int_bits", {-kMaxIntBits, kMaxIntBits})) {
    rule.int_bits = static_cast<int>(*value);
  }
  if (const auto point = table.choice("binary_point", kPoints)) rule.point = point;
  if (rule.point == Point::Calibrated && rule.int_bits) {
    table.fail("int_bits",
               "a calibrated binary point is found from data; leave this key out, or write "
               "binary_point = \"fixed\" to give it, \"learned\" to start there");
  }
}

}  // namespace

std::vector<std::string> format_keys() {
  return {"format",    "float",         "width",        "rounding", "overflow",
          "wrap_bits", "sign",          "binary_point", "int_bits", "granularity",
          "k_hot",     "signed_digits", "overflows"};
}

FormatRule read_format_rule(const TableReader& table) {
  FormatRule rule{.table = table};
  rule.is_float = table.boolean("float");
  if (rule.is_float == true) {
    for (const std::string& key : format_keys()) {
      if (key != "float" && table.has(key)) {
        table.fail(
            "float",
            fmt::format("a floating-point tensor has no format; leave out 'float' or '{}'", key));
      }
    }
  }
  if (table.has("format")) read_format_text(table, rule);
  if (const auto width = table.integer("width", {1, graph::kMaxSignedWidth}))
    rule.width = static_cast<int>(*width);
  if (const auto rounding = read_mode(table, "rounding", fixed::parse_rounding))
    rule.rounding = rounding;
  if (const auto overflow = read_mode(table, "overflow", fixed::parse_overflow))
    rule.overflow = overflow;
  if (const auto bits = table.integer("wrap_bits", {0, graph::kMaxSignedWidth}))
    rule.wrap_bits = static_cast<int>(*bits);
  if (const auto sign = table.choice("sign", kSigns)) rule.sign = sign;
  if (!table.has("format")) read_point(table, rule);
  if (const auto granularity = table.choice("granularity", kGranularities))
    rule.granularity = granularity;
  if (const auto k = table.integer("k_hot", {0, graph::kMaxSignedWidth}))
    rule.k_hot = static_cast<int>(*k);
  rule.signed_digits = table.boolean("signed_digits");
  if (const auto overflows = table.choice("overflows", {"allow", "forbid"}))
    rule.forbids_overflow = *overflows == "forbid";
  return rule;
}

}  // namespace qfx::frontends
