#include "backends/verilog/khot_factors.h"

#include <algorithm>
#include <fmt/format.h>

#include "backends/verilog/instance.h"
#include "backends/verilog/memory_text.h"

#include "qfx/fixed/khot.h"

namespace qfx::backends::verilog {
namespace {

constexpr std::int64_t kNothing = 255;  // a digit that is not there

// A digit of an operand of a lane: the shifts among which it chooses, and where its bits lie in the
// memory's word.
struct Place {
  std::vector<std::int64_t> shifts;  // ascending; "nothing" last
  bool negates = false;              // in some word
  std::int64_t at = 0;               // its choice, then its sign

  int choice_bits() const {
    return shifts.size() <= 1 ? 0 : unsigned_bits(static_cast<std::int64_t>(shifts.size()) - 1);
  }
  int width() const { return choice_bits() + (negates ? 1 : 0); }
};

class Khot {
 public:
  explicit Khot(const SumsShape& shape)
      : shape_(shape),
        digits_(shape.work.factor.digits),
        places_(static_cast<std::size_t>(shape.sums.pe * shape.operands * digits_)) {
    find_choices();
    for (Place& place : places_) {
      place.at = width_;
      width_ += place.width();
      for (std::int64_t shift : place.shifts)
        if (shift != kNothing) largest_ = std::max(largest_, shift);
    }
  }

  std::int64_t width() const { return std::max<std::int64_t>(width_, 1); }
  bool is_constant() const { return width_ == 0; }
  std::int64_t largest_shift() const { return largest_; }
  const std::vector<Place>& places() const { return places_; }

  std::string memory() const {
    std::string text;
    for (std::int64_t block = 0; block < shape_.sums.blocks; ++block) {
      for (std::int64_t step = 0; step < shape_.sums.steps; ++step) {
        MemoryWord word;
        for_digits(block, step, [&](std::size_t at, const fixed::Digit* digit, bool exists) {
          const Place& place = places_[at];
          const std::int64_t shift = digit == nullptr ? kNothing : digit->exponent;
          const auto found = std::ranges::find(place.shifts, shift);
          word.append(exists ? found - place.shifts.begin() : 0, place.choice_bits());
          if (place.negates) word.append(digit != nullptr && digit->sign < 0 ? 1 : 0, 1);
        });
        if (word.width() == 0) word.append(0, 1);
        text += word.text() + "\n";
      }
    }
    return text;
  }

 private:
  // `visit` is given each place of a word with its digit there; nullptr: none. What a padded lane
  // holds does not exist.
  template <class Visit>
  void for_digits(std::int64_t block, std::int64_t step, const Visit& visit) const {
    std::size_t at = 0;
    for (std::int64_t lane = 0; lane < shape_.sums.pe; ++lane) {
      const auto output = shape_.output_of(block, lane);
      for (std::int64_t operand = 0; operand < shape_.operands; ++operand) {
        std::vector<fixed::Digit> digits;
        if (output)
          digits = fixed::digits_of(shape_.weight(*output, step, operand),
                                    shape_.work.factor.signed_digits);
        for (int d = 0; d < digits_; ++d, ++at)
          visit(
              at,
              d < static_cast<int>(digits.size()) ? &digits[static_cast<std::size_t>(d)] : nullptr,
              output.has_value());
      }
    }
  }

  void find_choices() {
    for (std::int64_t block = 0; block < shape_.sums.blocks; ++block) {
      for (std::int64_t step = 0; step < shape_.sums.steps; ++step) {
        for_digits(block, step, [&](std::size_t at, const fixed::Digit* digit, bool exists) {
          if (!exists) return;
          Place& place = places_[at];
          const std::int64_t shift = digit == nullptr ? kNothing : digit->exponent;
          const auto found = std::ranges::lower_bound(place.shifts, shift);
          if (found == place.shifts.end() || *found != shift) place.shifts.insert(found, shift);
          if (digit != nullptr && digit->sign < 0) place.negates = true;
        });
      }
    }
    for (Place& place : places_)
      if (place.shifts.empty()) place.shifts.push_back(kNothing);
  }

  const SumsShape& shape_;
  int digits_;
  std::vector<Place> places_;  // lane by lane, operand by operand, digit by digit
  std::int64_t width_ = 0, largest_ = 0;
};

}  // namespace

FactorsText khot_text(const SumsShape& shape, const Operands& x) {
  const Khot khot(shape);
  FactorsText text;
  text.terms = shape.work.factor.digits;
  text.width = khot.width();
  text.memory = khot.memory();
  text.term_width = x.width + (x.is_signed ? 0 : 1) + 1 + static_cast<int>(khot.largest_shift());
  text.support.insert("qfx_shifted");
  const auto count = static_cast<std::int64_t>(khot.places().size());
  text.products = fmt::format("  wire {}products;\n", range(count * text.term_width));
  for (std::int64_t at = 0; at < count; ++at) {
    const Place& place = khot.places()[static_cast<std::size_t>(at)];
    const std::int64_t lane = at / text.terms / shape.operands;
    const std::int64_t operand = shape.first_operand(lane) + at / text.terms % shape.operands;
    const int bits = place.choice_bits();
    text.products +=
        Instance("qfx_shifted", fmt::format("digit_{}", at))
            .with("X_WIDTH", x.width)
            .with("X_SIGNED", x.is_signed ? 1 : 0)
            .with("CHOICES", static_cast<std::int64_t>(place.shifts.size()))
            .with("CHOICE_WIDTH", std::max(bits, 1))
            .with("SHIFTS", packed(place.shifts, 8))
            .with("OUT_WIDTH", text.term_width)
            .ports({"clk", "en"})
            .port("x",
                  fmt::format("{}[{}:{}]", x.wire, (operand + 1) * x.width - 1, operand * x.width))
            .port("choice",
                  bits == 0 ? "1'b0" : fmt::format("weights[{}:{}]", place.at + bits - 1, place.at))
            .port("minus", place.negates ? fmt::format("weights[{}]", place.at + bits) : "1'b0")
            .port("product", fmt::format("products[{}:{}]", (at + 1) * text.term_width - 1,
                                         at * text.term_width))
            .text();
  }
  if (khot.is_constant()) text.products += "  wire _unused_weights_ok = &{1'b0, weights};\n";
  return text;
}

}  // namespace qfx::backends::verilog
