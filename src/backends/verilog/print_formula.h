// A formula as wires and registers of a module.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "backends/verilog/context.h"

#include "qfx/circuit/formula.h"

namespace qfx::backends::verilog {

// The body of a pipeline that moves while `en`. It reads iK_data, a word of elements of the input's
// width, `en`, and where it has constants by row `step`, in which the first stage's word moves on.
class FormulaPrinter {
 public:
  FormulaPrinter(const std::string& name, const circuit::Formula& formula,
                 std::vector<int> input_widths);

  // Everything up to the output register.
  std::string body();
  // What goes into it: the outputs side by side, each in so many bits.
  std::string outputs(int width);
  // The same of a node inside.
  std::string inner(const circuit::Formula::Inner& inner, int width);

  std::map<std::string, std::string> memories = {};
  std::set<std::string> support = {};

 private:
  // Constants by row that the same stage reads, side by side in one memory.
  struct Field {
    std::vector<fixed::BigInt> patterns;
    int width = 1, offset = 0;
  };

  const circuit::Value& value(circuit::ValueId id) const {
    return formula_.values[static_cast<std::size_t>(id)];
  }
  int width(circuit::ValueId id) const { return circuit::width_of(value(id).range); }
  bool is_signed(circuit::ValueId id) const { return value(id).range.lo < 0; }

  void find_uses();
  void use(circuit::Ref ref, int stage);

  // What a value is called at a stage, and as `width` bits of its multiple from bit `from` on.
  std::string name(circuit::ValueId id, int stage);
  std::string bits(circuit::Ref ref, int stage, int width, int from = 0);
  // As a signed number of `width` bits.
  std::string number(circuit::Ref ref, int stage, int width);
  std::string row_wire(circuit::ValueId id, int stage);
  std::string row_bits(int stage, std::vector<fixed::BigInt> patterns, int width);

  std::string print(circuit::ValueId id);
  std::string define(circuit::ValueId id, const circuit::Element& element);
  std::string define(circuit::ValueId id, const circuit::Constant&);
  std::string define(circuit::ValueId id, const circuit::Rows&);
  std::string define(circuit::ValueId id, const circuit::Addition& addition);
  std::string define(circuit::ValueId id, const circuit::Product& product);
  std::string define(circuit::ValueId id, const circuit::Shifting& shifting);
  std::string define(circuit::ValueId id, const circuit::Less& less);
  std::string define(circuit::ValueId id, const circuit::Select& select);
  std::string define(circuit::ValueId id, const circuit::LookUp& look_up);
  std::string define(circuit::ValueId id, const circuit::Cast& cast);
  std::string define(circuit::ValueId id, const circuit::Narrowed& narrowed);

  std::string rom(const std::string& name, const std::string& file, int width, std::int64_t depth,
                  const std::string& read, const std::string& address, const std::string& data);
  std::string wire(circuit::ValueId id, const std::string& expression) const;
  std::string delays();
  std::string row_memories();
  std::string unused();

  std::string name_;
  const circuit::Formula& formula_;
  std::vector<int> input_widths_;
  std::vector<int> last_use_;                 // of a value: the last stage that reads it; -1: none
  std::map<int, std::vector<Field>> fields_;  // by stage
  std::map<std::string, std::string> row_wires_;
  std::string delay_moves_;
  std::set<std::string> maybe_unused_;
};

}  // namespace qfx::backends::verilog
