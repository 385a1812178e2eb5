#include "backends/verilog/print_formula.h"

#include <algorithm>
#include <fmt/format.h>

#include "backends/verilog/bits.h"
#include "backends/verilog/formula_operands.h"
#include "backends/verilog/instance.h"

#include "qfx/base/error.h"

namespace qfx::backends::verilog {
namespace {

using circuit::Formula;
using circuit::Ref;
using circuit::Value;
using circuit::ValueId;
using circuit::width_of;
using fixed::BigInt;

std::vector<BigInt> patterns_of(const std::vector<bool>& bits) {
  std::vector<BigInt> patterns;
  for (const bool bit : bits) patterns.emplace_back(bit ? 1 : 0);
  return patterns;
}

}  // namespace

FormulaPrinter::FormulaPrinter(const std::string& name, const Formula& formula,
                               std::vector<int> input_widths)
    : name_(name),
      formula_(formula),
      input_widths_(std::move(input_widths)),
      last_use_(formula.values.size(), -1) {
  find_uses();
}

void FormulaPrinter::use(Ref ref, int stage) {
  int& last = last_use_[static_cast<std::size_t>(ref.value)];
  last = std::max(last, stage);
}

void FormulaPrinter::find_uses() {
  for (const Ref& output : formula_.outputs) use(output, formula_.stages() - 1);
  for (const Formula::Inner& inner : formula_.inner) {
    for (const Ref& element : inner.elements) {
      use(element, inner.stage);
      const circuit::Value& shown = value(element.value);
      if (!std::holds_alternative<circuit::Constant>(shown.operation) &&
          !std::holds_alternative<circuit::Rows>(shown.operation))
        maybe_unused_.insert(name(element.value, inner.stage));
    }
  }
  for (std::size_t id = formula_.values.size(); id-- > 0;) {
    if (last_use_[id] < 0) continue;
    const Value& reader = formula_.values[id];
    for (const Ref& operand : operands_of(reader)) use(operand, reads_at(reader));
  }
}

// ---- operands ----------------------------------------------------------------------------------

std::string FormulaPrinter::name(ValueId id, int stage) {
  const Value& value = this->value(id);
  QFX_ASSERT(stage >= value.stage);
  return stage == value.stage ? fmt::format("v{}", id) : fmt::format("v{}_{}", id, stage);
}

std::string FormulaPrinter::row_bits(int stage, std::vector<BigInt> patterns, int width) {
  std::vector<Field>& fields = fields_[stage];
  const auto same = std::ranges::find_if(fields, [&](const Field& field) {
    return field.width == width && field.patterns == patterns;
  });
  int offset = 0;
  if (same != fields.end()) {
    offset = same->offset;
  } else {
    if (!fields.empty()) offset = fields.back().offset + fields.back().width;
    fields.push_back({std::move(patterns), width, offset});
  }
  return fmt::format("row{}[{}:{}]", stage, offset + width - 1, offset);
}

std::string FormulaPrinter::bits(Ref ref, int stage, int width, int from) {
  const Value& value = this->value(ref.value);
  QFX_ASSERT(width > 0);
  if (std::holds_alternative<circuit::Constant>(value.operation)) {
    const BigInt whole = pattern_of(value.range.lo << ref.shift, width + from);
    return literal(whole >> from, width);
  }
  const int own = this->width(ref.value);
  const bool is_rows = std::holds_alternative<circuit::Rows>(value.operation);
  return slice(is_rows ? row_wire(ref.value, stage) : name(ref.value, stage), own,
               value.range.lo < 0, ref.shift, width, from);
}

// The row of a constant as a wire of its own.
std::string FormulaPrinter::row_wire(ValueId id, int stage) {
  const std::string wire = fmt::format("c{}_{}", id, stage);
  const int own = width(id);
  if (!row_wires_.contains(wire)) {
    std::vector<BigInt> patterns;
    for (const BigInt& row : std::get<circuit::Rows>(value(id).operation).values)
      patterns.push_back(pattern_of(row, own));
    row_wires_[wire] = fmt::format("  wire [{}:0] {} = {};\n", own - 1, wire,
                                   row_bits(stage, std::move(patterns), own));
  }
  return wire;
}

std::string FormulaPrinter::number(Ref ref, int stage, int width) {
  return fmt::format("$signed({})", bits(ref, stage, width));
}

// ---- values ------------------------------------------------------------------------------------

std::string FormulaPrinter::wire(ValueId id, const std::string& expression) const {
  return fmt::format("  wire [{}:0] v{} = {};\n", width(id) - 1, id, expression);
}

std::string FormulaPrinter::print(ValueId id) {
  return std::visit([&](const auto& operation) { return define(id, operation); },
                    value(id).operation);
}

std::string FormulaPrinter::define(ValueId id, const circuit::Element& element) {
  const int lowest = element.lane * input_widths_.at(static_cast<std::size_t>(element.input));
  return wire(id, fmt::format("i{}_data[{}:{}]", element.input, lowest + width(id) - 1, lowest));
}

std::string FormulaPrinter::define(ValueId, const circuit::Constant&) {
  return "";  // wherever it is read
}

std::string FormulaPrinter::define(ValueId, const circuit::Rows&) {
  return "";  // likewise
}

// Low bits that only the first has pass by the adder; a sign by row comes in by its carry.
std::string FormulaPrinter::define(ValueId id, const circuit::Addition& addition) {
  const int stage = value(id).stage, width = this->width(id);
  const bool is_fixed = addition.subtracts.size() == 1;
  const int passed = addition.b.shift;
  if (passed >= width) return wire(id, bits(addition.a, stage, width));
  const int added = width - passed;
  const std::string a = bits(addition.a, stage, added, passed),
                    b = bits(addition.b, stage, added, passed);
  std::string text;
  std::string sum = fmt::format("s{}", id);
  if (is_fixed) {
    text = fmt::format("  wire [{}:0] {} = {} {} {};\n", added - 1, sum, a,
                       addition.subtracts[0] ? "-" : "+", b);
  } else {
    const std::string sign = fmt::format("n{}", id);
    text =
        fmt::format("  wire {} = {};\n", sign, row_bits(stage, patterns_of(addition.subtracts), 1));
    text += fmt::format("  wire [{}:0] {} = {{{}, 1'b1}} + {{{} ^ {{{}{{{}}}}}, {}}};\n", added,
                        sum, a, b, added, sign, sign);
    maybe_unused_.insert(sum);
    sum += fmt::format("[{}:1]", added);
  }
  if (passed == 0) return text + wire(id, sum);
  return text + wire(id, fmt::format("{{{}, {}}}", sum, bits(addition.a, stage, passed)));
}

std::string FormulaPrinter::define(ValueId id, const circuit::Product& product) {
  const int stage = value(id).stage, width = this->width(id);
  const bool has_sign = is_signed(product.a.value) || is_signed(product.b.value);
  if (!has_sign)
    return wire(
        id, fmt::format("{} * {}", bits(product.a, stage, width), bits(product.b, stage, width)));
  return wire(
      id, fmt::format("{} * {}", number(product.a, stage, width), number(product.b, stage, width)));
}

std::string FormulaPrinter::define(ValueId id, const circuit::Shifting& shifting) {
  const int stage = value(id).stage, width = this->width(id);
  std::vector<int> shifts = shifting.shifts;
  std::vector<BigInt> choices;
  const bool has_zero = std::ranges::count(shifting.choices, -1) > 0;
  const std::int64_t count = std::ssize(shifts) + (has_zero ? 1 : 0);
  for (const int choice : shifting.choices) choices.emplace_back(choice < 0 ? count - 1 : choice);
  const int index = index_width(count);
  const std::string choice = fmt::format("k{}", id);
  std::string text = fmt::format("  wire [{}:0] {} = {};\n  reg [{}:0] v{};\n", index - 1, choice,
                                 row_bits(stage, choices, index), width - 1, id);
  text += fmt::format("  always @*\n    case ({})\n", choice);
  for (std::int64_t i = 0; i < count; ++i) {
    const bool is_zero = has_zero && i + 1 == count;
    const Ref shifted{shifting.x.value, is_zero ? 0 : shifts[static_cast<std::size_t>(i)]};
    text += fmt::format("      {}: v{} = {};\n",
                        i + 1 == count ? "default" : fmt::format("{}'d{}", index, i), id,
                        is_zero ? literal(0, width) : bits(shifted, stage, width));
  }
  return text + "    endcase\n";
}

std::string FormulaPrinter::define(ValueId id, const circuit::Less& less) {
  const int stage = value(id).stage;
  const circuit::ValueRange a = value(less.a.value).range, b = value(less.b.value).range;
  const int a_width = width_of(a) + less.a.shift, b_width = width_of(b) + less.b.shift;
  if (std::holds_alternative<circuit::Constant>(value(less.b.value).operation) && b.lo == 0)
    return wire(id, bits(less.a, stage, 1, a_width - 1));
  if (a.lo >= 0 && b.lo >= 0) {
    const int width = std::max(a_width, b_width);
    return wire(id, fmt::format("{} < {}", bits(less.a, stage, width), bits(less.b, stage, width)));
  }
  const int width = std::max(a_width + (a.lo < 0 ? 0 : 1), b_width + (b.lo < 0 ? 0 : 1));
  return wire(id,
              fmt::format("{} < {}", number(less.a, stage, width), number(less.b, stage, width)));
}

std::string FormulaPrinter::define(ValueId id, const circuit::Select& select) {
  const int stage = value(id).stage, width = this->width(id);
  return wire(id, fmt::format("{} ? {} : {}", bits({select.condition, 0}, stage, 1),
                              bits(select.yes, stage, width), bits(select.no, stage, width)));
}

std::string FormulaPrinter::define(ValueId id, const circuit::LookUp& look_up) {
  const int width = this->width(id);
  const std::string memory = fmt::format("{}_table{}.mem", name_, id);
  std::string& content = memories[memory];
  for (const std::int64_t entry : look_up.entries)
    content += hex_digits(pattern_of(entry, width), width) + "\n";
  return fmt::format("  wire [{}:0] v{};\n", width - 1, id) +
         rom(fmt::format("table{}", id), memory, width, std::ssize(look_up.entries), "en",
             bits({look_up.x, 0}, value(id).stage - 1, this->width(look_up.x)),
             fmt::format("v{}", id));
}

std::string FormulaPrinter::rom(const std::string& name, const std::string& file, int width,
                                std::int64_t depth, const std::string& read,
                                const std::string& address, const std::string& data) {
  support.insert("qfx_rom");
  // What takes more tables than the address has places is better off in a memory.
  const bool is_big = depth > 64 && depth * width > 4096;
  return Instance("qfx_rom", name)
      .with("WIDTH", width)
      .with("DEPTH", depth)
      .with("ADDRESS_WIDTH", index_width(depth))
      .with("BLOCK", is_big ? 1 : 0)
      .with("FILE", "\"" + file + "\"")
      .port("clk", "clk")
      .port("read", read)
      .port("address", address)
      .port("data", data)
      .text();
}

std::string FormulaPrinter::define(ValueId id, const circuit::Cast& cast) {
  support.insert("qfx_cast");
  const int own = width(id);
  const std::string whole = fmt::format("s{}", id);
  maybe_unused_.insert(whole);
  return fmt::format(
             "  wire [{}:0] {};\n"
             "  qfx_cast #(.IN_WIDTH({}), .IN_FRAC({}), .IN_SIGNED({}), .OUT_WIDTH({}), "
             ".OUT_FRAC({}), .OUT_SIGNED({}),\n"
             "    .ROUNDING({}), .OVERFLOW({}), .N_BITS({})) cast{} (.x({}), .y({}));\n",
             cast.to.width - 1, whole, width(cast.x.value), cast.frac_bits,
             int{is_signed(cast.x.value)}, cast.to.width, cast.to.frac_bits(),
             int{cast.to.is_signed}, static_cast<int>(cast.to.rounding),
             static_cast<int>(cast.to.overflow), cast.to.wrap_bits, id,
             bits(cast.x, value(id).stage, width(cast.x.value)), whole) +
         wire(id, slice(whole, cast.to.width, cast.to.is_signed, 0, own, 0));
}

std::string FormulaPrinter::define(ValueId id, const circuit::Narrowed& narrowed) {
  return wire(id, bits(narrowed.x, value(id).stage, width(id)));
}

// ---- the whole ---------------------------------------------------------------------------------

std::string FormulaPrinter::delays() {
  std::string declarations, moves;
  for (ValueId id = 0; id < std::ssize(formula_.values); ++id) {
    if (std::holds_alternative<circuit::Constant>(value(id).operation) ||
        std::holds_alternative<circuit::Rows>(value(id).operation))
      continue;
    for (int stage = value(id).stage; stage < last_use_[static_cast<std::size_t>(id)]; ++stage) {
      declarations += fmt::format("  reg [{}:0] {};\n", width(id) - 1, name(id, stage + 1));
      moves += fmt::format("      {} <= {};\n", name(id, stage + 1), name(id, stage));
    }
  }
  delay_moves_ =
      moves.empty() ? "" : "  always @(posedge clk)\n    if (en) begin\n" + moves + "    end\n";
  return declarations;
}

// Each stage reads its rows where the word is that it works on next: the first where the next word
// will be, the others where their predecessor's is.
std::string FormulaPrinter::row_memories() {
  if (fields_.empty()) return "";
  const int last = fields_.rbegin()->first;
  const int index = index_width(formula_.rows);
  std::string text = fmt::format(
      "  reg [{0}:0] position;\n"
      "  wire [{0}:0] position_next = rst ? {1}'d0 : !step ? position :\n"
      "    position == {1}'d{2} ? {1}'d0 : position + {1}'d1;\n"
      "  always @(posedge clk) position <= position_next;\n",
      index - 1, index, formula_.rows - 1);
  for (int stage = 1; stage < last; ++stage)
    text += fmt::format(
        "  reg [{}:0] position_{};\n  always @(posedge clk) if (en) position_{} <= {};\n",
        index - 1, stage, stage, stage == 1 ? "position" : fmt::format("position_{}", stage - 1));
  for (const auto& [stage, fields] : fields_) {
    const int width = fields.back().offset + fields.back().width;
    const std::string memory = fmt::format("{}_rows{}.mem", name_, stage);
    std::string& content = memories[memory];
    for (std::int64_t row = 0; row < formula_.rows; ++row) {
      BigInt word = 0;
      for (const Field& field : fields)
        word |= field.patterns[static_cast<std::size_t>(row)] << field.offset;
      content += hex_digits(word, width) + "\n";
    }
    const std::string position = stage == 0   ? "position_next"
                                 : stage == 1 ? "position"
                                              : fmt::format("position_{}", stage - 1);
    text += fmt::format("  wire [{}:0] row{};\n", width - 1, stage) +
            rom(fmt::format("rows{}", stage), memory, width, formula_.rows,
                stage == 0 ? "1'b1" : "en", position, fmt::format("row{}", stage));
  }
  return text;
}

std::string FormulaPrinter::unused() {
  // Who knows that a value is small reads its lower bits.
  for (ValueId id = 0; id < std::ssize(formula_.values); ++id) {
    const int last = last_use_[static_cast<std::size_t>(id)];
    if (last >= 0 && !std::holds_alternative<circuit::Constant>(value(id).operation) &&
        !std::holds_alternative<circuit::Rows>(value(id).operation))
      maybe_unused_.insert(name(id, std::max(last, value(id).stage)));
  }
  std::string list;
  for (std::size_t i = 0; i < input_widths_.size(); ++i) list += fmt::format(", i{}_data", i);
  for (const std::string& wire : maybe_unused_) list += ", " + wire;
  return fmt::format("  wire _unused_ok = &{{1'b0{}}};\n", list);
}

std::string FormulaPrinter::body() {
  std::string values;
  for (ValueId id = 0; id < std::ssize(formula_.values); ++id)
    if (last_use_[static_cast<std::size_t>(id)] >= 0) values += print(id);
  outputs(1);  // so that the rows it reads are known
  for (const Formula::Inner& inner : formula_.inner)
    for (const Ref& element : inner.elements)
      if (std::holds_alternative<circuit::Rows>(value(element.value).operation))
        maybe_unused_.insert(row_wire(element.value, inner.stage));
  const std::string declarations = delays();
  std::string text = row_memories();
  for (const auto& [name, wire] : row_wires_) text += wire;
  return text + declarations + values + delay_moves_ + unused();
}

std::string FormulaPrinter::outputs(int width) {
  std::string text;
  for (const Ref& output : formula_.outputs)
    text = bits(output, formula_.stages() - 1, width) + (text.empty() ? "" : ", ") + text;
  return "{" + text + "}";
}

std::string FormulaPrinter::inner(const Formula::Inner& inner, int width) {
  std::string text;
  for (const Ref& element : inner.elements)
    text = bits(element, inner.stage, width) + (text.empty() ? "" : ", ") + text;
  return "{" + text + "}";
}

}  // namespace qfx::backends::verilog
