#!/usr/bin/env python3
"""Milliseconds of a training step of the peers, on the networks of bench/training/step.cpp.

usage: peers.py torch|brevitas|pquant|pquant-hgq|hgq2 [--net resnet20|mobilenet_small] [--steps N] [--json FILE]

Every tensor that the peer can quantize has 8 bits and a scale that is a power of two. `torch` is the same network in
float in the torch that the peers bring, channels last. hgq2 runs in JAX and prints its own float step beside.
"""

import argparse
import json
import os
import statistics
import sys
import time

BATCH, SIZE, CLASSES, WARMUP = 128, 32, 10, 2
MOBILENET = ((32, 1), (64, 2), (64, 1), (128, 2), (128, 1))


class FloatKit:
    """The layers of a network in plain torch."""

    def __init__(self):
        import torch

        self.nn = torch.nn

    def entry(self):
        return self.nn.Identity()

    def conv(self, inputs, outputs, size, stride=1, groups=1):
        return self.nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False)

    def norm(self, channels):
        return self.nn.BatchNorm2d(channels)

    def relu(self):
        return self.nn.ReLU()

    def sum(self):
        return self.nn.Identity()

    def pool(self):
        return self.nn.AdaptiveAvgPool2d(1)

    def linear(self, inputs, outputs):
        return self.nn.Linear(inputs, outputs)


class BrevitasKit(FloatKit):
    def __init__(self):
        super().__init__()
        import brevitas.nn as qnn
        from brevitas.quant import Int8ActPerTensorFixedPoint, Int8WeightPerTensorFixedPoint, Uint8ActPerTensorFixedPoint

        self.q, self.weight = qnn, Int8WeightPerTensorFixedPoint
        self.signed, self.unsigned = Int8ActPerTensorFixedPoint, Uint8ActPerTensorFixedPoint

    def entry(self):
        return self.q.QuantIdentity(act_quant=self.signed)

    def conv(self, inputs, outputs, size, stride=1, groups=1):
        return self.q.QuantConv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False,
                                  weight_quant=self.weight, output_quant=self.signed)

    def norm(self, channels):
        return self.nn.Sequential(self.nn.BatchNorm2d(channels), self.q.QuantIdentity(act_quant=self.signed))

    def relu(self):
        return self.q.QuantReLU(act_quant=self.unsigned)

    def sum(self):
        return self.q.QuantIdentity(act_quant=self.signed)

    def pool(self):
        return self.nn.Sequential(self.nn.AdaptiveAvgPool2d(1), self.q.QuantIdentity(act_quant=self.signed))

    def linear(self, inputs, outputs):
        return self.q.QuantLinear(inputs, outputs, bias=True, weight_quant=self.weight, output_quant=self.signed)


def torch_network(name, kit):
    from torch import nn

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.body = nn.Sequential(kit.conv(inputs, outputs, 3, stride), kit.norm(outputs), kit.relu(),
                                      kit.conv(outputs, outputs, 3), kit.norm(outputs))
            same = stride == 1 and inputs == outputs
            self.shortcut = None if same else nn.Sequential(kit.conv(inputs, outputs, 1, stride), kit.norm(outputs))
            self.sum, self.relu = kit.sum(), kit.relu()

        def forward(self, x):
            side = x if self.shortcut is None else self.shortcut(x)
            return self.relu(self.sum(self.body(x) + side))

    layers = [kit.entry(), kit.conv(3, 16, 3), kit.norm(16), kit.relu()]
    inputs = 16
    if name == "resnet20":
        for stage, outputs in enumerate((16, 32, 64)):
            for block in range(3):
                layers.append(Block(inputs, outputs, 2 if stage and not block else 1))
                inputs = outputs
    else:
        for outputs, stride in MOBILENET:
            layers += [kit.conv(inputs, inputs, 3, stride, inputs), kit.norm(inputs), kit.relu(),
                       kit.conv(inputs, outputs, 1), kit.norm(outputs), kit.relu()]
            inputs = outputs
    return nn.Sequential(*layers, kit.pool(), nn.Flatten(), kit.linear(inputs, CLASSES))


def time_torch(model, steps):
    import torch
    from torch.nn import functional

    torch.manual_seed(1)
    images = torch.randn(BATCH, 3, SIZE, SIZE).to(memory_format=torch.channels_last)
    labels = torch.randint(0, CLASSES, (BATCH,))
    model = model.to(memory_format=torch.channels_last)
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), 1e-3, momentum=0.9)
    times = []
    for _ in range(WARMUP + steps):
        start = time.perf_counter()
        optimizer.zero_grad()
        functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times[WARMUP:])


def pquant_network(name, high_granularity):
    import pquant

    config = pquant.pdp_config()
    config.pruning_parameters.enable_pruning = False
    settings = config.quantization_parameters
    settings.enable_quantization = True
    settings.quantize_output = True
    settings.use_high_granularity_quantization = high_granularity
    return pquant.add_compression_layers(torch_network(name, FloatKit()), config, (BATCH, 3, SIZE, SIZE))


def time_keras(quantized, steps):
    import keras
    import numpy
    from hgq.layers import QAdd, QBatchNormalization, QConv2D, QDense
    from keras import layers

    def conv(x, outputs, size, stride=1):
        kind = QConv2D if quantized else layers.Conv2D
        return kind(outputs, size, stride, padding="same", use_bias=False)(x)

    def norm(x):
        return (QBatchNormalization if quantized else layers.BatchNormalization)()(x)

    relu = lambda x: layers.ReLU()(x)
    add = lambda a, b: (QAdd if quantized else layers.Add)()([a, b])
    x = entry = layers.Input((SIZE, SIZE, 3))
    x = relu(norm(conv(x, 16, 3)))
    for stage, outputs in enumerate((16, 32, 64)):
        for block in range(3):
            stride = 2 if stage and not block else 1
            y = norm(conv(relu(norm(conv(x, outputs, 3, stride))), outputs, 3))
            side = x if stride == 1 else norm(conv(x, outputs, 1, stride))
            x = relu(add(y, side))
    x = (QDense if quantized else layers.Dense)(CLASSES)(layers.GlobalAveragePooling2D()(x))
    model = keras.Model(entry, x)
    model.compile(optimizer=keras.optimizers.SGD(1e-3, 0.9),
                  loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    random = numpy.random.default_rng(1)
    images = random.standard_normal((BATCH, SIZE, SIZE, 3)).astype("float32")
    labels = random.integers(0, CLASSES, BATCH)
    times = []
    for _ in range(WARMUP + 1 + steps):  # the first one compiles
        start = time.perf_counter()
        model.train_on_batch(images, labels)
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times[WARMUP + 1:])


def run(peer, net, steps):
    if peer == "hgq2":
        if net != "resnet20":
            sys.exit("HGQ2 has no depthwise convolution")
        os.environ["KERAS_BACKEND"] = "jax"
        from hgq.config import LayerConfigScope, QuantizerConfigScope

        figures = {"its_float_ms": time_keras(False, steps)}
        with QuantizerConfigScope(place=("weight", "bias"), default_q_type="kbi", b0=8, overflow_mode="SAT_SYM"), \
                QuantizerConfigScope(place="datalane", default_q_type="kif"), \
                LayerConfigScope(enable_ebops=True, beta0=1e-6):
            figures["step_ms"] = time_keras(True, steps)
        return figures
    if peer.startswith("pquant"):
        os.environ["KERAS_BACKEND"] = "torch"
        return {"step_ms": time_torch(pquant_network(net, peer.endswith("hgq")), steps)}
    kit = {"torch": FloatKit, "brevitas": BrevitasKit}[peer]()
    return {"step_ms": time_torch(torch_network(net, kit), steps)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=("torch", "brevitas", "pquant", "pquant-hgq", "hgq2"))
    parser.add_argument("--net", choices=("resnet20", "mobilenet_small"), default="resnet20")
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--json")
    options = parser.parse_args()
    figures = {"peer": options.peer, "net": options.net, **run(options.peer, options.net, options.steps)}
    print(f"{options.net:16} {options.peer:12} {figures['step_ms']:8.1f} ms a step", flush=True)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(figures, file, indent=2)


if __name__ == "__main__":
    main()
