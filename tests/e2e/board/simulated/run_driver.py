"""What the driver gives for files of raw inputs: run_driver.py DESIGN_FOLDER INPUTS OUTPUTS FRAMES_A_TRANSFER

INPUTS and OUTPUTS are 32-bit integers, a sample after the other, in C, H, W order. Raw integers and the reals that
they stand for must give the same.
"""

import sys

import numpy as np

folder, inputs, outputs, frames = sys.argv[1:]
sys.path.insert(0, folder)
from driver import Network  # noqa: E402

network = Network(folder + "/network.bit", frames=int(frames))
raw = np.fromfile(inputs, "<i4").reshape((-1,) + network.input.shape)
result = network.predict(raw)
assert np.issubdtype(result.dtype, np.integer) and result.shape == (len(raw),) + network.output.shape
real = network.predict(network.input.to_real(raw))
assert network.out_of_range == 0
assert np.array_equal(real, network.output.to_real(result)), "reals give another result than raw integers"
assert np.array_equal(network.predict(raw[0]), result[0]), "one sample gives another result than in a batch"
assert network.images_per_second > 0
sent = network.dma.transfers[: -(-len(raw) // int(frames))]
assert sum(sent) == len(raw) * network.input.frame_bytes, sent
network.close()
network.dma.close()
result.astype("<i4").tofile(outputs)
