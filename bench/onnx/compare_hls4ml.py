#!/usr/bin/env python3
"""The demo's network in hls4ml: what hls4ml compiles of a QONNX file of QFX gives the integers of `qfx run`.

usage: compare_hls4ml.py QFX RECIPE.toml [--images N] [--qonnx N] [--work DIR]

QFX is the built command (build/release/bin/qfx), RECIPE.toml the demo's (examples/fashion_mnist.toml) or another one of images. The
data are random pictures, the network is calibrated on them and not trained: what is compared are bits, not answers. The file goes the
road that hls4ml's pages describe: qonnx's clean-up, channels last, Gemm as MatMul, conversion, its own C++ model compiled by
g++. onnxruntime runs the plain file, and qonnx's executor the one with Quant nodes (it is slow: on the first --qonnx images).

    python3 -m venv V && V/bin/pip install hls4ml==1.3.0 qonnx onnx onnxruntime
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np


def run(*words):
    print("$", *words, flush=True)
    result = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(result.stdout + result.stderr)
    return result.stdout


def write_pictures(folder, shape, images):
    """Blurred noise, so that neighbours are alike as in pictures; labels are of no account."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(1)
    for split, count in (("train", 1024), ("test", images)):
        noise = random.normal(0, 1, (count, *shape))
        for axis in (-1, -2):
            noise = noise + np.roll(noise, 1, axis) + np.roll(noise, 2, axis)
        pictures = np.clip(90 + 40 * noise, 0, 255).astype(np.uint8)
        np.save(folder / f"{split}_x.npy", pictures)
        np.save(folder / f"{split}_y.npy", (np.arange(count) % 10).astype(np.uint8))


def real_inputs(recipe, pictures):
    """As docs/semantics.md: (sample / divisor - mean) / std in double, rounded to single."""
    line = re.search(r"^normalize = \{(.*)\}", recipe, re.M).group(1)
    number = {key: float(value) for key, value in re.findall(r"(\w+) = \[?([0-9.]+)\]?", line)}
    return ((pictures / number["divisor"] - number.get("mean", 0)) / number.get("std", 1)).astype(np.float32)


def verdict(name, got, wanted):
    got = np.asarray(got, np.float64).reshape(wanted.shape)
    print(f"{name}: {np.sum(got != wanted)} of {wanted.size} values differ, the class of "
          f"{np.sum(got.argmax(1) != wanted.argmax(1))} of {len(wanted)} images", flush=True)
    return np.array_equal(got, wanted)


def by_onnxruntime(file, inputs):
    import onnxruntime
    session = onnxruntime.InferenceSession(file)
    name = session.get_inputs()[0].name
    return np.concatenate([session.run(None, {name: x[None]})[0] for x in inputs])


def by_qonnx(file, inputs):
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.core.onnx_exec import execute_onnx
    from qonnx.transformation.infer_shapes import InferShapes
    model = ModelWrapper(file).transform(InferShapes())
    name = model.graph.input[0].name
    return np.concatenate([execute_onnx(model, {name: x[None]})[model.graph.output[0].name] for x in inputs])


def by_hls4ml(file, inputs, work):
    import hls4ml
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.transformation.channels_last import ConvertToChannelsLastAndClean
    from qonnx.transformation.gemm_to_matmul import GemmToMatMul
    from qonnx.util.cleanup import cleanup_model
    model = cleanup_model(ModelWrapper(file))
    model = model.transform(ConvertToChannelsLastAndClean())
    model = model.transform(GemmToMatMul())
    model = cleanup_model(model)
    model.save(str(work / "channels_last.onnx"))
    config = hls4ml.utils.config_from_onnx_model(model, granularity="name", backend="Vitis",
                                                 default_precision="fixed<32,16>")
    hls = hls4ml.converters.convert_from_onnx_model(model, hls_config=config, backend="Vitis", io_type="io_stream",
                                                    output_dir=str(work / "hls4ml"))
    hls.compile()
    # Channels last; hls4ml's own input type, fixed<32,16>, comes before the file's Quant.
    return hls.predict(np.ascontiguousarray(np.moveaxis(inputs, 1, -1)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("qfx")
    parser.add_argument("recipe", type=pathlib.Path)
    parser.add_argument("--images", type=int, default=100)
    parser.add_argument("--qonnx", type=int, default=10, help="images for qonnx's executor")
    parser.add_argument("--work", type=pathlib.Path, default=None)
    arguments = parser.parse_args()
    work = arguments.work or pathlib.Path(tempfile.mkdtemp())
    write_pictures(work / "data", (1, 28, 28), arguments.images)
    recipe = re.sub(r'^source = .*$', f'source = "npy:{work}/data"', arguments.recipe.read_text(), flags=re.M)
    recipe = re.sub(r"^epochs = \d+", "epochs = 0", recipe, flags=re.M)
    recipe = re.sub(r"^warmup_epochs = .*$", "", recipe, flags=re.M)
    (work / "recipe.toml").write_text(recipe)
    run(arguments.qfx, "ptq", work / "recipe.toml", "--out", work / "run")
    model = work / "run" / "model.qfx"
    run(arguments.qfx, "run", model, "--predictions", work / "wanted.npy")
    wanted = np.load(work / "wanted.npy")["output"].astype(np.float64)
    run(arguments.qfx, "export", model, "--target", "qonnx", "-o", work / "net.onnx")
    run(arguments.qfx, "export", model, "--target", "qonnx", "--plain", "-o", work / "plain.onnx")
    inputs = real_inputs(recipe, np.load(work / "data" / "test_x.npy"))
    fine = verdict("onnxruntime", by_onnxruntime(work / "plain.onnx", inputs), wanted)
    count = arguments.qonnx
    fine &= verdict("qonnx", by_qonnx(str(work / "net.onnx"), inputs[:count]), wanted[:count])
    fine &= verdict("hls4ml", by_hls4ml(str(work / "net.onnx"), inputs, work), wanted)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
