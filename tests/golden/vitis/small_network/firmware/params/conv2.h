// conv2: conv2d
#ifndef QFX_small_network_conv2_H_
#define QFX_small_network_conv2_H_

#include <stdint.h>

#include "qfx/multiply.h"

namespace small_network_net {

struct conv2_config {
  static const int in_height = 6;
  static const int in_width = 6;
  static const int padding_top = 1;
  static const int padding_left = 1;
  static const int padding_bottom = 1;
  static const int padding_right = 1;
  static const int stride_h = 1;
  static const int dilation_h = 1;
  static const int reach_h = 2;
  static const int stride_w = 1;
  static const int dilation_w = 1;
  static const int reach_w = 2;
  static const int out_channels = 2;
  static const int groups = 1;
  static const int group_channels = 2;
  static const int taps = 9;
  // output channels computed at once, 1 to 2
  static const int parallelism = 1;
  // inputs of each multiplied at once, a divisor of 2; the order of the weights follows it
  static const int simd = 2;
  static const int steps = 9;
  static const int sum_width = 18;
  static const int sum_frac_bits = 12;
  typedef signed char weight_t;
  typedef qfx::Multiply<8> product;
  typedef int bias_t;
};

static const conv2_config::weight_t conv2_weight[2][9][2] = {{{0x4a, 0x5},
{0x27, 0x7c},
{0x35, 0x10},
{0x1, -0x50},
{-0x6c, -0x10},
{0x6e, -0x3},
{0x3c, 0x7b},
{-0x6e, 0x6a},
{-0x6d, -0x11}},
{{-0x11, -0x55},
{-0x2, -0x69},
{-0x2e, 0x56},
{0x7b, -0x17},
{-0x1c, -0x25},
{-0x1c, 0x1f},
{-0x1f, -0x24},
{0x46, -0x40},
{-0x39, 0x4f}}};
static const signed char conv2_shift[2] = {0x0, 0x2};
static const conv2_config::bias_t conv2_bias[2] = {0x0, 0x0};

}  // namespace small_network_net

#endif  // QFX_small_network_conv2_H_
