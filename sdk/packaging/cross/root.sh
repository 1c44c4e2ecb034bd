#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes a root of Debian's packages for another machine, to build against: root.sh MACHINE FOLDER
#
# MACHINE is arm64 or armhf. Needs mmdebstrap, and root or user namespaces; nothing of the other machine is run. Does
# nothing where the root is there.
set -euo pipefail

if [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
  sed -n '3,/^set /s/^# \?//p' "$0" | sed '/^set /d'
  exit 0
fi
case ${1:-} in
  arm64) triplet=aarch64-linux-gnu ;;
  armhf) triplet=arm-linux-gnueabihf ;;
  *)
    echo "root.sh: arm64 or armhf, and a folder are expected: see root.sh --help" >&2
    exit 2
    ;;
esac
if [ $# -ne 2 ]; then
  echo "root.sh: one folder is expected behind $1: see root.sh --help" >&2
  exit 2
fi
machine=$1
folder=$2
[ ! -e "$folder/usr/lib/$triplet/libssl.so" ] || exit 0
if ! command -v mmdebstrap >/dev/null; then
  echo "root.sh: mmdebstrap is not installed: apt install mmdebstrap" >&2
  exit 1
fi

packages=libc6-dev,linux-libc-dev,libssl-dev,libcjson-dev,libwebsockets-dev,libcbor-dev,libsqlite3-dev
packages+=,liblua5.1-0-dev,liblua5.2-dev,liblua5.3-dev,liblua5.4-dev,lua5.4
mkdir -p "$(dirname "$folder")"
rm -rf "$folder.new" # of a run that was cut off
mmdebstrap --quiet --variant=extract --architectures="$machine" --include="$packages" bookworm "$folder.new"
mv -T "$folder.new" "$folder"
