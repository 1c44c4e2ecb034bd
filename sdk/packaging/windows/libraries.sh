#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds for Windows what the SDK uses, with Debian's mingw-w64: libraries.sh FOLDER
#
# FOLDER/sources gets Debian's source packages of OpenSSL, cJSON and Lua; FOLDER/installed gets OpenSSL as archives, and
# Lua 5.4 as lua54.dll with its import library and lua.exe. Does nothing for what is there. OpenSSL takes some minutes of
# one core; GLIFT_JOBS says how many cores it may have.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
sources=$folder/sources
installed=$folder/installed
cross=x86_64-w64-mingw32

if ! command -v $cross-gcc >/dev/null; then
  echo "libraries.sh: there is no $cross-gcc: install gcc-mingw-w64-x86-64-posix" >&2
  exit 1
fi
"$here/../debian_sources.sh" "$sources" openssl cjson lua5.4

# What a client of TLS 1.2 and 1.3 does not need is left out: it halves the time and the size.
left_out=(no-shared no-tests no-engine no-module no-legacy no-dso no-comp no-cms no-cmp no-ts no-ct no-srp no-srtp no-dtls
  no-ssl3 no-tls1 no-tls1_1 no-idea no-camellia no-aria no-seed no-sm2 no-sm3 no-sm4 no-whirlpool no-mdc2 no-md4 no-rc2
  no-rc4 no-bf no-cast no-rmd160 no-blake2 no-siphash no-scrypt no-gost no-ec2m no-dsa no-ui-console)

build_openssl() {
  echo "Building OpenSSL for Windows"
  mkdir -p "$folder/openssl"
  cd "$folder/openssl"
  "$sources/openssl/Configure" mingw64 "${left_out[@]}" --cross-compile-prefix=$cross- --prefix="C:/Program Files/Common Files" \
    --openssldir=SSL -O2 -fstack-protector-strong >configure.log 2>&1
  # Of what is installed, this is what a build of the SDK reads.
  make -j"${GLIFT_JOBS:-1}" build_libs >build.log 2>&1 || { tail -n 20 build.log >&2; return 1; }
  mkdir -p "$installed/include" "$installed/lib"
  cp -r "$sources/openssl/include/openssl" "$installed/include/"
  cp include/openssl/*.h "$installed/include/openssl/"
  cp libcrypto.a libssl.a "$installed/lib/"
}

# The interpreter shares the library with the modules that it loads: nothing else works on Windows.
build_lua() {
  echo "Building Lua for Windows"
  local from=$sources/lua5.4/src library=()
  for file in "$from"/l*.c; do
    case ${file##*/} in
      lua.c | luac.c) ;;
      *) library+=("$file") ;;
    esac
  done
  mkdir -p "$installed/bin" "$installed/lib" "$installed/include/lua5.4"
  cp "$from"/lua.h "$from"/luaconf.h "$from"/lualib.h "$from"/lauxlib.h "$installed/include/lua5.4/"
  $cross-gcc -w -O2 -DLUA_BUILD_AS_DLL -shared -o "$installed/bin/lua54.dll" "${library[@]}" \
    -Wl,--out-implib,"$installed/lib/liblua54.dll.a"
  $cross-gcc -w -O2 -DLUA_BUILD_AS_DLL -o "$installed/bin/lua.exe" "$from/lua.c" "$installed/lib/liblua54.dll.a"
}

[ -f "$installed/lib/libssl.a" ] || (build_openssl)
[ -f "$installed/bin/lua.exe" ] || (build_lua)
