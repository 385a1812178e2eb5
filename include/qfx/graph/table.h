// Functions by table. A node that looks values up holds its table as the parameter of Role::Table:
// the integers are the model, and no library's exp can change a bit once it is frozen. The training
// forward makes its tables here too, so that both have the same.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "qfx/graph/graph.h"

namespace qfx::graph {

// A table has an entry for every raw value of the input, so inputs have at most this many bits.
inline constexpr int kMaxTableInputWidth = 16;

bool has_table(const Op& op);

// f(x), the nearest double the library gives; what exceeds every double is the largest one or the
// least, and what is no number, as the root of -1, is 0.
double function_value(const Function& function, double x);

// How many corners lie at x or before it.
std::size_t segment_of(const std::vector<Point>& points, double x);

// Whether it has values below 0, of inputs at least 0 or of any.
bool can_be_negative(const Function& function, bool negative_input);

// Entry i is function_value of the input's raw value min_raw + i, cast from the double's exact
// value to `output`.
std::vector<std::int32_t> function_table(const Function& function, const fixed::Format& input,
                                         const fixed::Format& output);

// ufixed<table_width,1,RND,SAT>: one integer bit, because exp(0) is 1.
fixed::Format softmax_table_format(const Softmax& softmax);

// Entry d is exp(-d * 2^-F) for a distance d of raw values to the largest, F the fraction bits of
// the input; in softmax_table_format.
std::vector<std::int32_t> softmax_table(const Softmax& softmax, const fixed::Format& input);

// The table of a node with these formats; empty for a kind that has none. The input is at most
// kMaxTableInputWidth wide: verify has seen to it.
std::optional<FrozenParam> make_table(const Op& op, const fixed::Format& input,
                                      const fixed::Format& output);

}  // namespace qfx::graph
