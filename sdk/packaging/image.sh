#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes a container image of gamelift-local: image.sh BUILD-FOLDER-OF-A-BUNDLE OUTPUT-FOLDER
#
# OUTPUT-FOLDER/oci is the image in OCI's layout, OUTPUT-FOLDER/docker.tar what `docker load` takes. Without daemon,
# network and base image: in it are the program, the libraries of this machine that it asks for (glibc and OpenSSL), and
# root certificates. Needs buildah.
set -euo pipefail

if [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
  sed -n '3,/^set /s/^# \?//p' "$0"
  exit 0
fi
if [ $# -ne 2 ] || [ ! -f "$1/NOTICE" ]; then
  echo "image.sh: usage: image.sh BUILD-FOLDER OUTPUT-FOLDER; the first is made by" \
    "cmake --preset bundle && cmake --build --preset bundle" >&2
  exit 2
fi
if ! command -v buildah >/dev/null; then
  echo "image.sh: there is no buildah, which makes the image: apt-get install buildah" >&2
  exit 1
fi
build=$1
output=$2
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

cmake --install "$build" --component local --strip --prefix "$root/usr" >/dev/null
program=$root/usr/bin/gamelift-local
version=$("$program" --version | cut -d ' ' -f 2)

# Those that lie in the root already came with the program.
ldd "$program" | grep -o '/[^ ]* (0x' | cut -d ' ' -f 1 | while read -r library; do
  case $library in
    "$root"/*) ;;
    *) install -D "$library" "$root$library" ;;
  esac
done
if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
  install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
fi
install -D -m 644 /dev/stdin "$root/etc/passwd" <<<'gamelift:x:65532:65532:gamelift-local:/data:/nonexistent'
install -d -m 1777 "$root/tmp" "$root/data"
install -D -m 644 -t "$root/usr/share/doc/gamelift" "$build/NOTICE" "$source/LICENSE"
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
own_buildah config --entrypoint '["/usr/bin/gamelift-local"]' \
  --cmd '--demo --listen 0.0.0.0 --token /run/secrets/gamelift-local-token --allow-host localhost' \
  --port 9080 --user 65532:65532 --workingdir /data \
  --label org.opencontainers.image.title=gamelift-local --label "org.opencontainers.image.version=$version" \
  --label org.opencontainers.image.licenses=Apache-2.0 "$container"
image=$(own_buildah commit --quiet --format oci "$container" gamelift-local)
own_buildah push --quiet "$image" "oci:$output/oci:$version"
own_buildah push --quiet "$image" "docker-archive:$output/docker.tar:gamelift-local:latest"
