#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Install the Debian packages that are missing: game/install.sh build [readme] [public] [test [long]]
#
# build: to build. readme: for what the READMEs type. public: for game/run.sh --public. test, long: for tests/run.sh.
# Does nothing, and asks for nothing, if all are there. Root, or sudo for this step alone.
set -euo pipefail

build=(
  build-essential cmake ninja-build pkg-config
  libwebsockets-dev libcjson-dev libcbor-dev libsqlite3-dev libssl-dev
  liblua5.1-0-dev liblua5.2-dev liblua5.3-dev liblua5.4-dev
  python3
)
readme=(
  awscli curl python3-boto3 lua5.4 lua-busted lua-socket luarocks
)
public=(
  qrencode
)
test=(
  luarocks unzip lua5.1 lua5.2 lua5.3 lua5.4 luajit lua-busted lua-check lua-socket
  clang clang-format clang-tidy libclang-rt-14-dev abigail-tools doxygen gcovr valgrind shellcheck openssl curl
  awscli python3-boto3 python3-cbor2 python3-websockets python3-selenium iproute2
  chromium chromium-driver firefox-esr zbar-tools
)

if [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
  sed -n 's/^# //p' "$0" | tail -n +2
  exit 0
fi

long=(
  dpkg-dev fakeroot lintian mmdebstrap buildah umoci podman runc docker-compose gcc-mingw-w64-x86-64-posix wine64 llvm lld
)

if [ $# -eq 0 ]; then
  echo "install.sh: which packages? The groups are build, readme, public, test and long" >&2
  exit 2
fi
wanted=()
for group in "$@"; do
  case "$group" in
    build) wanted+=("${build[@]}") ;;
    readme) wanted+=("${readme[@]}") ;;
    public) wanted+=("${public[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    long) wanted+=("${long[@]}") ;;
    *)
      echo "install.sh: there is no group '$group': the groups are build, readme, public, test and long" >&2
      exit 2
      ;;
  esac
done

missing=()
for package in "${wanted[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || state=absent
  [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "install.sh: this needs Debian 12's packages: ${missing[*]}" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "install.sh: Debian packages are missing, and there is no sudo here: as root," \
      "$(realpath "$0") $* installs ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "Installing Debian packages, which takes a minute or two: ${missing[*]}"
if ! "${as_root[@]}" apt-get update -qq </dev/null ||
  ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null; then
  echo "install.sh: apt-get has not installed them; what it says is above. It needs root or sudo, the network, and Debian 12" >&2
  exit 1
fi
