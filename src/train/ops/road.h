// The three ways through the same layers.
#pragma once

namespace qfx::train {

// How element-wise work is done. All roads give the same values bit for bit, and the same gradients
// but for the order of sums: Operators adds up in its own, and where three or more read a tensor
// torch's engine adds their gradients in the order it meets them.
enum class Road {
  Fused,       // chains in one pass, on the kernels
  NodeByNode,  // each node by itself, on the kernels
  Operators    // each node in torch's plain operators, on any device
};

}  // namespace qfx::train
