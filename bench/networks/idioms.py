#!/usr/bin/env python3
"""One idea of a network a file, as torch's two exporters write it: imported and equal to torch, or refused by one sentence.

usage: idioms.py [--qfx PROGRAM] [--work FOLDER] [--only NAME,...] [--markdown FILE]

Needs torch and onnxscript (`pip install torch onnxscript onnx`); no part of QFX does. Every module has random parameters (seed 1), batch
statistics that differ by channel, and a random sample; `qfx import --check` compares with what the module gave. The files stay in FOLDER.
"""

import argparse
import pathlib
import subprocess
import sys
import warnings

import numpy
import torch
import torch.nn as nn
import torch.nn.functional as F


class Fn(nn.Module):
    """Modules by name, and what is done with them."""

    def __init__(self, function, **modules):
        super().__init__()
        self.function = function
        for name, module in modules.items():
            setattr(self, name, module)

    def forward(self, *x):
        return self.function(self, *x)


def conv(i=3, o=8, k=3, **options):
    return nn.Conv2d(i, o, k, **options)


def channel_shuffle(m, x):
    x = m.c(x)
    n, c, h, w = x.shape
    return m.d(x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w))


def excite(m, x):
    x = m.c(x)
    return x * torch.sigmoid(m.up(F.relu(m.down(F.adaptive_avg_pool2d(x, 1)))))


def excite_linear(m, x):
    x = m.c(x)
    gate = F.hardsigmoid(m.up(F.relu(m.down(x.mean((2, 3))))))
    return x * gate[:, :, None, None]


def coordinates(m, x):
    a, b = m.c(x).chunk(2, 1)
    return a * torch.sigmoid(b)


def ghost(m, x):
    a = m.c(x)
    return torch.cat([a, m.d(a)], 1)[:, :12]


def focus(m, x):
    return m.c(torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1))


def pyramid(m, x):
    a = m.c(x)
    b = F.max_pool2d(a, 2)
    return a + F.interpolate(m.d(b), scale_factor=2, mode="nearest")


def heads(m, x):
    x = F.relu(m.c(x))
    return m.a(x), m.b(x).sigmoid()


def attention(m, x):
    q, k, v = m.q(x), m.k(x), m.v(x)
    return torch.softmax(q @ k.transpose(1, 2) / 4, -1) @ v


IMAGE = (3, 12, 12)
torch.manual_seed(1)
IDIOMS = {
    "linear": (nn.Linear(16, 8), (16,)),
    "linear_without_bias": (nn.Linear(16, 8, bias=False), (16,)),
    "mlp_batchnorm": (nn.Sequential(nn.Linear(16, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 5)), (16,)),
    "matmul_parameter": (Fn(lambda m, x: x @ m.l.weight.t() + 0.5, l=nn.Linear(16, 8)), (16,)),
    "conv_bn_relu": (nn.Sequential(conv(bias=False), nn.BatchNorm2d(8), nn.ReLU()), IMAGE),
    "batchnorm_first": (nn.Sequential(nn.BatchNorm2d(3), conv()), IMAGE),
    "preactivation": (nn.Sequential(conv(), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.BatchNorm2d(8), nn.ReLU(), conv(8, 4)), IMAGE),
    "conv1d": (nn.Sequential(nn.Conv1d(4, 8, 5, stride=2, padding=2), nn.ReLU(), nn.MaxPool1d(2)), (4, 40)),
    "conv1d_causal": (Fn(lambda m, x: m.c(F.pad(x, (4, 0))), c=nn.Conv1d(4, 8, 3, dilation=2)), (4, 24)),
    "depthwise_separable": (nn.Sequential(conv(3, 3, groups=3, padding=1), conv(3, 8, 1), nn.ReLU6()), IMAGE),
    "grouped_conv": (nn.Sequential(conv(), conv(8, 12, groups=4)), IMAGE),
    "dilated_conv": (conv(dilation=2, padding=2), IMAGE),
    "strided_conv": (conv(k=5, stride=3, padding=(2, 1)), IMAGE),
    "conv_same_even": (conv(k=4, padding="same"), IMAGE),
    "conv_reflect": (conv(padding=1, padding_mode="reflect"), IMAGE),
    "conv_replicate": (conv(padding=2, padding_mode="replicate"), IMAGE),
    "conv_circular": (conv(padding=1, padding_mode="circular"), IMAGE),
    "zero_pad": (nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), conv(stride=2)), IMAGE),
    "constant_pad": (nn.Sequential(nn.ConstantPad2d(1, 0.5), conv()), IMAGE),
    "crop": (Fn(lambda m, x: F.pad(m.c(x), (-1, -2, -1, 0)), c=conv()), IMAGE),
    "conv_transpose": (nn.Sequential(conv(), nn.ConvTranspose2d(8, 4, 2, stride=2)), IMAGE),
    "conv_transpose_output_padding": (nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2), (4, 7, 7)),
    "conv_transpose1d": (nn.ConvTranspose1d(4, 6, 4, stride=2, padding=1), (4, 12)),
    "max_pool": (nn.MaxPool2d(3, 2, 1), IMAGE),
    "max_pool_ceil": (nn.MaxPool2d(3, 2, ceil_mode=True), IMAGE),
    "max_pool_dilation": (nn.MaxPool2d(3, 1, dilation=2), IMAGE),
    "avg_pool": (nn.AvgPool2d(3, 2, 1), IMAGE),
    "avg_pool_not_counted": (nn.AvgPool2d(3, 2, 1, count_include_pad=False), IMAGE),
    "avg_pool_ceil": (nn.AvgPool2d(3, 2, ceil_mode=True), IMAGE),
    "lp_free_adaptive_pool": (nn.Sequential(conv(padding=1), nn.AdaptiveAvgPool2d(3)), IMAGE),
    "adaptive_max_pool": (nn.Sequential(conv(padding=1), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(8, 3)), IMAGE),
    "global_average": (nn.Sequential(conv(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3)), IMAGE),
    "mean": (Fn(lambda m, x: m.l(m.c(x).mean((2, 3))), c=conv(), l=nn.Linear(8, 3)), IMAGE),
    "mean_keepdim": (Fn(lambda m, x: m.d(m.c(x).mean((2, 3), keepdim=True)), c=conv(), d=conv(8, 3, 1)), IMAGE),
    "mean_of_rows": (Fn(lambda m, x: m.c(x).mean(2), c=conv()), IMAGE),
    "sum": (Fn(lambda m, x: m.c(x).sum((2, 3)), c=conv()), IMAGE),
    "amax": (Fn(lambda m, x: m.c(x).amax((2, 3)), c=conv()), IMAGE),
    "mean_of_channels": (Fn(lambda m, x: m.c(x).mean(1, keepdim=True), c=conv()), IMAGE),
    "residual_add": (Fn(lambda m, x: F.relu(x + m.c(x)), c=conv(3, 3, padding=1)), IMAGE),
    "residual_twice": (Fn(lambda m, x: x + x + m.c(x), c=conv(3, 3, padding=1)), IMAGE),
    "sub": (Fn(lambda m, x: m.c(x) - m.d(x), c=conv(), d=conv()), IMAGE),
    "mul": (Fn(lambda m, x: m.c(x) * m.d(x), c=conv(), d=conv()), IMAGE),
    "square": (Fn(lambda m, x: m.c(x) ** 2, c=conv()), IMAGE),
    "minimum_maximum": (Fn(lambda m, x: torch.maximum(m.c(x), m.d(x)), c=conv(), d=conv()), IMAGE),
    "rsub": (Fn(lambda m, x: 1 - m.c(x), c=conv()), IMAGE),
    "negative": (Fn(lambda m, x: -m.c(x), c=conv()), IMAGE),
    "scaled": (Fn(lambda m, x: m.c(x / 255.0 * 2 - 1) * 0.5 + 3, c=conv()), IMAGE),
    "normalized": (Fn(lambda m, x: m.c((x - m.b.weight.view(3, 1, 1)) / m.b.running_var.view(3, 1, 1)), b=nn.BatchNorm2d(3), c=conv()), IMAGE),
    "squeeze_excite": (Fn(excite, c=conv(), down=conv(8, 4, 1), up=conv(4, 8, 1)), IMAGE),
    "squeeze_excite_linear": (Fn(excite_linear, c=conv(), down=nn.Linear(8, 4), up=nn.Linear(4, 8)), IMAGE),
    "gated_linear": (Fn(coordinates, c=conv()), IMAGE),
    "glu": (nn.Sequential(conv(), nn.GLU(1)), IMAGE),
    "cat": (Fn(lambda m, x: torch.cat([m.c(x), F.relu(m.d(x))], 1), c=conv(), d=conv(3, 4)), IMAGE),
    "cat_of_rows": (Fn(lambda m, x: torch.cat([m.c(x), m.d(x)], 2), c=conv(), d=conv()), IMAGE),
    "stack": (Fn(lambda m, x: torch.stack([m.a(x), m.b(x)], 1).flatten(1), a=nn.Linear(16, 4), b=nn.Linear(16, 4)), (16,)),
    "chunk": (Fn(lambda m, x: torch.cat(list(reversed(m.c(x).chunk(2, 1))), 1), c=conv()), IMAGE),
    "split": (Fn(lambda m, x: m.c(x).split([2, 6], 1)[1] * 2, c=conv()), IMAGE),
    "slice": (Fn(lambda m, x: m.c(x)[:, 1:3, 2:-2], c=conv()), IMAGE),
    "select": (Fn(lambda m, x: m.c(x)[:, 2], c=conv()), IMAGE),
    "flip": (Fn(lambda m, x: m.c(x.flip(3)), c=conv()), IMAGE),
    "roll": (Fn(lambda m, x: torch.roll(m.c(x), 2, 3), c=conv()), IMAGE),
    "focus": (Fn(focus, c=conv(12)), IMAGE),
    "ghost": (Fn(ghost, c=conv(), d=conv(8, 8, groups=8, padding=1)), IMAGE),
    "channel_shuffle": (Fn(channel_shuffle, c=conv(), d=conv(8, 8, groups=2)), IMAGE),
    "nn_channel_shuffle": (nn.Sequential(conv(), nn.ChannelShuffle(4)), IMAGE),
    "pixel_shuffle": (nn.Sequential(conv(), nn.PixelShuffle(2), nn.ReLU()), IMAGE),
    "pixel_unshuffle": (nn.Sequential(nn.PixelUnshuffle(2), conv(12)), IMAGE),
    "nearest": (nn.Sequential(conv(), nn.Upsample(scale_factor=2), conv(8, 4)), IMAGE),
    "feature_pyramid": (Fn(pyramid, c=conv(3, 8, padding=1), d=conv(8, 8, padding=1)), IMAGE),
    "bilinear": (nn.Sequential(conv(), nn.Upsample(scale_factor=2, mode="bilinear")), IMAGE),
    "bilinear_corners": (nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), (3, 6, 6)),
    "flatten_linear": (nn.Sequential(conv(), nn.Flatten(), nn.Linear(800, 5)), IMAGE),
    "permute_flatten": (Fn(lambda m, x: m.l(m.c(x).permute(0, 2, 3, 1).flatten(1)), c=conv(), l=nn.Linear(800, 5)), IMAGE),
    "view": (Fn(lambda m, x: m.l(m.c(x).view(x.shape[0], -1)), c=conv(), l=nn.Linear(800, 5)), IMAGE),
    "head_of_detector": (Fn(lambda m, x: m.c(x).permute(0, 2, 3, 1).reshape(1, -1, 4), c=conv()), IMAGE),
    "transposed_rows": (Fn(lambda m, x: m.c(x).transpose(2, 3), c=conv()), IMAGE),
    "squeeze_unsqueeze": (Fn(lambda m, x: m.c(x.unsqueeze(2)).squeeze(2), c=nn.Conv2d(4, 6, (1, 3))), (4, 20)),
    "linear_on_rows": (nn.Linear(12, 5), (7, 12)),
    "linear_on_channels_last": (Fn(lambda m, x: m.l(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2), l=nn.Linear(3, 6)), IMAGE),
    "expand": (Fn(lambda m, x: m.c(x) + F.adaptive_avg_pool2d(m.c(x), 1).expand(-1, -1, 10, 10), c=conv()), IMAGE),
    "repeat": (Fn(lambda m, x: m.c(x).repeat(1, 2, 1, 1), c=conv()), IMAGE),
    "shared_conv": (Fn(lambda m, x: m.c(F.relu(m.c(x))), c=conv(3, 3, padding=1)), IMAGE),
    "two_outputs": (Fn(heads, c=conv(), a=conv(8, 2, 1), b=conv(8, 4, 1)), IMAGE),
    "dropout_identity": (nn.Sequential(conv(), nn.Dropout(0.5), nn.Identity(), nn.ReLU()), IMAGE),
    "weight_norm": (nn.utils.parametrizations.weight_norm(conv()), IMAGE),
    "prelu": (nn.Sequential(conv(), nn.PReLU(8)), IMAGE),
    "prelu_one": (nn.Sequential(nn.Linear(16, 8), nn.PReLU()), (16,)),
    "leaky_relu": (nn.Sequential(conv(), nn.LeakyReLU(0.1)), IMAGE),
    "relu6": (nn.Sequential(conv(), nn.ReLU6()), IMAGE),
    "hardtanh": (nn.Sequential(conv(), nn.Hardtanh(-0.5, 0.75)), IMAGE),
    "clamp": (Fn(lambda m, x: m.c(x).clamp(min=-0.25), c=conv()), IMAGE),
    "threshold": (nn.Sequential(conv(), nn.Threshold(0.1, 0.0)), IMAGE),
    "hardswish": (nn.Sequential(conv(), nn.Hardswish()), IMAGE),
    "hardsigmoid": (nn.Sequential(conv(), nn.Hardsigmoid()), IMAGE),
    "sigmoid": (nn.Sequential(conv(), nn.Sigmoid()), IMAGE),
    "tanh": (nn.Sequential(conv(), nn.Tanh()), IMAGE),
    "gelu": (nn.Sequential(conv(), nn.GELU()), IMAGE),
    "gelu_tanh": (nn.Sequential(conv(), nn.GELU(approximate="tanh")), IMAGE),
    "silu": (nn.Sequential(conv(), nn.SiLU()), IMAGE),
    "mish": (nn.Sequential(conv(), nn.Mish()), IMAGE),
    "elu": (nn.Sequential(conv(), nn.ELU(0.7)), IMAGE),
    "celu": (nn.Sequential(conv(), nn.CELU(0.7)), IMAGE),
    "selu": (nn.Sequential(conv(), nn.SELU()), IMAGE),
    "softplus": (nn.Sequential(conv(), nn.Softplus()), IMAGE),
    "softsign": (nn.Sequential(conv(), nn.Softsign()), IMAGE),
    "log_sigmoid": (nn.Sequential(conv(), nn.LogSigmoid()), IMAGE),
    "hardshrink": (nn.Sequential(conv(), nn.Hardshrink(0.2)), IMAGE),
    "softshrink": (nn.Sequential(conv(), nn.Softshrink(0.2)), IMAGE),
    "tanhshrink": (nn.Sequential(conv(), nn.Tanhshrink()), IMAGE),
    "abs": (Fn(lambda m, x: m.c(x).abs(), c=conv()), IMAGE),
    "sign": (Fn(lambda m, x: m.c(x).sign(), c=conv()), IMAGE),
    "exp_sqrt": (Fn(lambda m, x: torch.sqrt(torch.exp(m.c(x)) + 1), c=conv()), IMAGE),
    "softmax": (nn.Sequential(nn.Linear(16, 5), nn.Softmax(-1)), (16,)),
    "log_softmax": (nn.Sequential(nn.Linear(16, 5), nn.LogSoftmax(-1)), (16,)),
    "softmax_of_channels": (nn.Sequential(conv(), nn.Softmax(1)), IMAGE),
    "argmax": (Fn(lambda m, x: m.l(x).argmax(1), l=nn.Linear(16, 5)), (16,)),
    "instance_norm": (nn.Sequential(conv(), nn.InstanceNorm2d(8, affine=True)), IMAGE),
    "group_norm": (nn.Sequential(conv(), nn.GroupNorm(2, 8)), IMAGE),
    "layer_norm": (nn.Sequential(nn.Linear(16, 8), nn.LayerNorm(8)), (16,)),
    "local_response_norm": (nn.Sequential(conv(), nn.LocalResponseNorm(3)), IMAGE),
    "attention": (Fn(attention, q=nn.Linear(16, 16), k=nn.Linear(16, 16), v=nn.Linear(16, 16)), (6, 16)),
    "gru": (Fn(lambda m, x: m.g(x)[0], g=nn.GRU(8, 6, batch_first=True)), (5, 8)),
    "lstm": (Fn(lambda m, x: m.g(x)[0], g=nn.LSTM(8, 6, batch_first=True)), (5, 8)),
}


def settle(module):
    """Parameters and batch statistics that differ by channel, so that a mistaken axis shows."""
    for part in module.modules():
        if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d, nn.InstanceNorm2d, nn.GroupNorm, nn.LayerNorm)):
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.normal_(part.bias, 0, 0.3)
        if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d)):
            nn.init.normal_(part.running_mean, 0, 0.3)
            nn.init.uniform_(part.running_var, 0.5, 2)
        if isinstance(part, nn.PReLU):
            nn.init.uniform_(part.weight, 0.05, 0.4)
    return module.eval()


def export(name, exporter, work):
    """The file and its golden values; None and why where torch itself does not write it."""
    torch.manual_seed(1)
    module, shape = IDIOMS[name]
    settle(module)
    x = torch.randn(1, *shape)
    file = work / f"{name}.{exporter}.onnx"
    file.unlink(missing_ok=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(module, (x,), str(file), dynamo=exporter == "dynamo", verbose=False)
    except Exception as error:  # torch's own exporter stops at it
        return None, f"{type(error).__name__}: {str(error).strip().splitlines()[0][:120]}"
    with torch.no_grad():
        outputs = module(x)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    arrays = {f"out{i}": y.numpy() for i, y in enumerate(outputs)}
    numpy.savez(file.with_suffix(".npz"), in0=x.numpy(), **arrays)
    return file, ""


def check(file, qfx):
    words = [qfx, "import", str(file), "--check", str(file.with_suffix(".npz"))]
    result = subprocess.run(words, capture_output=True, text=True)
    said = (result.stdout + result.stderr).strip().splitlines()
    if result.returncode == 0:
        return "right", ""
    if result.returncode == 2 and len(result.stderr.strip().splitlines()) == 1:
        return "refused", result.stderr.strip()
    return f"WRONG (exit code {result.returncode})", " | ".join(said[-3:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qfx", default="build/release/bin/qfx")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("build/bench/idioms"))
    parser.add_argument("--only", default="")
    parser.add_argument("--markdown", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    names = [name for name in IDIOMS if not arguments.only or name in arguments.only.split(",")]
    rows, counts = [], {}
    for name in names:
        said = []
        for exporter in ("dynamo", "script"):
            file, why = export(name, exporter, arguments.work)
            verdict, why = check(file, arguments.qfx) if file else ("not exported", why)
            counts[exporter, verdict] = counts.get((exporter, verdict), 0) + 1
            said.append((verdict, why))
            print(f"{name} {exporter}: {verdict} {why}", flush=True)
        rows.append((name, *said))
    for (exporter, verdict), count in sorted(counts.items()):
        print(f"{exporter}: {count} {verdict}")
    if arguments.markdown:
        lines = ["| idiom | `dynamo=True` | TorchScript |", "|---|---|---|"]
        lines += [f"| {name} | {new[0]} | {old[0]} |" for name, new, old in rows]
        said = {why: name for name, *both in reversed(rows) for _, why in both if why}
        lines += ["", *(f"- {name}: {why}" for why, name in sorted(said.items(), key=lambda item: item[1]))]
        arguments.markdown.write_text("\n".join(lines) + "\n")
    sys.exit(any(verdict.startswith("WRONG") for _, verdict in counts))


if __name__ == "__main__":
    main()
