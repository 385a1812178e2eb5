"""The driver's raw values of reals: quantize.py DRIVER_FOLDER FORMATS REALS RAWS

FORMATS: a JSON list of descriptions as in design.json. REALS: 64-bit floats, all of them for each format. RAWS: the
raw values as 64-bit integers, format after format.
"""

import json
import sys

import numpy as np

sys.path.insert(0, sys.argv[1])
from driver import Port  # noqa: E402

with open(sys.argv[2], encoding="utf-8") as file:
    formats = json.load(file)
reals = np.fromfile(sys.argv[3], "<f8")
with open(sys.argv[4], "wb") as file:
    for text in formats:
        port = Port({"name": "p", "shape": [len(reals)], "format": text, "order": "elements", "lanes": 1, "container": 32})
        file.write(port.to_raw(reals)[0].astype("<i8").tobytes())
