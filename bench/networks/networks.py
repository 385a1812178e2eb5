#!/usr/bin/env python3
"""Trained networks as people download them, through import, ptq, run, export and verify: right, or refused by one sentence.

usage: networks.py FOLDER [--qfx PROGRAM] [--out runs/networks] [--only NAME,...] [--imports] [--targets NAME,...] [--samples N] [--threads N] [--markdown FILE]

FOLDER holds the files of networks.toml: clones of the repositories and unpacked packages, in any folders below, or NAME.onnx; what
is not there is left out. With onnxruntime in this Python, and qonnx for files with Quant nodes, every import is compared with its answer (`import --check`); with
tflite, numpy and onnx TFLite networks are converted. Samples are pseudo-random: pictures of coarse blocks, else normal noise. So what ptq tells is how
far integers agree with float, not how good the network is. --imports stops behind the import. What is done is kept in --out and not done again.
"""

import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import tomllib

import numpy

HERE = pathlib.Path(__file__).parent
TARGETS = ("vitis", "catapult", "verilog")


def command(arguments, log, limit):
    """Exit code (or "slow"), seconds on the clock and of processor, megabytes, and what it said."""
    begin = time.monotonic()
    usage = pathlib.Path(f"{log}.usage")  # of GNU time, as a child of this process would count its memory as its own
    timed = ["/usr/bin/time", "-q", "-f", "%U %S %M", "-o", str(usage), *arguments]
    with open(log, "w") as out:
        child = subprocess.Popen(timed, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code = child.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            code = "slow"
    user, system, kilobytes = (0, 0, 0) if code == "slow" else usage.read_text().split()
    return {"code": code, "seconds": time.monotonic() - begin, "processor": float(user) + float(system),
            "megabytes": int(kilobytes) / 1024, "text": pathlib.Path(log).read_text()}


def find(folder, name, path):
    own = folder / f"{name}.onnx"
    if own.exists():
        return own
    parts = pathlib.PurePath(path)
    found = [f for f in sorted(folder.rglob(parts.name)) if f.as_posix().endswith("/" + path)]
    return found[0] if found else None


def by_onnxruntime(file, outputs):
    """A function of the input, and the input's sizes as the file has them."""
    import onnx
    import onnxruntime
    onnxruntime.set_default_logger_severity(4)
    model = onnx.load(file)
    if outputs:
        del model.graph.output[:]
        model.graph.output.extend(onnx.ValueInfoProto(name=output) for output in outputs.split(","))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    constants = {constant.name for constant in model.graph.initializer}  # old files list them as inputs too
    only, = [given for given in session.get_inputs() if given.name not in constants]
    return lambda x: session.run(None, {only.name: x}), only.shape


def by_qonnx(file, outputs):
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.core.onnx_exec import execute_onnx
    from qonnx.transformation.infer_shapes import InferShapes
    model = ModelWrapper(str(file)).transform(InferShapes())
    only, = model.graph.input
    return lambda x: list(execute_onnx(model, {only.name: x}).values()), model.get_tensor_shape(only.name)


def drawn(random, sizes, entry):
    """Normal noise, of a network that reads only -1 and +1 its signs."""
    x = random.standard_normal(sizes)
    return numpy.where(x < 0, -1, 1) if entry.get("bipolar") else x


def answer(file, entry, shape, golden):
    """The answer to one sample of onnxruntime, or of qonnx's executor to what has its operators; the reason where there is none."""
    reason = ""
    for engine in (by_onnxruntime, by_qonnx):
        try:
            run, sizes = engine(file, entry.get("outputs"))
            known = [size if isinstance(size, int) and size > 0 else None for size in sizes]
            batch = known[0] or 1  # some files have a fixed one
            x = drawn(numpy.random.default_rng(3), [1, *(shape or known[1:])], entry).astype(numpy.float32)
            answers = run(x.repeat(batch, axis=0))
            numpy.savez(golden, in0=x, **{f"out{k}": y[:len(y) // batch] for k, y in enumerate(answers)})
            return ""
        except Exception as error:  # a file that neither can run is imported without an answer
            reason = " ".join(str(error).split())[:160] or type(error).__name__
    return reason


def samples(folder, shape, entry, count):
    """Pictures are blocks of 1 to 8 pixels in values from 0 to `scale`; else normal noise."""
    folder.mkdir(exist_ok=True)
    random, scale = numpy.random.default_rng(5), entry.get("scale", 1)
    for split, number in (("train", count), ("test", 8)):
        if len(shape) == 3 and shape[0] == 3:
            block = [max(1, size // 16) for size in shape[1:]]
            coarse = random.random((number, 3, -(-shape[1] // block[0]), -(-shape[2] // block[1])))
            x = coarse.repeat(block[0], axis=2).repeat(block[1], axis=3)[:, :, :shape[1], :shape[2]] * scale
        else:
            x = drawn(random, (number, *shape), entry) * scale
        numpy.save(folder / f"{split}_x.npy", x.astype(numpy.float32))


def imported(name, entry, file, folder, options):
    """The line of an import. Refused is exit code 2 with one sentence; anything else that is not 0 is wrong."""
    shape = [int(size) for size in entry.get("shape", "").split(",") if size]
    golden = folder / "golden.npz"
    missing = "not asked for" if options.no_check else answer(file, entry, shape, golden)
    given = ["--input-shape", entry["shape"]] if shape else []
    given += ["--outputs", entry["outputs"]] if "outputs" in entry else []
    base = [options.qfx, "import", str(file), "-o", str(folder / "import"), *given]
    plain = command(base, folder / "import.log", options.limit)
    row = {key: plain[key] for key in ("seconds", "processor", "megabytes")} | {"bytes": file.stat().st_size}
    lines = [line for line in plain["text"].splitlines() if line.startswith("qfx: ")]
    if plain["code"] != 0:
        refused = plain["code"] == 2 and len(lines) == 1
        return row | {"import": "refused" if refused else "slow" if plain["code"] == "slow" else "WRONG",
                      "says": lines[0][5:] if lines else plain["text"][-200:]}
    row["input"] = json.loads("[" + re.search(r"input \[([\d, ]*)\]", plain["text"]).group(1) + "]")
    row["nodes"] = int(re.search(r"(\d+) nodes", plain["text"]).group(1))
    if missing:
        return row | {"import": "imported", "says": "no answer to compare with: " + missing}
    check = command([*base, "--check", str(golden)], folder / "check.log", options.limit)
    if check["code"] == "slow":
        return row | {"import": "imported", "says": "the comparison took too long"}
    apart = [[float(number) for number in line] for line in
             re.findall(r"largest difference (\S+), (\S+) of the largest value", check["text"])]
    right = bool(apart) and check["code"] == 0
    worst = max(apart, default=[0, 0])
    return row | {"import": "right" if right else "WRONG", "differs": worst[1], "outputs": len(apart),
                  "says": f"{worst[0]:.1e} apart" if right else check["text"][-200:]}


def frozen(name, entry, row, folder, options):
    """Calibrated, run, exported and verified."""
    samples(folder / "data", row["input"], entry, options.samples)
    recipe = folder / "import" / "recipe.toml"
    text = re.sub(r'source = "npy:DATA"', f'source = "npy:{folder / "data"}"', recipe.read_text())
    (folder / "recipe.toml").write_text(f"threads = {options.threads}\n" + text)
    run, model = folder / "run", folder / "run" / "model.qfx"
    result = command([options.qfx, "ptq", str(folder / "recipe.toml"), "--out", str(run)],
                     folder / "ptq.log", options.limit)
    row["ptq"] = {key: result[key] for key in ("code", "seconds", "processor", "megabytes")}
    if result["code"] != 0:
        row["ptq"]["says"] = result["text"][-300:]
        return
    row["summary"] = json.loads((run / "summary.json").read_text())
    row["qfx_bytes"] = model.stat().st_size
    result = command([options.qfx, "run", str(model), "--limit", "8"], folder / "run.log", options.limit)
    row["run"] = {"code": result["code"], "processor": result["processor"], "says": result["text"][-300:]}
    for target in options.targets:
        result = command([options.qfx, "verify", str(model), "--against", target, "--limit", "2", "--jobs", str(options.threads)],
                         folder / f"verify_{target}.log", options.limit)
        found = re.search(rf"{target}: (.*differ.*)", result["text"])
        row[target] = found.group(1) if found else f"{result['code']}: " + (result["text"].strip().splitlines() or ["said nothing"])[-1][:300]


def agreement(row):
    """Of the frozen network and the one in float, on eight samples; what ptq said where it has none."""
    done = row.get("summary")
    if not done:
        return row.get("ptq", {}).get("says", "").strip().splitlines()[-1:] or [""]
    if done.get("ptq_accuracy") is not None:
        return [f"{round(8 * done['ptq_accuracy'])} of 8 classes"]
    return [f"{done['measure']['name']} {done['ptq_measure']:.2g}"]


def table(rows):
    lines = ["| network | file, MB | nodes | import | s | MB | ptq, s | MB | agrees with float | values that differ: vitis | catapult | verilog |",
             "|---|---|---|---|---|---|---|---|---|---|---|---|"]
    for name, row in rows.items():
        ptq = row.get("ptq", {})
        verified = [re.sub(r".*\((.*) values\)", r"\1", row.get(target, "")) for target in TARGETS]
        lines.append(f"| {name} | {row['bytes'] / 1e6:.3g} | {row.get('nodes', '')} | {row['import']} | {row['processor']:.2f} | {row['megabytes']:.0f} | "
                     + (f"{ptq['processor']:.0f} | {ptq['megabytes']:.0f}" if "processor" in ptq else " | ")
                     + f" | {agreement(row)[0][:160]} | {' | '.join(verified)} |")
    lines += ["", "What was refused, or could not be compared:", ""]
    lines += [f"- {name}: {row['says']}" for name, row in rows.items() if row["import"] != "right"]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--qfx", default="build/release/bin/qfx")
    parser.add_argument("--out", default="runs/networks", type=pathlib.Path)
    parser.add_argument("--only", type=lambda text: text.split(","))
    parser.add_argument("--imports", action="store_true")
    parser.add_argument("--no-check", action="store_true", help="imports alone, as they are timed")
    parser.add_argument("--targets", type=lambda text: text.split(","), default=list(TARGETS))
    parser.add_argument("--samples", type=int, default=64)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--limit", type=float, default=900, help="seconds for one command")
    parser.add_argument("--markdown", type=pathlib.Path)
    options = parser.parse_args()
    networks = tomllib.loads((HERE / "networks.toml").read_text())["networks"]
    for target in options.targets:
        if target not in TARGETS:
            parser.error(f"there is no target {target}; there are {', '.join(TARGETS)}")
    for name in options.only or []:
        if name not in networks:
            parser.error(f"there is no network {name}; there are {', '.join(networks)}")

    rows = {}
    for name in options.only or networks:
        entry, folder = networks[name], options.out / name
        file = find(options.folder, name, entry["path"])
        if file is None:
            print(f"{name}: left out, {entry['path']} is not in {options.folder}", file=sys.stderr)
            continue
        folder.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".tflite":
            from tflite_to_onnx import convert
            print(f"{name}: {convert(file, folder / (name + '.onnx'))}", flush=True)
            file = folder / f"{name}.onnx"
        kept = folder / "row.json"
        row = json.loads(kept.read_text()) if kept.exists() else imported(name, entry, file, folder, options)
        kept.write_text(json.dumps(row, indent=1))
        if "input" in row and "ptq" not in row and not options.imports:
            frozen(name, entry, row, folder, options)
            kept.write_text(json.dumps(row, indent=1))
        rows[name] = row
        print(f"{name}: {row['import']}, {row['processor']:.2f} s; {row['says'].strip()[:200]}",
              *(f"{target}: {row[target]}" for target in TARGETS if target in row), flush=True)
    text = table(rows)
    print(text)
    if options.markdown:
        options.markdown.write_text(text)
    if any(row["import"] == "WRONG" for row in rows.values()):
        sys.exit("a network is imported wrongly or not refused by one sentence")


if __name__ == "__main__":
    main()
