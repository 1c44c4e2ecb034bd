#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes a container image of a root folder: oci.sh ROOT-FOLDER OUTPUT-FOLDER NAME VERSION OPTION...
#
# OUTPUT-FOLDER/oci is the image in OCI's layout, OUTPUT-FOLDER/docker.tar what `docker load` takes. Without daemon,
# network and base image: ROOT-FOLDER gets the libraries of this machine that its programs ask for (glibc and OpenSSL),
# root certificates, and a /tmp. OPTION... says what the image starts, as `buildah config` has it. Needs buildah.
set -euo pipefail
umask 022 # what is made here is run by another user

if [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
  sed -n '3,/^set /s/^# \?//p' "$0"
  exit 0
fi
if [ $# -lt 5 ] || [ ! -d "$1" ]; then
  echo "oci.sh: usage: oci.sh ROOT-FOLDER OUTPUT-FOLDER NAME VERSION OPTION...; the first has to be there" >&2
  exit 2
fi
if ! command -v buildah >/dev/null; then
  echo "oci.sh: there is no buildah, which makes the image: apt-get install buildah" >&2
  exit 1
fi
root=$1
output=$2
name=$3
version=$4
shift 4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What the programs and libraries in the root ask for, those left out that came with them.
find "$root" -type f | while read -r file; do
  if head -c 4 "$file" | LC_ALL=C grep -q $'^\x7fELF'; then
    ldd "$file" | { grep -o '/[^ ]* (0x' || true; } | cut -d ' ' -f 1
  fi
done | sort -u >"$work/libraries"
while read -r library; do
  case $library in
    "$root"/*) ;;
    *) install -D "$library" "$root$library" ;;
  esac
done <"$work/libraries"
if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
  install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
fi
install -d -m 1777 "$root/tmp"
for package in libc6 libssl3; do
  install -D -m 644 "/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/copyright"
done

own_buildah() {
  buildah --storage-driver vfs --root "$work/storage" --runroot "$work/run" "$@"
}

rm -rf "$output/oci" "$output/docker.tar"
mkdir -p "$output"
container=$(own_buildah from scratch)
own_buildah copy --quiet "$container" "$root" / >/dev/null
own_buildah config "$@" --label "org.opencontainers.image.title=$name" \
  --label "org.opencontainers.image.version=$version" --label org.opencontainers.image.licenses=Apache-2.0 "$container"
image=$(own_buildah commit --quiet --format oci "$container" "$name")
own_buildah push --quiet "$image" "oci:$output/oci:$version"
own_buildah push --quiet "$image" "docker-archive:$output/docker.tar:$name:latest"
