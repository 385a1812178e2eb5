"""What the driver gives for files of raw inputs: run_driver.py DESIGN_FOLDER INPUTS OUTPUTS FRAMES_A_TRANSFER

INPUTS and OUTPUTS are 32-bit integers, a sample after the other, in C, H, W order; of several outputs one behind the
other in each sample. Raw integers and the reals that
they stand for must give the same.
"""

import sys

import numpy as np

folder, inputs, outputs, frames = sys.argv[1:]
sys.path.insert(0, folder)
from driver import Network  # noqa: E402

network = Network(folder + "/network.bit", frames=int(frames))


def parts(result):
    """The outputs in order."""
    if len(network.outputs) == 1:
        return [result]
    assert list(result) == [port.node for port in network.outputs]
    return list(result.values())


raw = np.fromfile(inputs, "<i4").reshape((-1,) + network.input.shape)
results = parts(network.predict(raw))
for port, result in zip(network.outputs, results):
    assert np.issubdtype(result.dtype, np.integer) and result.shape == (len(raw),) + port.shape
reals = parts(network.predict(network.input.to_real(raw)))
assert network.out_of_range == 0
for port, real, result in zip(network.outputs, reals, results):
    assert np.array_equal(real, port.to_real(result)), "reals give another result than raw integers"
for one, result in zip(parts(network.predict(raw[0])), results):
    assert np.array_equal(one, result[0]), "one sample gives another result than in a batch"
assert network.images_per_second > 0
sent = network.dma.transfers[: -(-len(raw) // int(frames))]
assert sum(sent) == len(raw) * network.input.frame_bytes, sent
network.close()
network.dma.close()
np.concatenate([result.reshape(len(raw), -1) for result in results], axis=1).astype("<i4").tofile(outputs)
