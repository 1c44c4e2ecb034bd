#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is built for Windows keeps to what Microsoft's compiler knows: windows_sources.sh [SOURCE...]
#
# That compiler cannot be had here. Clang with its target and its C reads each source of the SDK, the plugin, the Lua
# module and the engine's example, with the headers of mingw-w64 in the place of Microsoft's: extensions of GNU,
# arrays of a length that varies, and names that Microsoft's C library lacks are faults.
set -euo pipefail
cd "$(dirname "$0")/.."

headers=/usr/x86_64-w64-mingw32/include
if ! command -v clang >/dev/null || [ ! -f $headers/windows.h ]; then
  echo "windows_sources.sh: skipped: clang or mingw-w64's headers (Debian's mingw-w64-x86-64-dev) are not installed"
  exit 0
fi

if [ $# -eq 0 ]; then
  shopt -s globstar
  for source in sdk/src/**/*.c plugin/src/*.c plugin/examples/*.c bindings/lua/src/*.c; do
    case $source in
      */posix/* | *_posix.c) ;;
      *) set -- "$@" "$source" ;;
    esac
  done
fi

# The libraries' headers, without those of this machine's C library beside them.
libraries=$(mktemp -d)
trap 'rm -rf "$libraries"' EXIT
for folder in /usr/include/openssl/ /usr/include/*/openssl/ /usr/include/cjson/ /usr/include/lua5.4/; do
  [ ! -d "$folder" ] || cp -r "$folder" "$libraries"
done

faults=0
for source in "$@"; do
  needs=()
  ! grep -q '#include <win\|/winsock.h' "$source" || needs=(-DNEEDS_WINDOWS)
  clang --target=x86_64-pc-windows-msvc -std=c11 -fms-compatibility-version=19.35 -fsyntax-only -Wall -Wextra -Wpedantic \
    -Wgnu -Wvla -Wmicrosoft -Werror -D_WIN32_WINNT=0x0A00 -DGLIFT_BUILDING "${needs[@]}" -isystem "$headers" \
    -isystem "$libraries" -isystem "$libraries/lua5.4" -include tests/microsoft/c_library.h \
    -Isdk/include -Isdk/src -Iplugin/include "$source" || {
    echo "$source is not for Microsoft's compiler"
    faults=$((faults + 1))
  }
done
[ "$faults" -eq 0 ]
