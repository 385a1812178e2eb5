#include "support/reference_moves.h"

namespace qfx::test::reference {

Place source_of(const graph::Slice& op, const graph::Shape&, const Place& at) {
  Place source = at;
  for (std::size_t axis = 0; axis < at.size(); ++axis) {
    if (!op.step.empty()) source[axis] *= op.step[axis];
    if (!op.begin.empty()) source[axis] += op.begin[axis];
  }
  return source;
}

Place source_of(const graph::Upsample& op, const graph::Shape&, const Place& at) {
  return {at[0], at[1] / op.scale[0], at[2] / op.scale[1]};
}

Place source_of(const graph::ChannelShuffle& op, const graph::Shape& in, const Place& at) {
  Place source = at;
  source[0] = at[0] % op.groups * (in[0] / op.groups) + at[0] / op.groups;
  return source;
}

Place source_of(const graph::DepthToSpace& op, const graph::Shape& in, const Place& at) {
  const std::int64_t b = op.blocksize, channels = in[0] / (b * b);
  const std::int64_t row = at[1] % b, column = at[2] % b;
  return {op.crd ? (at[0] * b + row) * b + column : (row * b + column) * channels + at[0],
          at[1] / b, at[2] / b};
}

Place source_of(const graph::SpaceToDepth& op, const graph::Shape& in, const Place& at) {
  const std::int64_t b = op.blocksize, square = b * b;
  const std::int64_t channel = op.crd ? at[0] / square : at[0] % in[0];
  const std::int64_t place = op.crd ? at[0] % square : at[0] / in[0];
  return {channel, at[1] * b + place / b, at[2] * b + place % b};
}

Place source_of(const graph::Permute& op, const graph::Shape& in, const Place& at) {
  Place source(in.size());
  for (std::size_t axis = 0; axis < at.size(); ++axis) source[op.axes[axis]] = at[axis];
  return source;
}

// The digits of an axis are written one after another, and its index counts in them.
Place source_of(const graph::Rearrange& op, const graph::Shape&, const Place& at) {
  Place source = op.offsets;
  std::size_t digit = 0;
  for (std::size_t axis = 0; axis < at.size(); ++axis) {
    std::int64_t place = op.shape[axis], rest = at[axis];
    while (place > 1) {
      place /= op.extents[digit];
      source[op.axes[digit]] += rest / place * op.steps[digit];
      rest %= place;
      ++digit;
    }
  }
  return source;
}

}  // namespace qfx::test::reference
