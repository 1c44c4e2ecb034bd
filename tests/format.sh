#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Names each C file that clang-format would change, and fails: tests/format.sh [--fix]
# --fix changes them. The form is that of Debian 12's clang-format 14; others differ in details.
set -euo pipefail
cd "$(dirname "$0")/.."
fix=false
[ "${1:-}" = --fix ] && fix=true

mapfile -t files < <(find sdk plugin bindings game tests -name '*.[ch]' | sort)
if $fix; then
  clang-format -i "${files[@]}"
elif ! found=$(clang-format --dry-run --Werror "${files[@]}" 2>&1); then
  sed -nE 's/^([^: ]+):[0-9]+:[0-9]+: error: .*clang-format-violations.*/\1/p' <<<"$found" | sort -u
  exit 1
fi
