// dense: linear
#ifndef QFX_small_network_dense_H_
#define QFX_small_network_dense_H_

#include <stdint.h>

#include "qfx/multiply.h"

namespace small_network_net {

struct dense_config {
  static const int in_beats = 4;
  static const int out_features = 3;
  // outputs computed at once, 1 to 3
  static const int parallelism = 1;
  // inputs of each multiplied at once, a divisor of 2; the order of the weights follows it
  static const int simd = 2;
  static const int steps = 4;
  static const int sum_width = 17;
  static const int sum_frac_bits = 12;
  typedef signed char weight_t;
  typedef qfx::Multiply<8> product;
  typedef int bias_t;
};

static const dense_config::weight_t dense_weight[4][3][2] = {{{-0x2, -0x27},
{-0x26, 0x3e},
{-0x1d, 0x3a}},
{{-0x2d, 0x45},
{0x29, 0x4c},
{0xc, -0x4a}},
{{-0x49, -0x2d},
{-0x13, -0x34},
{0x43, 0x1f}},
{{0x4f, -0xf},
{0x21, 0x6a},
{0x53, -0x10}}};
static const signed char dense_shift[3] = {0x0, 0x0, 0x0};
static const dense_config::bias_t dense_bias[3] = {-0xc40, 0xc40, -0x760};

}  // namespace small_network_net

#endif  // QFX_small_network_dense_H_
