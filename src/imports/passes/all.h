// The passes, by file; passes.cpp says their order and the reason for it.
#pragma once

#include "imports/passes/edit.h"

namespace qfx::imports {

// FusedConv, FusedGemm, FusedMatMul, QLinearConv, QLinearMatMul as what they fuse, QONNX's windows
// over [N, ..., C] as ONNX's, a Clip of a QuantizeLinear's integers in front of it.
bool split_fused(Source& source);
// QONNX's Conv, MaxPool and BatchNormalization whose data, and a convolution's weights, have the
// channels last.
bool is_channels_last(const Node& node);
// The same between two transposes, for ONNX's own.
void put_channels_first(Source& source, Rewriter& rewriter, const Node& node);
// Nodes that give what they read: Identity, Dropout, a Reshape to the same shape, times 1, plus 0.
bool remove_idle(Source& source);
// Differences and quotients by constants as sums and products, constants as the second operand,
// sums of many as sums of two, small powers as products, a quotient as a product with a reciprocal.
bool plain_arithmetic(Source& source);
// Functions of one variable that are written out: hardswish, hardsigmoid, silu, both gelus, softplus,
// mish, softsign, the logarithm of a sigmoid, 1 / sqrt.
bool find_activations(Source& source);
// Functions of one variable that are written with comparisons, as the corners of their straight
// pieces.
bool tabulate(Source& source);
// Operators that the graph does not have by those it has: the maximum of a whole image,
// the logarithm of a softmax.
bool decompose(Source& source);
// Gemm and MatMul of a vector as one form, weight [outputs, inputs], bias.
bool plain_products(Source& source);
// Constants into the convolution or product before them; sums and products by constants in a row as
// one.
bool merge_constants(Source& source);
// auto_pad and Pad nodes as pads of the windows behind them.
bool plain_padding(Source& source);

// Quantizers as products around one form of a Quant.
bool plain_quantizers(Source& source);
// Weights of real scales on power-of-two grids, the ratio behind their sums.
bool plain_weights(Source& source);
// In a quantized network: products by constants to where they meet.
bool slide_scales(Source& source);

// Channels that are the same for every sample, where what reads them can do without.
bool remove_dead_channels(Source& source);

}  // namespace qfx::imports
