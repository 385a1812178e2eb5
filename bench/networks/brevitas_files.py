#!/usr/bin/env python3
"""Quantized networks as Brevitas writes them, QONNX and QCDQ: imported, frozen and equal to Brevitas, or refused by one sentence.

usage: brevitas_files.py [--qfx PROGRAM] [--work FOLDER] [--only NAME,...] [--markdown FILE]

Needs brevitas, torch, onnx, onnxscript and onnxoptimizer (from PyPI); no part of QFX does. Parameters are random (seed 1), scales are what
Brevitas learns from three random batches; `qfx import --check` compares one sample with what the module gave, and after `qfx ptq` all
outputs of the integers on 32 samples are compared. The files stay in FOLDER.
"""

import argparse
import csv
import pathlib
import shutil
import subprocess
import sys
import warnings

import numpy
import torch
import torch.nn as nn

warnings.filterwarnings("ignore")
import brevitas.nn as qnn
import brevitas.quant as real
import brevitas.quant.binary as binary
import brevitas.quant.fixed_point as fixed
import brevitas.quant.ternary as ternary
from brevitas.export import export_onnx_qcdq, export_qonnx

FIXED = {"weight": fixed.Int8WeightPerTensorFixedPoint, "act": fixed.Uint8ActPerTensorFixedPoint, "input": fixed.Int8ActPerTensorFixedPoint}
REAL = {"weight": real.Int8WeightPerTensorFloat, "act": real.Uint8ActPerTensorFloat, "input": real.Int8ActPerTensorFloat}


class Residual(nn.Module):
    """Two branches on one scale meet in a sum."""

    def __init__(self, kinds, bits):
        super().__init__()
        self.input = qnn.QuantIdentity(act_quant=kinds["input"], return_quant_tensor=True)
        self.conv = qnn.QuantConv2d(3, 3, 3, padding=1, bias=False, weight_quant=kinds["weight"], weight_bit_width=bits)
        self.common = qnn.QuantIdentity(act_quant=kinds["input"], bit_width=bits, return_quant_tensor=True)
        self.relu = qnn.QuantReLU(act_quant=kinds["act"], bit_width=bits)

    def forward(self, x):
        x = self.input(x)
        return self.relu(self.common(self.conv(x)) + self.common(x))


def classifier(kinds, bits=8, act_bits=None, **conv):
    """Convolutions, ordinary, by channel and 1x1, batch norm, pool, a linear layer."""
    act = {"act_quant": kinds["act"], "bit_width": act_bits or bits, "return_quant_tensor": True}
    options = {"weight_quant": kinds["weight"], **({"weight_bit_width": bits} if bits > 2 else {}), **conv}
    without = {key: value for key, value in options.items() if key != "bias_quant"}
    return nn.Sequential(
        qnn.QuantIdentity(act_quant=kinds["input"], return_quant_tensor=True),
        qnn.QuantConv2d(3, 8, 3, padding=1, bias=True, **options), nn.BatchNorm2d(8), qnn.QuantReLU(**act), nn.MaxPool2d(2),
        qnn.QuantConv2d(8, 8, 3, padding=1, groups=8, bias=False, **without), qnn.QuantReLU(**act),
        qnn.QuantConv2d(8, 8, 1, bias=True, **options), qnn.QuantReLU(**act), nn.Flatten(),
        qnn.QuantLinear(8 * 64, 10, bias=True, **options))


NETWORKS = {
    "real scales, 8 bits": lambda: classifier(REAL),
    "real scales, 4 bits": lambda: classifier(REAL, 4),
    "real scales by channel": lambda: classifier({**REAL, "weight": real.Int8WeightPerChannelFloat}),
    "real scales, 16-bit bias": lambda: classifier(REAL, bias_quant=real.Int16Bias),
    "powers of two, 8 bits": lambda: classifier(FIXED),
    "powers of two, 4 bits": lambda: classifier(FIXED, 4),
    "powers of two by channel, 6 bits": lambda: classifier(FIXED, 6, weight_scaling_per_output_channel=True),
    "powers of two, 8-bit bias": lambda: classifier(FIXED, bias_quant=fixed.Int8BiasPerTensorFixedPointInternalScaling),
    "weights of one bit": lambda: classifier({**FIXED, "weight": binary.SignedBinaryWeightPerTensorConst}, 1, 4),
    "ternary weights": lambda: classifier({**FIXED, "weight": ternary.SignedTernaryWeightPerTensorConst}, 2, 4),
    "residual, powers of two": lambda: Residual(FIXED, 8),
    "residual, real scales, 4 bits": lambda: Residual(REAL, 4),
}
FORMS = {"qonnx": export_qonnx, "qcdq": export_onnx_qcdq}


def trained(make):
    """The network with statistics of random batches, in evaluation."""
    torch.manual_seed(1)
    network = make()
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            for values, draw in ((layer.weight, (1, 0.3)), (layer.bias, (0, 1))):
                nn.init.normal_(values, *draw)
    network.train()
    with torch.no_grad():
        for batch in torch.randn(3, 16, 3, 16, 16):
            network(batch)
    return network.eval()


def answers(network, samples):
    with torch.no_grad():
        y = network(samples)
    return getattr(y, "value", y).flatten(1).numpy()


def differing(base, wanted, options):
    """How many of the frozen network's outputs differ from these by more than 1e-5 of the largest; None where a command failed."""
    recipe, run, table = base / "calibrated.toml", base / "run", base / "outputs.csv"
    recipe.write_text((base / "recipe.toml").read_text().replace("npy:DATA", f"npy:{options.work}"))
    shutil.rmtree(run, ignore_errors=True)
    for command in (["ptq", str(recipe), "--out", str(run)], ["run", str(run / "model.qfx"), "--predictions", str(table)]):
        result = subprocess.run([options.qfx, *command], capture_output=True, text=True)
        if result.returncode != 0:
            return None, (result.stdout + result.stderr)[-300:]
    head, *rows = csv.reader(table.open())
    columns = [k for k, name in enumerate(head) if name.startswith("output_")]
    got = numpy.array([[float(row[k]) for k in columns] for row in rows])
    return int((numpy.abs(got - wanted) > 1e-5 * numpy.abs(wanted).max()).sum()), ""


def row(name, form, options):
    """What became of one file: right, refused, WRONG, or why Brevitas does not write it."""
    base = options.work / f"{name}_{form}".replace(" ", "_").replace(",", "")
    file, golden = base.with_suffix(".onnx"), base.with_suffix(".npz")
    network = trained(NETWORKS[name])
    samples = torch.from_numpy(numpy.load(options.work / "test_x.npy"))
    wanted = answers(network, samples)
    try:
        FORMS[form](network, samples[:1], export_path=str(file), dynamo=False)
    except Exception as error:
        return f"not written: {' '.join(str(error).split())[:100] or type(error).__name__}"
    numpy.savez(golden, in0=samples[:1].numpy(), out0=wanted[:1])
    result = subprocess.run([options.qfx, "import", str(file), "-o", str(base), "--check", str(golden)], capture_output=True, text=True)
    if result.returncode != 0:
        said = [line for line in (result.stdout + result.stderr).splitlines() if line.startswith("qfx: ")]
        refused = result.returncode == 2 and len(said) == 1
        return f"refused: {said[0][5:]}" if refused else f"WRONG: {(result.stdout + result.stderr)[-300:]}"
    count, why = differing(base, wanted, options)
    if count is None:
        return f"WRONG: {why}"
    return f"right; {count} of {wanted.size:,} outputs differ"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qfx", default="build/release/bin/qfx")
    parser.add_argument("--work", default="runs/brevitas", type=pathlib.Path)
    parser.add_argument("--only", type=lambda text: text.split(";"), help="names, with a semicolon between them")
    parser.add_argument("--markdown", type=pathlib.Path)
    options = parser.parse_args()
    for name in options.only or []:
        if name not in NETWORKS:
            parser.error(f"there is no network '{name}'; there are: {'; '.join(NETWORKS)}")
    options.work = options.work.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    random = numpy.random.default_rng(1)
    for split, count in (("train", 64), ("test", 32)):
        numpy.save(options.work / f"{split}_x.npy", random.standard_normal((count, 3, 16, 16)).astype(numpy.float32))
    lines = [f"| network | {' | '.join(FORMS)} |", f"|---|{'---|' * len(FORMS)}"]
    wrong = False
    for name in options.only or NETWORKS:
        cells = []
        for form in FORMS:
            cells.append(row(name, form, options))
            wrong |= cells[-1].startswith("WRONG")
            print(f"{name}, {form}: {cells[-1]}", flush=True)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    if options.markdown:
        options.markdown.write_text("\n".join(lines) + "\n")
    if wrong:
        sys.exit("a file is imported wrongly or not refused by one sentence")


if __name__ == "__main__":
    main()
