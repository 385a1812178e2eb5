// The part of torch this room uses: tensors, their operators, autograd, parallel_for. The
// precompiled header of the room; nothing outside src/train and its tests includes it.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
