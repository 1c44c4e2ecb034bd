#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every unit test of a build under valgrind, as many at a time as there are processors:
#
#   tests/valgrind.sh BUILD-FOLDER REPORT.xml
#   tests/valgrind.sh --one CASES-FOLDER PROGRAM    one of them; its line of the report is a file in the folder
#
# Writes a report in the form of ctest's, so that tests/summary.py counts it too.
set -uo pipefail

# A million steps of random histories take minutes here; the sanitizers run them all.
export GLIFT_TEST_HISTORIES=10

if [ "${1:-}" = --one ]; then
  cases=$2
  name=valgrind.$(basename "$3" _test)
  if output=$(valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect \
    "$3" 2>&1); then
    echo "<testcase name=\"$name\" status=\"run\"/>" >"$cases/$name.xml"
    exit 0
  fi
  echo "<testcase name=\"$name\" status=\"fail\"><failure message=\"valgrind\"/></testcase>" >"$cases/$name.xml"
  printf '%s\n%s\n' "$name" "$output" >&2
  exit 1
fi

folder=${1:?the build folder is missing: tests/valgrind.sh BUILD-FOLDER REPORT.xml}
report=${2:?the report is missing: tests/valgrind.sh BUILD-FOLDER REPORT.xml}
cases=$(mktemp -d)
trap 'rm -rf "$cases"' EXIT
# idle_test forbids its process the kernel, which valgrind cannot do without.
find "$folder/tests/unit" -maxdepth 1 -name '*_test' ! -name idle_test -print0 | sort -z |
  xargs -0 -n 1 -P "$(nproc)" "$0" --one "$cases"
code=$?
{
  echo '<testsuite name="valgrind">'
  cat "$cases"/*.xml
  echo '</testsuite>'
} >"$report"
exit "$code"
