#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Install, build and run every test that this machine can run: ./tests/run.sh [--long] [ctest options]
#
# Ends with one line: N passed, N failed, N skipped. --long adds the long forms of tests (they see GLIFT_LONG=1), the
# fuzzers (60 s each, those of gamelift-local 5 minutes, those of a peer's bytes 10), clang's static analyzer, and the
# share of the lines that the tests reach. Three tests run at a time, as most of them wait for most of their time.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

if [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
  sed -n '/^set /q; s/^# //p' "$0" | tail -n +2
  exit
fi

export CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-3}

long=false
groups=(build public test)
tidy=()
if [ "${1:-}" = --long ]; then
  long=true
  groups+=(long)
  tidy=(--long)
  export GLIFT_LONG=1
  shift
fi

./game/install.sh "${groups[@]}" || exit 1

results=build/results
rm -rf "$results"
mkdir -p "$results"
failed_steps=()

# show_last_line NAME FILE: on a terminal, until it is killed, what runs at the moment.
show_last_line() {
  local line started=$SECONDS
  while sleep 1; do
    line=$(tail -c 400 "$2" | tr -d '\r\033' | sed -e '/^ *$/d' | tail -n 1)
    printf '\r%-28s %4d s  %.60s\033[K' "$1" $((SECONDS - started)) "$line"
  done
}

# step NAME COMMAND...: run it with its output in a file, shown if it fails.
step() {
  local name=$1 started=$SECONDS watcher='' code=0
  shift
  if [ -t 1 ]; then
    : >"$results/$name.log"
    show_last_line "$name" "$results/$name.log" &
    watcher=$!
  fi
  "$@" >"$results/$name.log" 2>&1 || code=$?
  if [ -n "$watcher" ]; then
    kill "$watcher" && wait "$watcher" 2>/dev/null
    printf '\r\033[K'
  fi
  if [ "$code" -eq 0 ]; then
    printf '%-28s %4d s\n' "$name" $((SECONDS - started))
  else
    printf '%-28s %4d s  FAILED\n' "$name" $((SECONDS - started))
    tail -n 60 "$results/$name.log"
    failed_steps+=("$name")
    return 1
  fi
}

build() {
  cmake --preset "$1" && cmake --build --preset "$1" --target all tests/all
}

# suite PRESET NAME CTEST-OPTIONS...: the tests of one preset; the cases are counted from its report.
suite() {
  local preset=$1 name=$2
  shift 2
  step "$name" ctest --preset "$preset" --output-junit "$PWD/$results/$name.xml" \
    --test-output-size-passed 4000000 --test-output-size-failed 4000000 --no-tests=error "$@"
}

# The rooms of the tree, and that what is found fault with in a bad one is named.
layers() {
  /usr/bin/python3 tests/layers.py build/release && /usr/bin/python3 tests/layers_test.py
}

step build-release build release && suite release release "$@"
step build-dev build dev && suite dev dev "$@"
# The core of gamelift-local has no threads: tests/layers.py sees that it could not have any.
step build-tsan build tsan && suite tsan tsan -L 'unit|threads' -E '^unit\.local_' "$@"
step valgrind ./tests/valgrind.sh build/release "$results/valgrind.xml"
step rules ./tests/coverage_of_rules.sh
step references ./tests/references.py
step kept ./tests/kept.py
step operations /usr/bin/python3 tests/operations.py
step rule-language /usr/bin/python3 tests/rule_language.py
step shellcheck shellcheck game/*.sh game/deploy/*/*.sh sdk/packaging/*.sh sdk/packaging/*/*.sh tests/*.sh tests/*/*.sh .ci/run
step format ./tests/format.sh
step windows-headers ./tests/windows_headers.sh
step windows-sources ./tests/windows_sources.sh
step layers layers
step abi ./tests/abi/check.sh build/release
step hardening /usr/bin/python3 tests/hardening.py build/release
step tidy /usr/bin/python3 tests/tidy.py "${tidy[@]}" build/release
if $long; then
  step build-fuzz build fuzz && step fuzz ./tests/fuzz/run.sh build/fuzz 60
  step build-coverage build coverage && suite coverage coverage -E 'install|lint' &&
    step reached /usr/bin/python3 tests/coverage.py build/coverage && cat "$results/reached.log"
fi

/usr/bin/python3 tests/summary.py "$results" "${failed_steps[@]}"
