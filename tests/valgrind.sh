#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every unit test of a build under valgrind: tests/valgrind.sh BUILD-FOLDER REPORT.xml
#
# Writes a report in the form of ctest's, so that tests/summary.py counts it too.
set -uo pipefail
folder=${1:?the build folder is missing: tests/valgrind.sh BUILD-FOLDER REPORT.xml}
report=${2:?the report is missing: tests/valgrind.sh BUILD-FOLDER REPORT.xml}

# A million steps of random histories take minutes here; the sanitizers run them all.
export GLIFT_TEST_HISTORIES=10

failures=0
{
  echo '<testsuite name="valgrind">'
  for program in "$folder"/tests/unit/*_test; do
    name=valgrind.$(basename "$program" _test)
    [ "$name" = valgrind.idle ] && continue # forbids its process the kernel, which valgrind cannot do without
    if output=$(valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect \
      "$program" 2>&1); then
      echo "<testcase name=\"$name\" status=\"run\"/>"
    else
      failures=$((failures + 1))
      echo "<testcase name=\"$name\" status=\"fail\"><failure message=\"valgrind\"/></testcase>"
      printf '%s\n%s\n' "$name" "$output" >&2
    fi
  done
  echo '</testsuite>'
} >"$report"
exit $((failures > 0))
