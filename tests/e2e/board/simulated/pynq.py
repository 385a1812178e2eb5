"""Stands in for PYNQ: AXI DMAs in simple mode, before a program that simulates the hardware.

$QFX_SIMULATION is that program. It reads from its standard input, for each transfer, numbers of 32
bits, the bytes to send and for each output the bytes that receiving is armed for, and then the
bytes; it answers for each output with two numbers, what became of it and how many bytes came back,
and these. 0: they ended with TLAST; 1: no TLAST came, so that a real DMA would wait for ever; 2: more
came than was armed for. $QFX_OUTPUTS says how many outputs there are (1): axi_dma_0 sends and
receives, the others only receive.
"""

import os
import struct
import subprocess

import numpy as np

MAX_LENGTH = 2**26 - 1
DONE, WAITING, ERROR = range(3)


class Buffer(np.ndarray):
    freed = 0

    def freebuffer(self):
        Buffer.freed += 1


def allocate(shape, dtype):
    return np.full(shape, 85, dtype).view(Buffer)  # what memory holds before


class Channel:
    def __init__(self, dma, sends):
        self.dma, self.sends = dma, sends
        self.busy, self.halted = False, False
        self.transferred = 0

    @property
    def idle(self):
        return not self.busy and not self.halted

    @property
    def running(self):
        return not self.halted

    def transfer(self, buffer):
        assert isinstance(buffer, Buffer) and buffer.flags["C_CONTIGUOUS"]
        assert 0 < buffer.nbytes <= MAX_LENGTH, "the length register has 26 bits"
        assert not self.busy, "a transfer while one is on its way"
        self.busy = True
        if self.sends:
            self.dma.send(buffer)
        else:
            self.dma.armed = buffer

    def wait(self):
        assert self.idle, "a real one would never return"


class Dma:
    def __init__(self, hardware=None):
        if hardware is not None:
            self.sendchannel = Channel(self, True)
        self.recvchannel = Channel(self, False)
        self.hardware, self.armed = hardware, None

    @property
    def transfers(self):
        return self.hardware.transfers

    def send(self, buffer):
        self.hardware.send(buffer)

    def close(self):
        self.hardware.close()


class Hardware:
    """The program behind all DMAs."""

    def __init__(self):
        self.dmas = []
        self.transfers = []  # bytes sent, one entry each
        self.program = subprocess.Popen([os.environ["QFX_SIMULATION"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(self, buffer):
        assert all(dma.armed is not None for dma in self.dmas), "sending before every receiving is armed"
        self.transfers.append(buffer.nbytes)
        lengths = [buffer.nbytes] + [dma.armed.nbytes for dma in self.dmas]
        self.program.stdin.write(struct.pack("<%dI" % len(lengths), *lengths) + buffer.tobytes())
        self.program.stdin.flush()
        outcomes = [self._answer(dma) for dma in self.dmas]
        self.dmas[0].sendchannel.busy = WAITING in outcomes

    def _answer(self, dma):
        outcome, count = struct.unpack("<II", self._read(8))
        data = self._read(count)
        receive, flat = dma.recvchannel, dma.armed.reshape(-1).view(np.uint8)
        flat[: min(count, len(flat))] = np.frombuffer(data, np.uint8)[: len(flat)]
        receive.busy = outcome == WAITING
        receive.halted = outcome == ERROR
        receive.transferred = count
        dma.armed = None
        return outcome

    def _read(self, count):
        data = self.program.stdout.read(count)
        assert len(data) == count, "the simulation ended"
        return data

    def close(self):
        self.program.stdin.close()
        self.program.wait()
        self.program.stdout.close()


class Overlay:
    def __init__(self, bitfile):
        assert os.path.exists(bitfile), bitfile
        hardware = Hardware()
        for index in range(int(os.environ.get("QFX_OUTPUTS", "1"))):
            hardware.dmas.append(Dma(hardware if index == 0 else None))
            setattr(self, "axi_dma_%d" % index, hardware.dmas[-1])
