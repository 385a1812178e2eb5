#!/usr/bin/env python3
"""The matrices of scripts/bench adders, a line each: FAMILY ROWS COLUMNS VALUES..., rows being outputs.

usage: matrices.py OUT [--quick]
"""
import argparse
import random


def uniform(low, high):
    return lambda r: r.randint(low, high)


def hot(digits):
    def factor(r):
        value = 0
        while value == 0:
            value = sum(r.choice((1, -1)) << r.randrange(7) for _ in range(digits))
        return value

    return factor


def sparse(r):
    return r.randint(-128, 127) if r.random() < 0.3 else 0


# family: rows, columns, count, count where it is quick, factor
FAMILIES = {
    'signed 8-bit 8x8': (8, 8, 40, 10, uniform(-128, 127)),
    'signed 8-bit 16x16': (16, 16, 20, 4, uniform(-128, 127)),
    'signed 8-bit 32x32': (32, 32, 3, 1, uniform(-128, 127)),
    'signed 8-bit 64x64': (64, 64, 1, 0, uniform(-128, 127)),
    'positive 129..255 16x16': (16, 16, 20, 4, uniform(129, 255)),
    'signed 4-bit 16x16': (16, 16, 20, 4, uniform(-8, 7)),
    'signed 12-bit 16x16': (16, 16, 10, 2, uniform(-2048, 2047)),
    '30 % of signed 8-bit 16x16': (16, 16, 20, 4, sparse),
    '1-hot 16x16': (16, 16, 20, 4, hot(1)),
    '2-hot 8x8': (8, 8, 40, 10, hot(2)),
    '2-hot 16x16': (16, 16, 20, 4, hot(2)),
    '2-hot 32x32': (32, 32, 3, 1, hot(2)),
    '64 in, 16 out, signed 8-bit': (16, 64, 3, 0, uniform(-128, 127)),
    '16 in, 64 out, signed 8-bit': (64, 16, 3, 0, uniform(-128, 127)),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('out')
    parser.add_argument('--quick', action='store_true')
    options = parser.parse_args()
    with open(options.out, 'w', encoding='ascii') as out:
        for family, (rows, columns, count, quick, factor) in FAMILIES.items():
            generator = random.Random(family)
            for _ in range(quick if options.quick else count):
                values = [factor(generator) for _ in range(rows * columns)]
                print(family.replace(' ', '_'), rows, columns, *values, file=out)


if __name__ == '__main__':
    main()
