#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The installed modules: each Lua finds its own, without a path to the build folder; so does one beside the plugin.
# install_test.sh BUILD-FOLDER VERSION...
set -eu
build=$1
shift
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
cmake --install "$build" --prefix "$prefix" >"$prefix/log" || { cat "$prefix/log"; exit 1; }

# try NAME LUA CPATH PATH [SCRIPT]
number=0
try() {
  number=$((number + 1))
  script=${5:-'assert(require("gamelift").sdk_version) assert(require("gamelift.match").new)'}
  if LUA_CPATH=$3 LUA_PATH=$4 "$2" -e "$script"; then echo "ok $number - $1"; else echo "not ok $number - $1"; fi
}

lib=$(dirname "$(find "$prefix" -name libgamelift.so)")
for version in "$@"; do
  try "lua $version in its standard folders" "lua$version" "$lib/lua/$version/?.so" "$prefix/share/lua/$version/?.lua"
  try "lua $version has gamelift.testing" "lua$version" "$lib/lua/$version/?.so" "$prefix/share/lua/$version/?.lua" \
    'local service, server = require("gamelift.testing").active_session()
     assert(server:game_session_id() == service.game_session_id) service:stop()'
  try "lua $version beside the plugin" "lua$version" "$lib/gamelift/lua/$version/?.so" "$lib/gamelift/lua/?.lua"
done
echo "1..$number"
