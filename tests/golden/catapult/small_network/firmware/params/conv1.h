// conv1: conv2d
#ifndef QFX_small_network_conv1_H_
#define QFX_small_network_conv1_H_

#include <stdint.h>

#include "qfx/multiply.h"

namespace small_network_net {

struct conv1_config {
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
  static const int group_channels = 1;
  static const int taps = 9;
  // output channels computed at once, 1 to 2
  static const int parallelism = 1;
  // inputs of each multiplied at once, a divisor of 1; the order of the weights follows it
  static const int simd = 1;
  static const int steps = 9;
  static const int sum_width = 20;
  static const int sum_frac_bits = 12;
  typedef signed char weight_t;
  typedef qfx::Multiply<8> product;
  typedef int bias_t;
};

static const conv1_config::weight_t conv1_weight[2][9][1] = {{{-0x48},
{-0x37},
{0x34},
{-0x77},
{-0x80},
{-0x70},
{-0x80},
{-0x65},
{-0x1b}},
{{-0x1d},
{0x5c},
{0x19},
{0x41},
{0x3a},
{0x63},
{0x68},
{0x4f},
{-0x19}}};
static const signed char conv1_shift[2] = {0x0, 0x1};
static const conv1_config::bias_t conv1_bias[2] = {-0xc80, 0x340};

}  // namespace small_network_net

#endif  // QFX_small_network_conv1_H_
