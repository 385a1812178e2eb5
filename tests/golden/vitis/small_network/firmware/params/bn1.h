// bn1: batch_norm
#ifndef QFX_small_network_bn1_H_
#define QFX_small_network_bn1_H_

#include <stdint.h>

#include "qfx/multiply.h"

namespace small_network_net {

struct bn1_config {
  static const int sum_width = 16;
  static const int sum_frac_bits = 12;
  typedef signed char weight_t;
  typedef qfx::Multiply<8> product;
  typedef short bias_t;
};

static const bn1_config::weight_t bn1_weight[1][2] = {{-0x35, -0x4f}};
static const signed char bn1_shift[1][2] = {{0x2, 0x0}};
static const bn1_config::bias_t bn1_bias[1][2] = {{-0x940, -0x3a0}};

}  // namespace small_network_net

#endif  // QFX_small_network_bn1_H_
