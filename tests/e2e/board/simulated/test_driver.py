"""What the driver says to whom it was given something else than it takes. argv: DESIGN_FOLDER."""

import json
import os
import shutil
import sys
import tempfile
import unittest

import numpy as np

FOLDER = sys.argv.pop(1)
sys.path.insert(0, FOLDER)
import driver  # noqa: E402
import pynq  # noqa: E402


class Echo:
    """A DMA whose hardware is a function of the bytes sent."""

    def __init__(self, answer, ends=True):
        self.axi_dma_0 = self
        self.answer, self.ends, self.order = answer, ends, []
        self.sendchannel, self.recvchannel = pynq.Channel(self, True), pynq.Channel(self, False)
        self.armed = None

    def send(self, buffer):
        assert self.armed is not None, "sending before receiving is armed"
        data = np.frombuffer(self.answer(buffer.tobytes()), np.uint8)
        self.order.append(len(data))
        flat = self.armed.reshape(-1).view(np.uint8)
        flat[: len(data)] = data[: len(flat)]
        self.recvchannel.transferred = len(data)
        self.sendchannel.busy = False
        self.recvchannel.busy = not self.ends
        self.recvchannel.halted = len(data) > len(flat)
        self.armed = None


def relu(data):
    values = np.frombuffer(data, np.int8)
    return np.where(values < 0, 0, values).astype(np.int8).tobytes()


def network(answer=relu, ends=True, **how):
    hardware = Echo(answer, ends)
    return driver.Network(FOLDER + "/network.bit", overlay=hardware, allocate=pynq.allocate, **how)


class Inputs(unittest.TestCase):
    def setUp(self):
        self.network = network()
        self.shape = self.network.input.shape

    def test_wrong_shapes(self):
        for shape in [(), (3,), self.shape[:-1], self.shape + (1,), (2, 2) + self.shape, tuple(reversed(self.shape))]:
            with self.assertRaisesRegex(ValueError, r"x has the shape .*; give \(2, 3, 4\)"):
                self.network.predict(np.zeros(shape))

    def test_an_empty_batch_has_an_empty_result(self):
        self.assertEqual(self.network.predict(np.zeros((0,) + self.shape)).shape, (0,) + self.network.output.shape)

    def test_wrong_types(self):
        for values in [np.zeros(self.shape, bool), np.zeros(self.shape, complex), np.full(self.shape, "1"),
                       np.full(self.shape, None)]:
            with self.assertRaisesRegex(TypeError, "give real numbers|give numbers"):
                self.network.predict(values)

    def test_every_number_type(self):
        for kind in [np.int8, np.uint8, np.int16, np.int64, np.uint64, np.float16, np.float32, np.float64]:
            result = self.network.predict(np.ones(self.shape, kind))
            self.assertTrue((result == 1).all(), kind)
        self.assertEqual(self.network.predict(np.ones(self.shape).tolist()).shape, self.shape)

    def test_not_a_number_and_infinity(self):
        for value in [np.nan, np.inf, -np.inf]:
            x = np.zeros((2,) + self.shape)
            x[1, 0, 2, 3] = value
            with self.assertRaisesRegex(ValueError, r"x\[1, 0, 2, 3\] is .*finite"):
                self.network.predict(x)

    def test_reals_out_of_range_saturate_and_are_counted(self):
        x = np.zeros(self.shape)
        x[0, 0, :3] = [1e9, -1e300, 3.9999]
        result = self.network.predict(x)
        self.assertEqual(self.network.out_of_range, 3)
        self.assertEqual(result[0, 0, :3].tolist(), [3.875, 0.0, 3.875])
        self.network.predict(np.zeros(self.shape))
        self.assertEqual(self.network.out_of_range, 0)

    def test_raw_integers_out_of_range(self):
        for value in [32, -33, 2**62]:
            x = np.zeros(self.shape, np.int64)
            x[1, 2, 0] = value
            with self.assertRaisesRegex(ValueError, r"x\[0, 1, 2, 0\] is %d; raw values .* -32\.\.31" % value):
                self.network.predict(x)

    def test_samples_are_preprocessed_as_in_training(self):
        # design.json: divisor 255, means 0.5 and 0.25, deviations 0.25 and 0.5
        x = np.zeros(self.shape, np.uint8)
        x[0, 0, 0], x[1, 0, 0] = 255, 255
        result = self.network.samples(x)
        self.assertEqual(result[0, 0, 0], 2.0)
        self.assertEqual(result[1, 0, 0], 1.5)
        with self.assertRaises(TypeError):
            self.network.samples(np.full(self.shape, "a"))


class Transfers(unittest.TestCase):
    def test_are_cut_at_the_length_register(self):
        self.assertEqual(network(frames=2**40).frames_a_transfer, (2**26 - 1) // 24)
        self.assertEqual(network(frames=7).frames_a_transfer, 7)
        with self.assertRaisesRegex(ValueError, "at least one"):
            network(frames=0)

    def test_have_the_remainder_last(self):
        net = network(frames=3)
        net.predict(np.zeros((8, 2, 3, 4)))
        self.assertEqual(net.dma.order, [72, 72, 48])

    def test_without_tlast_end_in_a_sentence(self):
        with self.assertRaisesRegex(TimeoutError, "still receiving after 0.05 s"):
            network(ends=False, timeout=0.05).predict(np.zeros((2, 3, 4)))

    def test_with_too_little_back(self):
        with self.assertRaisesRegex(RuntimeError, "23 bytes came back, 24 were due"):
            network(answer=lambda data: data[:-1]).predict(np.zeros((2, 3, 4)))

    def test_with_too_much_back(self):
        with self.assertRaisesRegex(RuntimeError, "stopped with an error while receiving"):
            network(answer=lambda data: data + b"0").predict(np.zeros((2, 3, 4)))

    def test_buffers_are_freed(self):
        before = pynq.Buffer.freed
        net = network(frames=3)
        net.predict(np.zeros((4, 2, 3, 4)))
        net.close()
        self.assertEqual(pynq.Buffer.freed - before, 4)


class Designs(unittest.TestCase):
    def test_with_two_outputs(self):
        def double(design):
            design["outputs"].append(dict(design["outputs"][0], node="second", name="m_axis_second"))

        class Second:
            """Gives what the first gave, a byte less where it is told."""

            def __init__(self, first, drop=0, ends=True):
                self.first, self.drop, self.ends, self.armed = first, drop, ends, None
                self.recvchannel = pynq.Channel(self, False)

        def build(**how):
            hardware = Echo(relu)
            second = Second(hardware, **how)
            hardware.axi_dma_1 = second
            send = hardware.send

            def send_to_both(buffer):
                assert second.armed is not None, "sending before every receiving is armed"
                send(buffer)
                data = np.frombuffer(relu(buffer.tobytes()), np.uint8)
                second.armed.reshape(-1).view(np.uint8)[:] = data
                second.recvchannel.transferred = len(data) - second.drop
                second.recvchannel.busy = not second.ends

            hardware.send = send_to_both
            return driver.Network(FOLDER + "/network.bit", design=self.changed(double), overlay=hardware,
                                  allocate=pynq.allocate, timeout=0.05)

        net = build()
        x = np.ones((2,) + net.input.shape, np.int8)
        result = net.predict(x)
        self.assertEqual(list(result), [net.output.node, "second"])
        for each in result.values():
            self.assertTrue((each == 1).all() and each.shape == x.shape)
        self.assertEqual(net.predict(x[0])["second"].shape, net.input.shape)
        self.assertEqual(net.samples(np.zeros((3,) + net.input.shape))[net.output.node].shape, (3,) + net.input.shape)
        self.assertEqual(net.predict(x[:0])["second"].shape, (0,) + net.input.shape)
        with self.assertRaisesRegex(RuntimeError, "47 bytes came back from m_axis_second, 48 were due"):
            build(drop=1).predict(x)
        with self.assertRaisesRegex(TimeoutError, "still receiving from m_axis_second"):
            build(ends=False).predict(x)

    def changed(self, change):
        with open(FOLDER + "/design.json", encoding="utf-8") as file:
            design = json.load(file)
        change(design)
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        path = os.path.join(folder, "design.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(design, file)
        return path

    def test_of_another_version(self):
        with self.assertRaisesRegex(ValueError, "version 3; this driver reads version 2"):
            network(design=self.changed(lambda design: design.update(version=3)))

    def test_whose_sample_no_transfer_holds(self):
        path = self.changed(lambda design: design["input"].update(shape=[1, 8192, 8192]))
        with self.assertRaisesRegex(ValueError, "a sample has 67108864 bytes and the DMA moves at most 67108863"):
            network(design=path)


if __name__ == "__main__":
    unittest.main()
