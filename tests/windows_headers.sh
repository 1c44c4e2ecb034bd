#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Public headers are for Microsoft's compiler too: windows_headers.sh [HEADER...]
#
# That compiler cannot be had here. Clang with its target reads each header alone, as C11 and C++17, with and without the
# library as a DLL, and with GNU's attributes taken away. What headers of C's library declare there is not seen.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -eq 0 ]; then
  set -- sdk/include/gamelift/*.h plugin/include/gamelift/*.h
fi

faults=0
check() { # check HEADER OPTIONS...
  local header=$1
  shift
  clang --target=x86_64-pc-windows-msvc -ffreestanding -nostdlibinc "$@" -Wall -Wextra -Wpedantic -Wgnu -Werror \
    '-D__attribute__(names)=no_attributes_of_GNU_here' -Isdk/include -Iplugin/include -fsyntax-only \
    -include "$header" /dev/null || {
    echo "$header does not compile for Windows: $*"
    faults=$((faults + 1))
  }
}

for header in "$@"; do
  for linkage in -UGLIFT_STATIC -DGLIFT_STATIC -DGLIFT_BUILDING; do
    check "$header" -x c -std=c11 "$linkage"
    check "$header" -x c++ -std=c++17 "$linkage"
  done
done
[ "$faults" -eq 0 ]
