"""Runs the network on a board with PYNQ.

    from driver import Network
    network = Network("NAME.bit")      # NAME.hwh and design.json lie beside it
    y = network.predict(x)

x is one sample or a batch of them, in the network's shape (C, H, W).
- Real numbers (any float type) become the input's format by its own rounding and overflow, as
  everywhere in QFX: with SAT what is out of range becomes the nearest value, and
  network.out_of_range counts how many were. NaN and infinity are refused. The result is real too.
- Integers are raw values of the input's format, as the network sees them; one that the format does
  not have is refused. The result is raw too.
A network with several outputs gives a dict, the result of each by its name.
network.samples(x) takes what the data set stores, pixels of 0 to 255 for example, and does to it
what training did before it.

What stands on the wire, formats and shapes, comes from design.json, which the export wrote.
"""

import json
import os
import time

import numpy as np

MAX_TRANSFER = 2**26 - 1  # bytes: the DMA's length register has 26 bits


class Port:
    """One side of the rim: a format, a shape, and how its elements lie in beats."""

    def __init__(self, text):
        self.name = text["name"]
        self.node = text.get("node")  # an output's name in the network
        self.shape = tuple(text["shape"])
        self.size = int(np.prod(self.shape))
        self.width = text["format"]["width"]
        self.frac_bits = self.width - text["format"]["int_bits"]
        self.signed = text["format"]["signed"]
        self.rounding = text["format"]["rounding"]
        self.overflow = text["format"]["overflow"]
        self.wrap_bits = text["format"]["wrap_bits"]
        self.highest = 2 ** (self.width - 1 if self.signed else self.width) - 1
        self.lowest = -self.highest - 1 if self.signed else 0
        self.is_pixels = text["order"] == "pixels"
        self.dtype = np.dtype("%sint%d" % ("" if self.signed else "u", text["container"])).newbyteorder("<")
        # A beat is so many elements, in a port as wide as the next power of two of them.
        self.lanes = text["lanes"]
        self.places = 1 << (self.lanes - 1).bit_length()
        self.frame_places = self.size // self.lanes * self.places
        self.frame_bytes = self.frame_places * self.dtype.itemsize

    def to_stream(self, raw):
        """(N, C, H, W) to the order of the wire, (N, places): what a beat has room for is zero behind its elements."""
        if self.is_pixels:
            raw = np.moveaxis(raw.reshape(len(raw), self.shape[0], self.size // self.shape[0]), 1, 2)
        beats = np.zeros((len(raw), self.size // self.lanes, self.places), self.dtype)
        beats[:, :, : self.lanes] = raw.reshape(len(raw), self.size // self.lanes, self.lanes)
        return beats.reshape(len(raw), self.frame_places)

    def from_stream(self, stream):
        beats = np.asarray(stream).astype(np.int64).reshape(-1, self.size // self.lanes, self.places)
        raw = beats[:, :, : self.lanes].reshape(-1, self.size)
        if self.is_pixels:
            raw = np.moveaxis(raw.reshape(len(raw), self.size // self.shape[0], self.shape[0]), 2, 1)
        return raw.reshape((len(raw),) + self.shape)

    def to_real(self, raw):
        return np.ldexp(raw.astype(np.float64), -self.frac_bits)

    def to_raw(self, real):
        """The raw values of real numbers, and how many were out of range."""
        bad = np.argwhere(~np.isfinite(real))
        if len(bad):
            at = tuple(int(i) for i in bad[0])
            raise ValueError("x%s is %s: a fixed-point value is finite" % (list(at), real[at]))
        real = np.asarray(real, np.float64)
        with np.errstate(over="ignore", under="ignore"):
            exact = np.ldexp(real, self.frac_bits)
        # What leaves a double's range is large, or small, all the same.
        exact = np.where(np.isinf(exact), np.copysign(2.0**1000, real), exact)
        exact = np.where((exact == 0) & (real != 0), np.copysign(2.0**-1000, real), exact)
        rounded = _round(exact, self.rounding)
        outside = (rounded < self.lowest) | (rounded > self.highest)
        return self._fit(exact, rounded, outside).astype(np.int64), int(np.count_nonzero(outside))

    def _fit(self, exact, rounded, outside):
        if self.overflow == "SAT":
            return np.clip(rounded, self.lowest, self.highest)
        if self.overflow == "SAT_SYM":
            narrow = self.signed and self.width > 1
            return np.clip(rounded, self.lowest + 1 if narrow else self.lowest, self.highest)
        if self.overflow == "SAT_ZERO":
            return np.where(outside, 0.0, rounded)
        low = np.mod(rounded, 2.0**self.width).astype(np.int64)
        if self.overflow == "WRAP_SM":
            deleted = np.mod(np.floor(np.ldexp(np.floor(exact), -self.width)), 2.0) == 1
            wrapped = self._wrap_sign_magnitude(low, rounded < 0, deleted)
        else:
            wrapped = self._wrap(low, rounded < 0)
        return np.where(outside, self._as_signed(wrapped), rounded)

    def _as_signed(self, low):
        low = low & (2**self.width - 1)
        return np.where(low > self.highest, low - 2**self.width, low) if self.signed else low

    def _with_sign(self, low, negative):
        magnitude = low & (2 ** (self.width - 1) - 1)
        return np.where(negative, magnitude - 2 ** (self.width - 1), magnitude)

    def _wrap(self, low, negative):
        """WRAP, with its upper wrap_bits saturated."""
        n, kept = self.wrap_bits, self.width - self.wrap_bits
        if n == 0:
            return low
        if not self.signed:
            return (low & (2**kept - 1)) | ((2**n - 1) << kept)
        if n == 1:
            return self._with_sign(low, negative)
        top = np.where(negative, 0, (2 ** (n - 1) - 1) << kept)
        return self._with_sign((low & (2**kept - 1)) | top, negative)

    def _wrap_sign_magnitude(self, low, negative, deleted):
        def bit(index):
            return (low >> index) & 1 == 1

        n, top = self.wrap_bits, self.width - 1
        if n == 0:
            return np.where(deleted != bit(top), self._with_sign(~low, deleted), low)
        if n == 1:
            return self._with_sign(np.where(negative != bit(top), ~low, low), negative)
        return self._wrap(np.where(bit(self.width - n) == negative, ~low, low), negative)


def _round(exact, mode):
    """Doubles to whole ones; every mode of the number system."""
    floor = np.floor(exact)
    middle = floor + 0.5  # exact where there is anything to round
    if mode == "TRN":
        return floor
    if mode == "TRN_ZERO":
        return np.trunc(exact)
    tie = {
        "RND": np.ones_like(floor, bool),
        "RND_ZERO": exact < 0,
        "RND_MIN_INF": np.zeros_like(floor, bool),
        "RND_INF": exact >= 0,
        "RND_CONV": np.mod(floor, 2) == 1,
        "RND_CONV_ODD": np.mod(floor, 2) == 0,
    }[mode]
    is_tie = (exact == middle) & (exact != floor)
    return np.where((exact > middle) | (is_tie & tie), floor + 1, floor)


class Network:
    """The network in the programmable logic: behind one AXI DMA, and one more for each further output."""

    def __init__(self, bitfile, design=None, frames=1024, timeout=10.0, overlay=None, allocate=None):
        """design: design.json; default beside the bitfile. frames: at most so many a transfer, which may take
        `timeout` seconds. overlay, allocate: what stands in for PYNQ's; default are PYNQ's own."""
        design = design or os.path.join(os.path.dirname(os.path.abspath(bitfile)), "design.json")
        with open(design, encoding="utf-8") as file:
            self.design = json.load(file)
        if self.design["version"] != 2:
            raise ValueError("%s has version %s; this driver reads version 2" % (design, self.design["version"]))
        self.input, self.outputs = Port(self.design["input"]), [Port(text) for text in self.design["outputs"]]
        self.output = self.outputs[0]
        largest = max(port.frame_bytes for port in [self.input] + self.outputs)
        self.frames_a_transfer = min(MAX_TRANSFER // largest, int(frames))
        if frames < 1:
            raise ValueError("frames is %s; a transfer has at least one" % frames)
        if self.frames_a_transfer == 0:
            raise ValueError("a sample has %d bytes and the DMA moves at most %d at once" % (largest, MAX_TRANSFER))
        if overlay is None:
            import pynq

            overlay, allocate = pynq.Overlay(bitfile), pynq.allocate
        self.overlay, self._allocate = overlay, allocate
        self.dmas = [getattr(overlay, "axi_dma_%d" % index) for index in range(len(self.outputs))]
        self.dma = self.dmas[0]  # it sends, too
        self.timeout = timeout
        self.out_of_range = 0  # reals of the last call that the input's format does not hold
        self.seconds = 0.0  # of the last call's transfers, and nothing else
        self.images_per_second = 0.0
        self._count, self._send, self._receive = 0, None, []

    def predict(self, x):
        x = np.asarray(x)
        single, batch = self._batch(x)
        self.out_of_range = 0
        if x.dtype.kind == "f":
            raw, self.out_of_range = self.input.to_raw(batch)
        elif x.dtype.kind in "iu":
            raw = self._checked(batch)
        else:
            raise TypeError("x is of type %s; give real numbers (a float type) or raw integers" % x.dtype)
        results = {}
        for port, stream in zip(self.outputs, self._run(self.input.to_stream(raw))):
            result = port.from_stream(stream)
            if x.dtype.kind == "f":
                result = port.to_real(result)
            results[port.node] = result[0] if single else result
        return results if len(results) > 1 else result[0] if single else result

    def samples(self, x):
        """The result, in reals, for samples as the data set stores them."""
        x = np.asarray(x)
        if x.dtype.kind not in "fiu":
            raise TypeError("x is of type %s; give numbers" % x.dtype)
        single, batch = self._batch(x)
        first = self.design["preprocess"]
        each = (len(self.input.shape) - 1) * (1,)
        mean = np.reshape(np.array(first["mean"] or [0.0]), (-1,) + each)
        std = np.reshape(np.array(first["std"] or [1.0]), (-1,) + each)
        # Samples are 32-bit floats, and so is what comes of them: training's own.
        real = (batch.astype(np.float32).astype(np.float64) / first["divisor"] - mean) / std
        return self.predict(real.astype(np.float32)[0] if single else real.astype(np.float32))

    def _batch(self, x):
        shape = self.input.shape
        if x.shape == shape:
            return True, x[np.newaxis]
        if x.ndim == len(shape) + 1 and x.shape[1:] == shape:
            return False, x
        raise ValueError("x has the shape %s; give %s, or a batch of them, %s"
                         % (x.shape, shape, "(N, %s)" % ", ".join(map(str, shape))))

    def _checked(self, batch):
        port = self.input
        bad = np.argwhere((batch < port.lowest) | (batch > port.highest))
        if len(bad):
            at = tuple(int(i) for i in bad[0])
            raise ValueError("x%s is %d; raw values of the input lie in %d..%d"
                             % (list(at), batch[at], port.lowest, port.highest))
        return batch.astype(np.int64)

    def _run(self, stream):
        """Frames through the hardware, as many a transfer as its length allows."""
        results, self.seconds = [[np.zeros((0, port.frame_places), port.dtype)] for port in self.outputs], 0.0
        for first in range(0, len(stream), self.frames_a_transfer):
            for kept, came in zip(results, self._transfer(stream[first : first + self.frames_a_transfer])):
                kept.append(came)
        self.images_per_second = len(stream) / self.seconds if self.seconds > 0 else 0.0
        return [np.concatenate(kept) for kept in results]

    def _allocate_for(self, port, count):
        buffer = self._allocate(shape=(count, port.frame_places), dtype=port.dtype)
        if buffer.nbytes != count * port.frame_bytes:
            raise RuntimeError("a buffer has %d bytes, not those of %d frames of %s" % (buffer.nbytes, count, port.name))
        return buffer

    def _transfer(self, frames):
        count = len(frames)
        if self._count != count:
            self._release()
            self._send = self._allocate_for(self.input, count)
            self._receive = [self._allocate_for(port, count) for port in self.outputs]
            self._count = count
        self._send[:] = frames
        start = time.perf_counter()
        # Receiving first, on all of them: what comes out before anybody waits for it would stop the network.
        for dma, receive in zip(self.dmas, self._receive):
            dma.recvchannel.transfer(receive)
        self.dma.sendchannel.transfer(self._send)
        self._wait(self.dma.sendchannel, "sending", start)
        for dma, port in zip(self.dmas, self.outputs):
            self._wait(dma.recvchannel, self._what("receiving", port), start)
        self.seconds += time.perf_counter() - start
        for dma, port, receive in zip(self.dmas, self.outputs, self._receive):
            arrived = getattr(dma.recvchannel, "transferred", None)  # not in every PYNQ
            if arrived is not None and arrived != receive.nbytes:
                raise RuntimeError("%d bytes came back%s, %d were due: does design.json belong to this bitstream?"
                                   % (arrived, self._what("", port), receive.nbytes))
        return [np.array(receive) for receive in self._receive]

    def _what(self, verb, port):
        return "%s from %s" % (verb, port.name) if len(self.outputs) > 1 else verb

    def _wait(self, channel, what, start):
        while not channel.idle:
            if not getattr(channel, "running", True):
                raise RuntimeError("the DMA stopped with an error while %s" % what)
            if time.perf_counter() - start > self.timeout:
                raise TimeoutError("the DMA is still %s after %g s: is the clock on, and does the bitstream belong to "
                                   "design.json (model checksum %s)?" % (what, self.timeout, self.design["checksum"]))
        channel.wait()

    def _release(self):
        for buffer in [self._send] + self._receive:
            if buffer is not None and hasattr(buffer, "freebuffer"):
                buffer.freebuffer()
        self._count, self._send, self._receive = 0, None, []

    def close(self):
        self._release()
