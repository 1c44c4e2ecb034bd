#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The specs of the binding on all five Luas, built from Debian's source packages with their assertions and API
# checks on, as usual and with a collector that never rests. Takes an hour or more, so only with GLIFT_LONG=1.
#   checked_luas.sh BUILD_DIR SPEC_DIR
set -e
[ -n "$GLIFT_LONG" ] || { echo "skipped: GLIFT_LONG is not set"; exit 77; }
build=$1 specs=$2
work=$(mktemp -d) list=/etc/apt/sources.list.d/gamelift-lua.sources
trap 'rm -rf "$work"; rm -f "$list"' EXIT

chmod 755 "$work"
cd "$work"
# The sources come from where this system's packages do.
sed 's/^Types: deb$/Types: deb-src/' /etc/apt/sources.list.d/debian.sources > "$list" ||
  { echo "skipped: there is no debian.sources, or the list of package sources cannot be written"; exit 77; }
apt-get update -qq
apt-get source -qq --download-only lua5.1 lua5.2 lua5.3 lua5.4 luajit
rm -f "$list"

for version in 5.1 5.2 5.3 5.4; do
  mkdir "lua$version"
  tar xf "lua${version}"_*.orig.tar.gz -C "lua$version" --strip-components=1
  (cd "lua$version/src" && rm -f luac.c print.c &&
    gcc -std=gnu99 -g -O1 -DLUA_USE_APICHECK -include assert.h -Dlua_assert=assert -DLUA_USE_POSIX -DLUA_USE_DLOPEN -DLUA_COMPAT_ALL \
      -Wl,-E -o ../../checked-lua$version ./*.c -lm -ldl)
done
mkdir sources
tar xf luajit_*.orig.tar.gz -C sources
make -s -C "$(dirname "$(find sources -path '*/src/Makefile' | head -n 1)")" \
  XCFLAGS="-DLUAJIT_USE_ASSERT -DLUA_USE_ASSERT -DLUA_USE_APICHECK" CCDEBUG=-g
find sources -name luajit -type f -perm -u+x -exec cp {} checked-luajit \;
cp -r "$(dirname "$(find sources -name vmdef.lua | head -n 1)")" jit

cd "$specs/../.."
failed=0
for name in lua5.1 luajit lua5.2 lua5.3 lua5.4; do
  version=${name#lua}
  [ "$version" = jit ] && version=5.1
  for collector in "" 'collectgarbage("setpause", 1) collectgarbage("setstepmul", 100000)'; do
    echo "$name, ${collector:-the usual collector}"
    LUA_PATH="$work/?.lua;$specs/?.lua;$build/lua/testing/?.lua;$build/lua/?.lua;/usr/share/lua/$version/?.lua;/usr/share/lua/$version/?/init.lua;;" \
    LUA_CPATH="$build/lua/testing/$version/?.so;/usr/lib/$(gcc -print-multiarch)/lua/$version/?.so;;" \
    GLIFT_LUA_MODULES=$build/lua \
      "$work/checked-$name" -e "$collector" "$(command -v busted)" -o TAP --exclude-pattern=arena_ "$specs" \
      > "$work/output" 2>&1 || { failed=1; grep -a -A 8 -E "^not ok|ASSERT|Assertion" "$work/output"; }
    grep -c "^ok" "$work/output"
  done
done
exit $failed
