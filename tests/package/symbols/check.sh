#!/usr/bin/env bash
# usage: check.sh ARCHIVE...   fails where an archive refers to a function that prints, aborts or exits
set -euo pipefail
# The check itself must be able to fail.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
printf '#include <cstdio>\nvoid f() { std::puts("x"); }\n' > "$scratch/f.cpp"
g++ -c "$scratch/f.cpp" -o "$scratch/f.o" && ar rcs "$scratch/libf.a" "$scratch/f.o"

forbidden='^ *U (_ZSt4cout|_ZSt4cerr|_ZSt4clog|stdout|stderr|printf|fprintf|vprintf|vfprintf|puts|fputs|putchar|perror|abort|exit|_exit|quick_exit|_ZSt9terminatev|__printf_chk|__fprintf_chk)$'
offenders() { nm -A --undefined-only "$1" 2>/dev/null | sed 's/^[^:]*:\([^:]*\):/\1 /' | awk '{print $1, "U " $NF}' |
  while read -r object symbol; do [[ " $symbol" =~ $forbidden ]] && echo "$1: $object: $symbol"; done || true; }

[[ -n $(offenders "$scratch/libf.a") ]] || { echo "the check does not see puts"; exit 1; }
found=
for archive in "$@"; do
  # A forked child that cannot exec may only leave by _exit; std::terminate is what noexcept compiles to.
  found+=$(offenders "$archive" | grep -vE 'process.cpp.o: U _exit$|_ZSt9terminatev' || true)
done
[[ -z $found ]] || { echo "$found"; exit 1; }
echo "$# archives neither print nor abort nor exit"
