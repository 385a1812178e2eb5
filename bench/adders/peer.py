#!/usr/bin/env python3
"""alkaid on the matrices of scripts/bench adders, in an environment of its own.

usage: peer.py solve MATRICES OUT.json        adder graphs and seconds of processor time
       peer.py fused MATRICES OUT.json        how many operators are left where adders take three operands
       peer.py verilog MATRICES OUT           its Verilog of the first matrix, two-input adders
"""
import json
import sys
import time

import numpy as np


def matrices(file):
    for line in open(file, encoding='ascii'):
        words = line.split()
        rows, columns = int(words[1]), int(words[2])
        yield words[0], np.array(words[3:], np.float32).reshape(rows, columns)


def graph(stages, inputs):
    """{adders: [[value, shift, negative] twice each], outputs}: value 0 to inputs - 1 are the inputs."""
    adders, before = [], [(i, 0, False) for i in range(inputs)]
    for stage in stages:
        values = []
        for op in stage.ops:
            if op.opcode == -1:
                source = op.data[0]
                value, shift, negative = before[source]
                values.append((value, shift + int(stage.inp_shifts[source]), negative))
                continue
            assert op.opcode in (0, 1), op
            (a, a_shift, a_negative), (b, b_shift, b_negative) = values[op.addr[0]], values[op.addr[1]]
            adders.append([[a, a_shift, a_negative], [b, b_shift + op.data[0], b_negative != (op.opcode == 1)]])
            values.append((inputs + len(adders) - 1, 0, False))
        before = []
        for value, shift, negative in zip(stage.out_idxs, stage.out_shifts, stage.out_negs):
            if value < 0:
                before.append((-1, 0, False))
            else:
                v, s, n = values[value]
                before.append((v, s + int(shift), n != bool(negative)))
    return {'adders': adders, 'outputs': before}


def solve(file, out):
    from alkaid.cmvm import cmvm_solve

    cmvm_solve(np.array([[1, 2], [3, 4]], np.float32))  # loads what it needs
    results = []
    for family, matrix in matrices(file):
        begin = time.process_time()
        stages = cmvm_solve(np.ascontiguousarray(matrix.T))
        seconds = time.process_time() - begin
        result = graph(stages, matrix.shape[1])
        results.append({'family': family, 'seconds': seconds, **result})
    json.dump(results, open(out, 'w', encoding='ascii'))


def fused(file, out):
    from alkaid.trace import FVArrayInput, trace
    from alkaid.trace.passes import dead_code_elimin, fuse_ternary_adders

    results = []
    for _, matrix in matrices(file):
        x = FVArrayInput(matrix.shape[1]).quantize(1, 7, 0)
        logic = dead_code_elimin(fuse_ternary_adders(trace(x, x @ matrix.T.astype(np.float64))))
        results.append(sum(len(op.addr) >= 2 for op in logic.ops))
    json.dump(results, open(out, 'w', encoding='ascii'))


def write(inputs, outputs, folder):
    from alkaid.codegen import RTLModel
    from alkaid.trace import trace

    RTLModel(trace(inputs, outputs), folder, 'peer', ternary_fuse=False, print_latency=False).write()


def verilog(file, folder):
    from alkaid.trace import FVArrayInput

    _, matrix = next(matrices(file))
    x = FVArrayInput(matrix.shape[1]).quantize(1, 7, 0)
    write(x, x @ matrix.T.astype(np.float64), folder)


if __name__ == '__main__':
    {'solve': solve, 'fused': fused, 'verilog': verilog}[sys.argv[1]](*sys.argv[2:])
