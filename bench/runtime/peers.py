#!/usr/bin/env python3
"""Images a second of ONNX Runtime on the zoo's networks, one core: float32, and its int8.

usage: peers.py [--json FILE] [--seconds S] [--network NAME]...

The networks are the zoo's (src/frontends/zoo) with random parameters, for CIFAR-10's images. Float has batch norms, which the
runtime folds into the convolutions; int8 is its own static quantization: uint8 activations, int8 weights by channel. Of several
batch sizes the fastest counts.
"""
import argparse
import json
import pathlib
import tempfile
import time

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

BATCHES = (1, 4, 16, 64)
CLASSES = 10


class Network:
    """An ONNX graph under construction, beginning with an input of {N, 3, 32, 32}."""

    def __init__(self):
        self.random = np.random.default_rng(1)
        self.nodes, self.constants, self.shapes = [], [], {"input": (3, 32, 32)}

    def constant(self, value):
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(value.astype(np.float32), name))
        return name

    def node(self, op, inputs, shape, **attributes):
        name = f"{op.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name, **attributes))
        self.shapes[name] = shape
        return name

    def conv_bn(self, x, channels, size, stride=1, groups=1):
        inputs, height, width = self.shapes[x]
        weight = self.random.normal(0, (inputs // groups * size * size) ** -0.5, (channels, inputs // groups, size, size))
        shape = (channels, -(-height // stride), -(-width // stride))
        y = self.node("Conv", [x, self.constant(weight)], shape, kernel_shape=[size, size], strides=[stride, stride],
                      pads=[size // 2] * 4, group=groups)
        of_channels = [self.random.uniform(0.5, 1.5, channels) for _ in range(4)]
        return self.node("BatchNormalization", [y, *map(self.constant, of_channels)], shape)

    def relu(self, x):
        return self.node("Relu", [x], self.shapes[x])

    def model(self, x):
        channels = self.shapes[x][0]
        x = self.node("GlobalAveragePool", [x], (channels, 1, 1))
        x = self.node("Flatten", [x], (channels,))
        weight = self.random.normal(0, channels ** -0.5, (CLASSES, channels))
        x = self.node("Gemm", [x, self.constant(weight), self.constant(np.zeros(CLASSES))], (CLASSES,), transB=1)
        graph = helper.make_graph(
            self.nodes, "network", [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, 32, 32])],
            [helper.make_tensor_value_info(x, TensorProto.FLOAT, ["N", CLASSES])], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def resnet20():
    net = Network()
    x = net.relu(net.conv_bn("input", 16, 3))
    for stage in range(3):
        for block in range(3):
            channels, stride = 16 << stage, 2 if stage > 0 and block == 0 else 1
            y = net.relu(net.conv_bn(x, channels, 3, stride))
            y = net.conv_bn(y, channels, 3)
            shortcut = net.conv_bn(x, channels, 1, stride) if stride == 2 else x
            x = net.relu(net.node("Add", [y, shortcut], net.shapes[y]))
    return net.model(x)


def mobilenet_small():
    net = Network()
    x = net.relu(net.conv_bn("input", 16, 3))
    for channels, stride in ((32, 1), (64, 2), (64, 1), (128, 2), (128, 1)):
        inputs = net.shapes[x][0]
        x = net.relu(net.conv_bn(x, inputs, 3, stride, inputs))
        x = net.relu(net.conv_bn(x, channels, 1))
    return net.model(x)


class Binary(Network):
    """FracBNN's layers in float: weights of -1 and +1, sums of odd integers, everything else as it is trained."""

    def number(self, value):
        return self.constant(np.float32(value))

    def of_channels(self, channels, low, high):
        return self.constant(self.random.uniform(low, high, (channels, 1, 1)))

    def whole_numbers(self, values):
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(values, np.int64), name))
        return name

    def map(self, op, x, *constants):
        return self.node(op, [x, *constants], self.shapes[x])

    def thermometer(self, x, levels):
        channels, height, width = self.shapes[x]
        x = self.node("Unsqueeze", [x, self.whole_numbers([2])], (channels, 1, height, width))
        thresholds = ((np.arange(levels) + 0.5) / levels).reshape(levels, 1, 1)
        x = self.node("Greater", [x, self.constant(thresholds)], (channels, levels, height, width))
        x = self.map("Where", x, self.number(1), self.number(-1))
        shape = (channels * levels, height, width)
        return self.node("Reshape", [x, self.whole_numbers([-1, *shape])], shape)

    def signs(self, channels, inputs):
        return self.constant(self.random.choice([-1.0, 1.0], (channels, inputs, 3, 3)))

    def conv(self, x, weight, channels, stride):
        _, height, width = self.shapes[x]
        return self.node("Conv", [x, weight], (channels, height // stride, width // stride), kernel_shape=[3, 3],
                         strides=[stride, stride], pads=[1] * 4)

    def batch_norm(self, x):
        of_channels = [self.random.uniform(0.5, 1.5, self.shapes[x][0]) for _ in range(4)]
        return self.map("BatchNormalization", x, *map(self.constant, of_channels))

    def half(self, x, shortcut, channels, stride):
        # Of four levels the nearest: an odd integer from -3 to 3.
        y = self.map("Floor", self.map("Add", self.map("Mul", x, self.number(1.5)), self.number(2)))
        y = self.map("Clip", y, self.number(0), self.number(3))
        y = self.map("Sub", self.map("Mul", y, self.number(2)), self.number(3))
        first = self.map("Mul", self.map("Sign", y), self.number(2))
        weight = self.signs(channels, self.shapes[x][0])
        coarse, full = (self.conv(levels, weight, channels, stride) for levels in (first, y))
        is_open = self.map("Greater", coarse, self.of_channels(channels, -8, 8))
        y = self.batch_norm(self.node("Where", [is_open, full, coarse], self.shapes[full]))
        y = self.map("Add", y, self.of_channels(channels, -1, 1))
        y = self.map("PRelu", y, self.of_channels(channels, 0, 1))
        y = self.map("Add", y, self.of_channels(channels, -1, 1))
        return self.batch_norm(self.map("Add", y, shortcut))


def fracbnn():
    net = Binary()
    x = net.batch_norm(net.conv(net.thermometer("input", 32), net.signs(16, 96), 16, 1))
    for stage in range(3):
        for block in range(3):
            channels, shortcut, stride = 16 << stage, x, 1
            if stage > 0 and block == 0:
                stride = 2
                size = 32 >> stage
                pooled = net.node("AveragePool", [x], (channels // 2, size, size), kernel_shape=[2, 2], strides=[2, 2])
                shortcut = net.node("Concat", [pooled, pooled], (channels, size, size), axis=1)
            x = net.half(x, shortcut, channels, stride)
            x = net.half(x, x, channels, 1)
    return net.model(x)


NETWORKS = {"resnet20": resnet20, "mobilenet_small": mobilenet_small, "fracbnn": fracbnn}
# Those that its static quantization has something to say about.
QUANTIZED = ("resnet20", "mobilenet_small")


class RandomImages(CalibrationDataReader):
    def __init__(self):
        random = np.random.default_rng(2)
        self.images = iter([random.random((16, 3, 32, 32), np.float32) for _ in range(4)])

    def get_next(self):
        image = next(self.images, None)
        return None if image is None else {"input": image}


def quantized(path):
    """Its static quantization of a float model, as its documentation has it for x86 with VNNI."""
    prepared, result = path.with_suffix(".prepared.onnx"), path.with_suffix(".int8.onnx")
    ort.quantization.quant_pre_process(str(path), str(prepared), skip_symbolic_shape=True)
    quantize_static(str(prepared), str(result), RandomImages(), quant_format=QuantFormat.QDQ,
                    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, per_channel=True)
    return result


def microseconds(path, seconds):
    """Of one image, and the batch it was fastest in."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    best = (float("inf"), 0)
    for batch in BATCHES:
        images = {"input": np.random.default_rng(3).random((batch, 3, 32, 32), np.float32)}
        session.run(None, images)
        end = time.perf_counter() + seconds / len(BATCHES)
        while (start := time.perf_counter()) < end:
            session.run(None, images)
            best = min(best, ((time.perf_counter() - start) / batch * 1e6, batch))
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement")
    parser.add_argument("--network", action="append", choices=sorted(NETWORKS))
    arguments = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.network or NETWORKS:
            path = pathlib.Path(folder) / f"{name}.onnx"
            onnx.save(NETWORKS[name](), path)
            results[name] = {}
            files = {"float32": path} | ({"int8": quantized(path)} if name in QUANTIZED else {})
            for kind, file in files.items():
                time_, batch = microseconds(file, arguments.seconds)
                results[name][kind] = {"microseconds": time_, "batch": batch}
                print(f"{name}: ONNX Runtime {ort.__version__} {kind}: {time_:.1f} us an image, in batches of {batch}")
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
