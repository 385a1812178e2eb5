#!/usr/bin/env python3
"""Synthetic jets to train a small network on: 16 numbers a jet, of five kinds, as FOLDER/train.csv and FOLDER/test.csv.

usage: jets.py FOLDER

A kind has its own mass, prongs and breadth; what is measured of a jet are sixteen mixtures of these, bent and noisy.
Shaped as the jets that five-class taggers are trained on, and made of nothing but a seed.
"""
import math
import os
import random
import sys

KINDS = ('gluon', 'light', 'top', 'W', 'Z')
# mass, its spread, prongs, their spread, breadth, its spread
KIND_OF = {'gluon': (0.45, 0.30, 1.6, 0.5, 0.70, 0.20), 'light': (0.30, 0.25, 1.0, 0.4, 0.40, 0.20),
           'top': (1.73, 0.25, 3.0, 0.6, 0.60, 0.20), 'W': (0.80, 0.06, 2.0, 0.4, 0.30, 0.15),
           'Z': (0.91, 0.06, 2.0, 0.4, 0.30, 0.15)}
MEASURED = 16


def mixtures(r):
    return [[r.gauss(0, 1) for _ in range(4)] for _ in range(MEASURED)]


def jet(r, kind, mixed):
    mass, mass_spread, prongs, prong_spread, breadth, breadth_spread = KIND_OF[kind]
    hidden = (r.gauss(mass, mass_spread), r.gauss(prongs, prong_spread), r.gauss(breadth, breadth_spread), 1.0)
    return [math.tanh(0.6 * sum(w * h for w, h in zip(weights, hidden))) + r.gauss(0, 0.02) for weights in mixed]


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    r = random.Random('jets')
    mixed = mixtures(r)
    for name, count in (('train', 20000), ('test', 5000)):
        with open(os.path.join(folder, name + '.csv'), 'w', encoding='ascii') as out:
            print(*(f'x{i}' for i in range(MEASURED)), 'label', sep=',', file=out)
            for _ in range(count):
                kind = r.choice(KINDS)
                print(*(f'{x:.6f}' for x in jet(r, kind, mixed)), kind, sep=',', file=out)


if __name__ == '__main__':
    main()
