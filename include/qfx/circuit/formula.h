// What an engine computes of the elements of a word, as small operations between registers: a value
// is one wire in hardware, no wider than what it can be. Its stage says between which registers it
// lies; so both the model of cycles and the printers follow from here.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "qfx/circuit/circuit.h"
#include "qfx/fixed/value.h"

namespace qfx::circuit {

// Both ends included.
struct ValueRange {
  fixed::BigInt lo = 0, hi = 0;
};
// Of the pattern: two's complement where it can be negative.
int width_of(const ValueRange& range);

using ValueId = int;

// A value times 2^shift.
struct Ref {
  ValueId value = 0;
  int shift = 0;
};

// Constants may differ from word to word of a group: such an operation has an entry for each word's
// position, its row, and one alone where all are the same.

// The lowest bits of an element of an input's word.
struct Element {
  int input = 0;
  int lane = 0;
};
struct Constant {};  // its range holds it alone
struct Rows {
  std::vector<fixed::BigInt> values;
};
// a + b, or a - b where `subtracts`.
struct Addition {
  Ref a, b;
  std::vector<bool> subtracts;
};
struct Product {
  Ref a, b;
};
// x shifted left by one of the shifts, or zero where the row's choice is -1.
struct Shifting {
  Ref x;
  std::vector<int> shifts;  // ascending
  std::vector<int> choices;
};
struct Less {  // 1 where a < b
  Ref a, b;
};
struct Select {
  ValueId condition = 0;
  Ref yes, no;
};
// Entry i for the pattern i of x. The memory's output register ends the stage before the value's.
struct LookUp {
  ValueId x = 0;
  std::vector<std::int64_t> entries;
};
// x * 2^-frac_bits in a format. The pattern is in the lowest bits of the format's.
struct Cast {
  Ref x;
  int frac_bits = 0;
  fixed::Format to;
};
// The same, known to lie within the range, or not before the stage.
struct Narrowed {
  Ref x;
};

struct Value {
  std::variant<Element, Constant, Rows, Addition, Product, Shifting, Less, Select, LookUp, Cast,
               Narrowed>
      operation;
  ValueRange range;
  int stage = 0;
  int ready = 0;  // how much of the stage has passed (formula_builder.h)
};

struct Formula {
  std::int64_t rows = 1;
  std::vector<Value> values;  // operands before what reads them
  std::vector<Ref> outputs;   // raw values of a word's elements
  // Nodes inside: their elements, all of which can be had at the stage.
  struct Inner {
    NodeId node = 0;
    std::vector<Ref> elements;
    int stage = 0;
  };
  std::vector<Inner> inner;

  // Registers from input to output, that at the output counted.
  int stages() const;
};

Formula formula_of(const dataflow::Network& network, const Chain& chain);
// Outputs: all of the first element, then all of the second.
Formula formula_of(const dataflow::Network& network, const Spread& spread);

}  // namespace qfx::circuit
