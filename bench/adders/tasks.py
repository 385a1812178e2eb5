#!/usr/bin/env python3
"""What bench_adders works on: every matrix with the mean processor time that the peer took for its family.

usage: tasks.py MATRICES PEER.json OUT [--depth]     --depth: no deeper than the peer's graph of the same matrix
"""
import json
import sys

import counts

LONGEST = 5.0  # seconds for one matrix, where the peer took longer


def main():
    matrices = counts.read(sys.argv[1])
    peer = json.load(open(sys.argv[2], encoding='ascii'))
    seconds = {}
    for result in peer:
        seconds.setdefault(result['family'], []).append(result['seconds'])
    with open(sys.argv[3], 'w', encoding='ascii') as out:
        for (family, matrix), result in zip(matrices, peer, strict=True):
            depth = counts.measure(result, matrix)[2] if '--depth' in sys.argv else -1
            mean = min(LONGEST, sum(seconds[family]) / len(seconds[family]))
            print(family, len(matrix), len(matrix[0]), mean, depth, *[c for row in matrix for c in row], file=out)


if __name__ == '__main__':
    main()
