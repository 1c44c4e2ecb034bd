#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The binary interface of the SDK and of host.h against the baselines in this folder:
#
#   tests/abi/check.sh BUILD-FOLDER            prints each difference, and fails
#   tests/abi/check.sh --accept BUILD-FOLDER   makes what is built the baseline
#
# What was compiled against an older header has to go on working within one minor version (sdk/include), or for ever
# (host.h): members are appended, nothing else. So look at each difference before it is accepted, and raise the minor
# version in gamelift.h and CMakeLists.txt for one that breaks programs.
set -euo pipefail
accept=false
if [ "${1:-}" = --accept ]; then
  accept=true
  shift
fi
build=${1:?the build folder is missing: tests/abi/check.sh [--accept] BUILD-FOLDER}
here=$(cd "$(dirname "$0")" && pwd)

if [ "$(uname -m)" != x86_64 ]; then
  echo "the baselines are of x86_64: nothing is compared on $(uname -m)"
  exit 0
fi

failures=0
built=$(mktemp)
trap 'rm -f "$built"' EXIT

# interface NAME LIBRARY HEADER-FOLDER
interface() {
  local baseline=$here/$1.abi library=$build/$2 headers=$3
  abidw --headers-dir "$headers" --drop-private-types --exported-interfaces-only --no-corpus-path --no-comp-dir-path \
    --no-show-locs --no-parameter-names --no-write-default-sizes --no-elf-needed --type-id-style hash "$library" |
    sed -E "s# path='[^']*/# path='#" >"$built"
  if $accept; then
    cp "$built" "$baseline"
  elif ! abidiff --harmless "$baseline" "$built"; then
    failures=$((failures + 1))
  fi
}

interface libgamelift libgamelift.so "$here/../../sdk/include/gamelift"
interface host tests/abi/host_abi.so "$here/../../plugin/include/gamelift"
if [ $failures -gt 0 ]; then
  echo "not the interface of the baseline: see tests/abi/check.sh for when to accept it"
  exit 1
fi
