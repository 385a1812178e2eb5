// small network: one call takes one sample and gives one result; the first element in the lowest bits,
// TLAST as qfx/axis.h says.
//   s_axis: 9 beats of 4 elements in 8 bits each, pixel by pixel, row by row
//   m_axis: 3 beats of 1 elements in 8 bits each, in order
#ifndef QFX_small_network_H_
#define QFX_small_network_H_

#include "types.h"

void small_network(hls::stream<small_network_net::input_axis>& s_axis, hls::stream<small_network_net::output_axis>& m_axis);

#endif  // QFX_small_network_H_
