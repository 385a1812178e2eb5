// small network: one call takes one sample and gives one result.
//   in:  36 beats of 1 channels, a pixel a beat, row by row
//   out: 1 beats of 3 elements, in order
#ifndef QFX_small_network_H_
#define QFX_small_network_H_

#include "types.h"

void small_network(ac_channel<small_network_net::input_beat>& in, ac_channel<small_network_net::dense_beat>& out);

#endif  // QFX_small_network_H_
