#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints what is not covered, and fails; nothing when all is:
#   - the rules of sdk/docs/protocol.md (its section 9), and those of sdk/docs/service-model.md (its section 7), that
#     no test names
#   - the defects of its section 8.2 that the table in ARCHITECTURE.md leaves out, and the tests in that table that are
#     not there
set -euo pipefail
cd "$(dirname "$0")"
protocol=../sdk/docs/protocol.md
rules=$(sed -nE '/^## 9\. /,/^### 9\.1 /s/^\| P([0-9]+) .*/\1/p' "$protocol")
defects=$(sed -nE '/^### 8\.2 /,/^### 8\.3 /s/^\| ([0-9]+a?) .*/\1/p' "$protocol")

# Numbers of the rules P or S, as $1 says, that tests name: "P81", "P153_P156", "P12_to_P15", "P12 to P15".
named() {
  grep -rhoE --include='*.c' --include='*.h' --include='*.lua' --include='*.py' \
    "\\b$1[0-9]+(_(to_)?$1[0-9]+)*|\\b$1[0-9]+ to $1[0-9]+" unit spec e2e |
    sed -E "s/^$1([0-9]+)(_to_| to )$1([0-9]+)\$/seq \\1 \\3/e; s/_/\\n/g; s/$1//g" | sort -nu
}

# $1: P or S; the numbers that must be named: standard input.
report_unnamed() {
  local rule known
  known=$(named "$1")
  while read -r rule; do
    grep -qx "$rule" <<<"$known" && continue
    echo "$1$rule"
    missing=1
  done
}

missing=0
report_unnamed P <<<"$rules"
report_unnamed S < <(sed -nE 's/^- S([0-9]+)\. .*/\1/p' ../sdk/docs/service-model.md)

table=$(sed -n '/^### What the official SDKs get wrong/,/^## /p' ../ARCHITECTURE.md | grep -E '^\| [0-9]')
for defect in $defects; do
  grep -q "^| $defect |" <<<"$table" && continue
  echo "8.2, $defect"
  missing=1
done
# shellcheck disable=SC2016
for test in $(cut -d '|' -f 5 <<<"$table" | grep -oE '`\w+`' | tr -d '`' | sort -u); do
  grep -rqE "(TEST\(|def )$test\b" unit e2e/sdk && continue
  echo "no test $test"
  missing=1
done
exit $missing
