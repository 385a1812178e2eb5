// What the elements of a reduced value are made of.
#pragma once

#include <cstdint>
#include <vector>

#include "imports/lower/spot.h"

namespace qfx::imports {

// Places in the model.
using Group = std::vector<std::int64_t>;

// Of each element of `kept`, to which the value broadcasts back, the elements of the value.
std::vector<Group> groups_of(const Spot& x, const Shape& kept);

}  // namespace qfx::imports
