// A constant matrix as adders: every value is a sum of two others, each shifted and perhaps
// negated.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace qfx::adders {

// What an input can be, both ends among it.
struct Interval {
  std::int64_t low = 0, high = 0;
};

// (negative ? - : +) value << shift. Values: the inputs, then the adders in their order.
struct Term {
  int value = -1;  // -1: zero
  int shift = 0;
  bool negative = false;
};

struct Adder {
  Term a, b;            // shifts are 0 or more, and one of them is 0; at least one is not negative
  Term c = {};          // of an adder of three operands; else zero
  Interval range = {};  // of the result, exactly
  int level = 1;        // adders on the longest way from an input
};

struct AdderGraph {
  std::vector<Interval> inputs;
  std::vector<Adder> adders;
  std::vector<Term> outputs;

  int depth() const;                 // levels of the deepest output
  std::int64_t full_adders() const;  // bits that need one: what a two-input adder costs in LUTs
};

// Bits that hold every value of the range: unsigned where it has no negative ones.
int bits_of(const Interval& range);
// The range of a term of a graph.
Interval range_of(const AdderGraph& graph, const Term& term);
// Of one adder, those that need a full adder: where one operand alone reaches, its bits pass.
std::int64_t full_adders(const Adder& adder);

// The outputs' values for one vector of inputs.
std::vector<std::int64_t> evaluate(const AdderGraph& graph, std::span<const std::int64_t> inputs);

}  // namespace qfx::adders
