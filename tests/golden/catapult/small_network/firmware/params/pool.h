// pool: avg_pool2d
#ifndef QFX_small_network_pool_H_
#define QFX_small_network_pool_H_

#include <stdint.h>

namespace small_network_net {

struct pool_config {
  static const int in_height = 6;
  static const int in_width = 6;
  static const int padding_top = 0;
  static const int padding_left = 0;
  static const int padding_bottom = 0;
  static const int padding_right = 0;
  static const int stride_h = 3;
  static const int dilation_h = 1;
  static const int reach_h = 2;
  static const int stride_w = 3;
  static const int dilation_w = 1;
  static const int reach_w = 2;
  static const int sum_width = 12;
  static const int sum_frac_bits = 4;
  static const int twos = 0;
  static const int divisor = 9;
  static const int extra_frac_bits = 1;
  static const int reciprocal_width = 13;
  static const int reciprocal_words = 1;
  static const int reciprocal_shift = 16;
};

static const unsigned pool_reciprocal[1] = {0x1c72};

}  // namespace small_network_net

#endif  // QFX_small_network_pool_H_
