#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the folder for `aws gamelift upload-build`: make_build.sh BUNDLE OUTPUT-FOLDER
#
# BUNDLE is the archive of a bundle, unpacked, or the folder in which a bundle was built. Puts the arena with all that it
# loads, install.sh and the licences into OUTPUT-FOLDER, which must not be there yet, and looks it through as
# check_build.py does.
set -eu
umask 022 # what is made here is run by another user

notice=share/doc/gamelift/NOTICE
if [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
  sed -n '3,/^set /s/^# \{0,1\}//p' "$0"
  exit 0
fi
if [ $# -ne 2 ] || { [ ! -f "$1/$notice" ] && [ ! -f "$1/NOTICE" ]; } || [ -e "$2" ]; then
  echo "make_build.sh: usage: make_build.sh BUNDLE OUTPUT-FOLDER; the first is the archive of a bundle, unpacked, or made by" \
    "cmake --preset bundle && cmake --build --preset bundle, the second must not be there yet" >&2
  exit 2
fi
whole=$1
output=$2
here=$(cd "$(dirname "$0")" && pwd)

if [ ! -f "$whole/$notice" ]; then
  whole=$(mktemp -d)
  trap 'rm -rf "$whole"' EXIT
  cmake --install "$1" --strip --prefix "$whole" >/dev/null
fi
mkdir -p "$output/bin" "$output/lib" "$output/share/gamelift"
cp "$whole/bin/arena" "$output/bin/"
cp -L "$whole/lib/libgamelift.so.0" "$output/lib/"
cp -RL "$whole/lib/gamelift" "$output/lib/"
rm -f "$output"/lib/gamelift/libcbor.so.* # gamelift-local's
cp -R "$whole/share/gamelift/arena" "$whole/share/gamelift/assets" "$output/share/gamelift/"
cp "$whole/$notice" "$whole/share/doc/gamelift/LICENSE" "$here/install.sh" "$output/"
chmod -R a+rX "$output" # whatever the archive was unpacked with
"$here/check_build.py" "$output" "$here/runtime-configuration.json"
