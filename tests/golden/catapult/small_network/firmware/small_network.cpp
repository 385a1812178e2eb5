// small network: the layers as processes joined by streams.
#include "small_network.h"

#include "params/conv1.h"
#include "params/bn1.h"
#include "params/conv2.h"
#include "params/pool.h"
#include "params/dense.h"
#include "qfx/add.h"
#include "qfx/average.h"
#include "qfx/axis.h"
#include "qfx/batch_norm.h"
#include "qfx/clone.h"
#include "qfx/linear.h"
#include "qfx/multiply_accumulate.h"
#include "qfx/relu.h"
#include "qfx/trace.h"
#include "qfx/window.h"

#ifdef __SYNTHESIS__
#pragma hls_design top
#pragma hls_resource s_axis:rsc variables="s_axis" map_to_module="ccs_ioport.ccs_in_wait"
#pragma hls_resource m_axis:rsc variables="m_axis" map_to_module="ccs_ioport.ccs_out_wait"
#endif
void small_network(ac_channel<small_network_net::input_axis>& s_axis, ac_channel<small_network_net::output_axis>& m_axis) {
  using namespace small_network_net;
  static qfx::Stream<input_beat> in;
  static qfx::Stream<conv1_beat> conv1;
  static qfx::Stream<bn1_beat> bn1;
  static qfx::Stream<relu1_beat> relu1;
  static qfx::Stream<relu1_beat> relu1_copy;
  static qfx::Stream<relu1_beat> relu1_copy_n1;
  static qfx::Stream<conv2_beat> conv2;
  static qfx::Stream<add_beat> add;
  static qfx::Stream<pool_beat> pool;
  static qfx::Stream<dense_beat> out;
  static qfx::Stream<bool> frame_ends;

  qfx::from_axis<36, 1, 8>(in, frame_ends, s_axis);
  QFX_TRACE(in, 0, qfx::kPixels);

  // conv1
  qfx::window<conv1_config, qfx::MultiplyAccumulate>(conv1, in, conv1_weight, conv1_shift, conv1_bias);
  QFX_TRACE(conv1, 1, qfx::kPixels);

  // bn1
  qfx::map<36, qfx::BatchNorm<bn1_config> >(bn1, conv1, bn1_weight, bn1_shift, bn1_bias);
  QFX_TRACE(bn1, 2, qfx::kPixels);

  // relu1
  qfx::map<36, qfx::Relu>(relu1, bn1);
  QFX_TRACE(relu1, 3, qfx::kPixels);
  qfx::clone<36>(relu1_copy, relu1_copy_n1, relu1);

  // conv2
  qfx::window<conv2_config, qfx::MultiplyAccumulate>(conv2, relu1_copy, conv2_weight, conv2_shift, conv2_bias);
  QFX_TRACE(conv2, 4, qfx::kPixels);

  // add
  qfx::map<36, qfx::Add>(add, conv2, relu1_copy_n1);
  QFX_TRACE(add, 5, qfx::kPixels);

  // pool
  qfx::window<pool_config, qfx::Average>(pool, add, pool_reciprocal);
  QFX_TRACE(pool, 6, qfx::kPixels);
  QFX_TRACE(pool, 7, qfx::kPixels);

  // dense
  qfx::linear<dense_config>(out, pool, dense_weight, dense_shift, dense_bias);
  QFX_TRACE(out, 8, qfx::kElements);

  qfx::to_axis<3, 1, 8>(m_axis, frame_ends, out);
}
