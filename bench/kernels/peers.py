#!/usr/bin/env python3
"""The Python peers, timed as bench_peers times the C++ ones: casts against a plain copy of the same array in the
same rounds, and ONNX Runtime's convolutions, their sums compared with the exact ones.

usage: peers.py qtorch|apytypes|onnxruntime [--json FILE] [--seconds S]

One peer a process: their dependencies do not get along (scripts/bench keeps two environments).
"""

import argparse
import json
import os
import time

os.environ["OMP_NUM_THREADS"] = "1"  # before the libraries are loaded

import numpy as np  # noqa: E402

SIZES = (256 << 10, 64 << 20)  # bytes of a float32 array
# in_channels, out_channels, size, groups; 3x3, padding 1, one image; peers.cpp has the same
SHAPES = (
    (16, 16, 32, 1),
    (32, 32, 16, 1),
    (64, 64, 8, 1),
    (64, 64, 56, 1),
    (128, 128, 28, 1),
    (3, 16, 32, 1),
    (64, 64, 56, 64),
    (128, 128, 28, 128),
)


def seconds(work, repeats=1):
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - start) / repeats


def best_of(works, budget):
    """Seconds a run of each: the best of the rounds that fit in `budget`, at least two; a round runs all of them."""
    best = [seconds(work) for work in works]
    # Short rounds, so that some go undisturbed on a machine that others use too.
    repeats = [max(1, int(0.0004 / once)) for once in best]
    end = time.perf_counter() + budget
    while True:
        best = [min(b, seconds(w, r)) for b, w, r in zip(best, works, repeats)]
        if time.perf_counter() >= end:
            return best


def page_aligned(count):
    """float32 zeros from the start of a page (peers.cpp says why)."""
    raw = np.zeros(count * 4 + 4096, np.uint8)
    start = -raw.ctypes.data % 4096
    return raw[start : start + count * 4].view(np.float32)


def expected(x):
    """fixed<8,3,RND,SAT>, by its definition, in float64."""
    return np.clip(np.floor(x.astype(np.float64) * 32 + 0.5), -128, 127) / 32


def time_casts(kernels, budget):
    """kernels: name -> function(x) -> (work, values), the values of one run as numpy array or None."""
    rows = []
    for array_bytes in SIZES:
        x, out = page_aligned(array_bytes // 4), page_aligned(array_bytes // 4)
        x[:] = np.resize(np.random.default_rng(1).standard_normal(1 << 14).astype(np.float32), x.size)
        for name, prepare in kernels.items():
            work, values = prepare(x)
            same = bool(np.array_equal(values, expected(x)))
            best = best_of((work, lambda: np.copyto(out, x)), budget)
            rate, copy = (2e-9 * array_bytes / s for s in best)
            print(f"{name:52} {array_bytes >> 10:6} KiB {rate:7.3f} GB/s, copy {copy:5.1f}, ratio {rate / copy:.4f}"
                  f"{'' if same else '  values differ from fixed<8,3,RND,SAT>'}", flush=True)
            rows.append({
                "kernel": name, "layout": "flat", "array_bytes": array_bytes, "threads": 1,
                "gigabytes_a_second": rate, "copy_gigabytes_a_second": copy, "ratio": rate / copy,
                "copies": best[0] / best[1], "same_values": same,
            })
    return {"figures": rows}


def qtorch(budget):
    import torch
    from qtorch.quant import fixed_point_quantize

    torch.set_num_threads(1)

    def prepare(rounding):
        def of(x):
            tensor = torch.from_numpy(x)
            work = lambda: fixed_point_quantize(tensor, wl=8, fl=5, rounding=rounding)  # noqa: E731
            return work, work().numpy()
        return of

    return time_casts({"QPyTorch: fixed_point_quantize, nearest": prepare("nearest")}, budget)


def apytypes(budget):
    from apytypes import APyFixedArray, OverflowMode, QuantizationMode

    to_format = {"int_bits": 3, "frac_bits": 5, "quantization": QuantizationMode.RND, "overflow": OverflowMode.SAT}
    wide = {"int_bits": 9, "frac_bits": 40}  # from_float itself wraps, so the way to saturation is a wide format

    def cast(x):
        source = APyFixedArray.from_float(x, **wide)
        return lambda: source.cast(**to_format), source.cast(**to_format).to_numpy()

    def whole(x):
        work = lambda: APyFixedArray.from_float(x, **wide).cast(**to_format).to_numpy()  # noqa: E731
        return work, work()

    return time_casts({"APyTypes: cast of an array already in fixed point": cast,
                       "APyTypes: from_float, cast, to_numpy": whole}, budget)


def exact_conv(x, w, groups):
    """int64 sums. float64 holds them exactly: they stay far below 2^53."""
    channels, size = x.shape[1], x.shape[2]
    padded = np.pad(x[0].astype(np.float64), ((0, 0), (1, 1), (1, 1)))
    in_group, out_group = channels // groups, w.shape[0] // groups
    sums = np.zeros((w.shape[0], size, size))
    for row in range(3):
        for column in range(3):
            view = padded[:, row : row + size, column : column + size]
            for g in range(groups):
                outputs, inputs = slice(g * out_group, (g + 1) * out_group), slice(g * in_group, (g + 1) * in_group)
                sums[outputs] += np.tensordot(w[outputs, :, row, column].astype(np.float64), view[inputs], 1)
    return sums.astype(np.int64)[None]


def zero_point(kind):
    """Of weights and outputs, both of either sign: the middle of an unsigned type's range."""
    return 128 if kind == np.uint8 else 0


def onnx_model(kind, x_type, w, groups):
    """One node: Conv (float32), QLinearConv (8 bits in and out) or ConvInteger (int32 sums), 3x3, padding 1."""
    from onnx import TensorProto, helper, numpy_helper

    def constant(name, value):
        return numpy_helper.from_array(np.asarray(value), name)

    x_zero, w_zero = constant("x_zero", x_type(0)), constant("w_zero", w.dtype.type(zero_point(w.dtype)))
    names, constants, y_type = {
        "Conv": (["x", "w"], [], TensorProto.FLOAT),
        "ConvInteger": (["x", "w", "x_zero", "w_zero"], [x_zero, w_zero], TensorProto.INT32),
        "QLinearConv": (["x", "x_scale", "x_zero", "w", "w_scale", "w_zero", "y_scale", "y_zero"],
                        [x_zero, w_zero, constant("x_scale", np.float32(0.1)), constant("w_scale", np.float32(0.01)),
                         constant("y_scale", np.float32(10)), constant("y_zero", x_type(zero_point(x_type)))],
                        helper.np_dtype_to_tensor_dtype(np.dtype(x_type))),
    }[kind]
    node = helper.make_node(kind, names, ["y"], pads=[1] * 4, group=groups)
    graph = helper.make_graph(
        [node], "one",
        [helper.make_tensor_value_info("x", helper.np_dtype_to_tensor_dtype(np.dtype(x_type)), None)],
        [helper.make_tensor_value_info("y", y_type, None)], [constant("w", w), *constants])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    return model.SerializeToString()


def requantized(sums, x_type):
    """What QLinearConv makes of exact sums: times 0.1 * 0.01 / 10, rounded, shifted, saturated."""
    limits = np.iinfo(x_type)
    return np.clip(np.rint(sums * (0.1 * 0.01 / 10)) + zero_point(x_type), limits.min, limits.max)


def onnxruntime(budget):
    import onnxruntime as ort

    def session(model):
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    kinds = (  # name, node, types of x and w
        ("ONNX Runtime: u8 x s8 -> u8", "QLinearConv", np.uint8, np.int8),
        ("ONNX Runtime: u8 x u8 -> u8", "QLinearConv", np.uint8, np.uint8),
        ("ONNX Runtime: s8 x s8 -> s8", "QLinearConv", np.int8, np.int8),
        ("ONNX Runtime: u8 x s8 -> s32", "ConvInteger", np.uint8, np.int8),
        ("ONNX Runtime: float32", "Conv", np.float32, np.float32),
    )
    rows = []
    for in_channels, out_channels, size, groups in SHAPES:
        random = np.random.default_rng(3)
        x8 = random.integers(0, 256, (1, in_channels, size, size))
        w8 = random.integers(-128, 128, (out_channels, in_channels // groups, 3, 3))
        for name, node, x_type, w_type in kinds:
            x = (x8 - 128 if x_type is np.int8 else x8).astype(x_type)
            w = (w8 + 128 if w_type is np.uint8 else w8).astype(w_type)
            try:
                run = session(onnx_model(node, x_type, w, groups))
            except Exception as error:  # a combination that this version does not have
                print(f"{name}: {str(error).splitlines()[0][:100]}", flush=True)
                continue
            y = run.run(None, {"x": x})[0]
            sums = exact_conv(x, w.astype(np.int64) - zero_point(w.dtype), groups)
            if node == "QLinearConv":
                # One step apart is the rounding of the scale; more is a wrong sum.
                exact = bool(np.abs(y.astype(np.int64) - requantized(sums, x_type)).max() <= 1)
            else:
                exact = bool(np.array_equal(y.astype(np.int64), sums))
            # Bound once, so that Python hands over nothing but the call.
            binding = run.io_binding()
            binding.bind_cpu_input("x", x)
            binding.bind_ortvalue_output("y", ort.OrtValue.ortvalue_from_numpy(y))
            best = best_of((lambda: run.run_with_iobinding(binding),), budget)[0]
            rate = out_channels * size * size * (in_channels // groups) * 9 / best * 1e-9
            print(f"{name:30} {in_channels},{out_channels},{size}{' depthwise' if groups > 1 else ''}: "
                  f"{rate:.1f} GMAC/s, exact: {'yes' if exact else 'no'}", flush=True)
            rows.append({
                "kernel": name, "in_channels": in_channels, "out_channels": out_channels, "size": size,
                "kernel_size": 3, "groups": groups, "threads": 1, "gmac_a_second": rate, "exact": exact,
            })
    return {"convolutions": rows}


def main():
    parser = argparse.ArgumentParser(description="Python peers, timed against a plain copy.")
    parser.add_argument("peer", choices=("qtorch", "apytypes", "onnxruntime"))
    parser.add_argument("--json", help="also write the figures to this file")
    parser.add_argument("--seconds", type=float, default=0.1, help="time for each figure")
    arguments = parser.parse_args()
    result = {"qtorch": qtorch, "apytypes": apytypes, "onnxruntime": onnxruntime}[arguments.peer](arguments.seconds)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
