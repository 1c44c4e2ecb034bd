#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Unpacks Debian's source packages of libraries: debian_sources.sh FOLDER PACKAGE...
#
# Each comes to lie in FOLDER/PACKAGE, patched as Debian patches it, from the mirrors that this machine has its packages
# from. Nothing in /etc is touched and root is not needed: apt gets a list of sources of its own. Does nothing for what is
# there.
set -euo pipefail

if [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
  sed -n '3,/^set /s/^# \?//p' "$0"
  exit 0
fi
if [ $# -lt 2 ]; then
  echo "debian_sources.sh: a folder and the names of source packages are expected: see debian_sources.sh --help" >&2
  exit 2
fi
folder=$1
shift
missing=()
for package in "$@"; do
  [ -d "$folder/$package" ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null || ! command -v dpkg-source >/dev/null; then
  echo "debian_sources.sh: this machine has no apt-get and dpkg-source: put the sources of ${missing[*]} into" \
    "$folder/NAME" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$folder" "$work/lists/partial" "$work/unpacked"
folder=$(cd "$folder" && pwd)
keys=/usr/share/keyrings/debian-archive-keyring.gpg
# shellcheck disable=SC2016 # apt's own names
apt-get indextargets --format "deb-src [signed-by=$keys] "'$(REPO_URI) $(RELEASE) $(COMPONENT)' \
  'Created-By: Packages' 'Origin: Debian' | sort -u >"$work/debian.list"
if [ ! -s "$work/debian.list" ]; then
  echo "debian_sources.sh: apt knows no mirror of Debian: apt-get update, please" >&2
  exit 1
fi

own() { # own PROGRAM ARGUMENTS: a program of apt, with the list above
  local program=$1
  shift
  "$program" -qq -o Dir::Etc::sourcelist="$work/debian.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$work/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
    -o APT::Sandbox::User=root "$@"
}

# Of the versions in the list the newest that the mirror still has: some have only the list of the latest updates.
fetch() {
  local package=$1 version
  for version in $(own apt-cache showsrc --only-source "$package" | sed -n 's/^Version: //p' | sort -rVu); do
    if (cd "$work/$package" && own apt-get --download-only source "$package=$version" 2>error.log); then
      return
    fi
    rm -f "$work/$package"/*.dsc "$work/$package"/*.tar.*
  done
  cat "$work/$package/error.log" >&2
  return 1
}

# Of some packages a mirror has lost the sources of an older release: then those of a newer one, or what Debian has got from
# the authors, without Debian's patches. The signed list has its checksum.
fetch_from_newer_release() {
  local found=true
  mv "$work/debian.list" "$work/ours.list"
  sed -n 's,^\(deb-src .*/debian/*\) .*,\1 stable main,p' "$work/ours.list" | sort -u >"$work/debian.list"
  own apt-get update
  fetch "$1" 2>/dev/null || fetch_original "$1" || found=false
  mv "$work/ours.list" "$work/debian.list" # the next package is one of our release again
  own apt-get update
  $found
}

fetch_original() {
  local package=$1 mirror about pool checksum name
  mirror=$(sed -n '1s,^deb-src \[.*\] \(.*/debian\)/* .*,\1,p' "$work/debian.list")
  about=$(own apt-cache showsrc --only-source "$package")
  pool=$(sed -n 's/^Directory: //p' <<<"$about" | sed -n 1p)
  read -r checksum _ name < <(grep -E '^ [0-9a-f]{64} [0-9]+ \S+\.orig\.tar\.gz$' <<<"$about" | sed -n 1p)
  /usr/lib/apt/apt-helper -qq -o APT::Sandbox::User=root download-file "$mirror/$pool/$name" \
    "$work/$package/$name" "SHA256:$checksum"
  mkdir "$work/unpacked/$package"
  tar -xzf "$work/$package/$name" -C "$work/unpacked/$package" --strip-components 1
}

unpack() { # apt has checked it against the signed list already
  [ -d "$work/unpacked/$1" ] || dpkg-source --no-check --extract "$work/$1"/*.dsc "$work/unpacked/$1" >/dev/null
}

own apt-get update
for package in "${missing[@]}"; do
  echo "Fetching Debian's source package $package"
  mkdir "$work/$package"
  fetch "$package" || fetch_from_newer_release "$package"
  unpack "$package"
  mv "$work/unpacked/$package" "$folder/$package"
done
