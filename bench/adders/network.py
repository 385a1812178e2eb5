#!/usr/bin/env python3
"""alkaid on a whole network of linear layers and ReLUs, the one in a frozen model, all of it unrolled.

usage: network.py verilog MODEL.qfx OUT     its Verilog, two-input adders, into the folder OUT
       network.py matrices MODEL.qfx        the layers' matrices as matrices.py writes them

Every sum is rounded and clamped once, to what the ReLU behind it gives where there is one: the fewest operations
that compute these integers. What is traced is first compared with the integers on 1,000 random inputs.
"""
import json
import re
import struct
import sys

import numpy as np


def load(path):
    """(nodes, tensors of integers)."""
    content = open(path, 'rb').read()
    length = struct.unpack('<Q', content[:8])[0]
    header = json.loads(content[8:8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == '__metadata__':
            continue
        begin, end = entry['data_offsets']
        kind = {'I8': np.int8, 'I16': np.int16, 'I32': np.int32}[entry['dtype']]
        tensors[name] = np.frombuffer(content[8 + length + begin:8 + length + end], kind).reshape(entry['shape']).astype(np.int64)
    return json.loads(header['__metadata__']['qfx_graph'])['nodes'], tensors


def format_of(text):
    """(has a sign, width, bits behind the point)."""
    found = re.fullmatch(r'(u?)fixed<(\d+),(-?\d+),RND,SAT>', text)
    if not found:
        raise ValueError(f'{text}: networks whose casts are RND and SAT are compared')
    return found[1] == '', int(found[2]), int(found[2]) - int(found[3])


def layers_of(nodes, tensors):
    """[(matrix {outputs, inputs}, its bits behind the point, offsets on their point, bits, format)] and the input's format."""
    layers = []
    for node in nodes[1:]:
        if node['op'] == 'linear':
            points = []
            for role in ('weight', 'bias'):
                points.append(format_of(node['params'][role]['format'])[2])
            layers.append([tensors[node['name'] + '.weight'], points[0], tensors[node['name'] + '.bias'], points[1],
                           format_of(node['format'])])
        elif node['op'] == 'relu' and format_of(node['format'])[2] == layers[-1][4][2]:
            layers[-1][4] = format_of(node['format'])
        else:
            raise ValueError(f"{node['name']}: linear layers, and ReLUs on their grid, are compared")
    return layers, format_of(nodes[0]['format'])


def integers(layers, point, x):
    for matrix, matrix_point, offset, offset_point, (has_sign, width, out_point) in layers:
        exact = max(point + matrix_point, offset_point, out_point + 1)
        total = (x @ matrix.T << exact - point - matrix_point) + (offset << exact - offset_point)
        drop = exact - out_point
        x = total + (1 << drop - 1) >> drop
        x = np.clip(x, -(1 << width - 1) if has_sign else 0, (1 << width - has_sign) - 1)
        point = out_point
    return x


def write(layers, fixed, folder):
    from alkaid.codegen import RTLModel
    from alkaid.trace import FVArrayInput, trace

    has_sign, width, point = fixed
    x = given = FVArrayInput(layers[0][0].shape[1]).quantize(int(has_sign), width - has_sign - point, point)
    for matrix, matrix_point, offset, offset_point, (out_sign, out_width, out_point) in layers:
        x = x @ (matrix.T * 2.0**-matrix_point) + offset * 2.0**-offset_point
        x = x.quantize(int(out_sign), out_width - out_sign - out_point, out_point, 'SAT', 'RND')
    logic = trace(given, x)

    low = -(1 << width - 1) if has_sign else 0
    samples = np.random.default_rng(1).integers(low, low + (1 << width), (1000, layers[0][0].shape[1]))
    found = np.asarray(logic.predict(samples * 2.0**-point)) * 2.0**layers[-1][4][2]
    if not np.array_equal(found, integers(layers, point, samples)):
        raise ValueError('what alkaid traced is not the network')
    RTLModel(logic, folder, 'peer', ternary_fuse=False, print_latency=False).write()


def main():
    layers, fixed = layers_of(*load(sys.argv[2]))
    if sys.argv[1] == 'matrices':
        for matrix, *_ in layers:
            print(f'jets_{matrix.shape[1]}_to_{matrix.shape[0]}', *matrix.shape, *matrix.ravel())
    else:
        write(layers, fixed, sys.argv[3])


if __name__ == '__main__':
    main()
