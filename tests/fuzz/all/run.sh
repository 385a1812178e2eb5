#!/usr/bin/env bash
# usage: run.sh SOURCE BUILD   builds every fuzzer with clang and runs each for a while
set -euo pipefail
source=$1 build=$2
seconds=20
[[ -z ${QFX_LONG:-} ]] || seconds=600
cd "$source"
cmake --preset fuzz -B "$build" -DQFX_FUZZ_SECONDS=$seconds >/dev/null
cmake --build "$build" --parallel "$(nproc)" --target fuzz_format fuzz_qfx_file fuzz_data fuzz_recipe fuzz_onnx
ctest --test-dir "$build" -L fuzz --output-on-failure --no-tests=error -j "$(nproc)"
