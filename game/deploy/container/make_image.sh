#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the container image of the arena: make_image.sh BUNDLE OUTPUT-FOLDER
#
# BUNDLE is the archive of a bundle, unpacked, or the folder in which a bundle was built. The image has the folder that
# ec2/make_build.sh makes, looked through as that does, in /opt/arena, and starts one server on port 20000.
# OUTPUT-FOLDER/oci is the image in OCI's layout, OUTPUT-FOLDER/docker.tar what `docker load` takes. Needs buildah, and
# neither a daemon nor a network.
set -eu
umask 022 # what is made here is run by another user

if [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
  sed -n '3,/^set /s/^# \{0,1\}//p' "$0"
  exit 0
fi
if [ $# -ne 2 ] || { [ ! -f "$1/share/doc/gamelift/NOTICE" ] && [ ! -f "$1/NOTICE" ]; }; then
  echo "make_image.sh: usage: make_image.sh BUNDLE OUTPUT-FOLDER; the first is the archive of a bundle, unpacked, or made by" \
    "cmake --preset bundle && cmake --build --preset bundle" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
arena=$work/root/opt/arena

mkdir -p "$work/root/opt"
"$here/../ec2/make_build.sh" "$1" "$arena"
rm "$arena/install.sh" # which is for instances
version=$("$arena/bin/arena" --version | cut -d ' ' -f 2)
oci=$here/oci.sh # beside this in the archive
[ -f "$oci" ] || oci=$here/../../../sdk/packaging/oci.sh
"$oci" "$work/root" "$2" arena "$version" \
  --entrypoint '["/opt/arena/bin/arena"]' --cmd '--address 0.0.0.0 --port 20000' \
  --port 20000 --user 65532:65532 --workingdir /tmp
