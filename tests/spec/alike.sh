#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every Lua that is installed makes the same random calls of the binding (random/alike.lua), and gets the same answers and
# messages: alike.sh BUILD SPECS. With GLIFT_LONG 200 programs, else 3.
set -eu
build=$1
specs=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
last=3
[ "${GLIFT_LONG:-}" != 1 ] || last=200

play() { # LUA VERSION SEED
  LUA_PATH="$build/lua/testing/?.lua;$build/lua/?.lua;;" LUA_CPATH="$build/lua/testing/$2/?.so;;" LUA_INIT="" \
    "$1" "$specs/random/alike.lua" "$3" 600 >"$work/$1" 2>"$work/errors" || {
    echo "not ok: program $3 of $1 ended: $(tail -n 3 "$work/errors")"
    return 1
  }
}

luas=""
for lua in lua5.4 lua5.3 lua5.2 lua5.1 luajit; do
  version=${lua#lua}
  [ "$lua" != luajit ] || version=5.1
  if command -v "$lua" >/dev/null && [ -e "$build/lua/testing/$version" ]; then
    luas="$luas $lua:$version"
  fi
done
for seed in $(seq "$last"); do
  first=""
  for each in $luas; do
    lua=${each%:*}
    play "$lua" "${each#*:}" "$seed"
    if [ -n "$first" ] && ! diff "$work/$first" "$work/$lua" >"$work/difference"; then
      echo "not ok: program $seed is another one in $first (<) and in $lua (>):"
      head -n 20 "$work/difference"
      exit 1
    fi
    first=${first:-$lua}
  done
done
echo "ok:$luas, programs 1 to $last"
