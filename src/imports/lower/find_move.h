// The kind that only moves elements (qfx/graph/view.h) and makes a value of a tensor.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "qfx/graph/op.h"

namespace qfx::imports {

// Of the elements `places` of a tensor of shape `in`, row-major, a tensor of shape `out`. Nothing
// where the places along an axis follow no mixed radix.
std::optional<graph::Op> find_move(const graph::Shape& in, const graph::Shape& out,
                                   const std::vector<std::int64_t>& places);

// The kind that has this view, the one that people know if there is one.
graph::Op kind_of(const graph::View& view, const graph::Shape& in);

}  // namespace qfx::imports
