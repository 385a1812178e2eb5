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


NETWORKS = {"resnet20": resnet20, "mobilenet_small": mobilenet_small}


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
            for kind, file in (("float32", path), ("int8", quantized(path))):
                time_, batch = microseconds(file, arguments.seconds)
                results[name][kind] = {"microseconds": time_, "batch": batch}
                print(f"{name}: ONNX Runtime {ort.__version__} {kind}: {time_:.1f} us an image, in batches of {batch}")
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
