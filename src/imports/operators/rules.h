// The operators' functions, by file. table.cpp says which is whose.
#pragma once

#include "imports/operators/call.h"

namespace qfx::imports {

// The corners of a function that is straight between them, x ascending. Raises NodeFault where a file
// has made such a node and made it badly.
struct Corners {
  const std::vector<double>&x, &y;
};
Corners corners_of(const Call& call);

// elementwise.cpp: one or more values of a place to one. The operator's name says which.
Tensors unary(const Call& call);
Tensors binary(const Call& call);
Tensors variadic(const Call& call);
Tensors clip(const Call& call);
Tensors cast(const Call& call);
Tensors cast_like(const Call& call);
Tensors where(const Call& call);
Tensors identity(const Call& call);
Tensors dropout(const Call& call);

// arrange.cpp: values under another shape or in another order.
Tensors reshape(const Call& call);
Tensors flatten(const Call& call);
Tensors squeeze(const Call& call);
Tensors unsqueeze(const Call& call);
Tensors transpose(const Call& call);

// select.cpp: some of the values, or several tensors as one.
Tensors concat(const Call& call);
Tensors slice(const Call& call);
Tensors split(const Call& call);
Tensors gather(const Call& call);
Tensors expand(const Call& call);
Tensors tile(const Call& call);

// pad.cpp: places around a tensor.
Tensors pad(const Call& call);

// resample.cpp: pixels from elsewhere.
Tensors depth_to_space(const Call& call);
Tensors space_to_depth(const Call& call);

// resize.cpp: images of another size.
Tensors resize(const Call& call);

// constants.cpp
Tensors constant(const Call& call);
Tensors constant_of_shape(const Call& call);
Tensors shape_of(const Call& call);
Tensors size_of(const Call& call);
Tensors range(const Call& call);

// products.cpp
Tensors conv(const Call& call);
Tensors conv_transpose(const Call& call);
Tensors gemm(const Call& call);
Tensors matmul(const Call& call);
Tensors batch_normalization(const Call& call);
Tensors instance_normalization(const Call& call);

// pools.cpp
Tensors max_pool(const Call& call);
Tensors average_pool(const Call& call);
Tensors global_pool(const Call& call);

// quantizer.cpp
Tensors quant(const Call& call);
Tensors quantize_linear(const Call& call);
Tensors dequantize_linear(const Call& call);
Tensors trunc(const Call& call);

// reduce.cpp
Tensors reduce(const Call& call);
Tensors softmax(const Call& call);

}  // namespace qfx::imports
