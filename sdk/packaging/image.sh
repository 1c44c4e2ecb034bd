#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes a container image of gamelift-local: image.sh BUILD-FOLDER-OF-A-BUNDLE OUTPUT-FOLDER
#
# OUTPUT-FOLDER/oci is the image in OCI's layout, OUTPUT-FOLDER/docker.tar what `docker load` takes. Without daemon,
# network and base image: in it are the program, the libraries of this machine that it asks for (glibc and OpenSSL), and
# root certificates. Needs buildah.
set -euo pipefail
umask 022 # what is made here is run by another user

if [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
  sed -n '3,/^set /s/^# \?//p' "$0"
  exit 0
fi
if [ $# -ne 2 ] || [ ! -f "$1/NOTICE" ]; then
  echo "image.sh: usage: image.sh BUILD-FOLDER OUTPUT-FOLDER; the first is made by" \
    "cmake --preset bundle && cmake --build --preset bundle" >&2
  exit 2
fi
build=$1
output=$2
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

cmake --install "$build" --component local --strip --prefix "$root/usr" >/dev/null
version=$("$root/usr/bin/gamelift-local" --version | cut -d ' ' -f 2)
install -D -m 644 /dev/stdin "$root/etc/passwd" <<<'gamelift:x:65532:65532:gamelift-local:/data:/nonexistent'
install -d -m 1777 "$root/data"
install -D -m 644 -t "$root/usr/share/doc/gamelift" "$build/NOTICE" "$source/LICENSE"
"$source/sdk/packaging/oci.sh" "$root" "$output" gamelift-local "$version" \
  --entrypoint '["/usr/bin/gamelift-local"]' \
  --cmd '--demo --listen 0.0.0.0 --token /run/secrets/gamelift-local-token --allow-host localhost' \
  --port 9080 --user 65532:65532 --workingdir /data
