#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds for Windows what gamelift-local.exe uses beside the libraries of the SDK: local_libraries.sh FOLDER
#
# FOLDER is that of libraries.sh, which comes first. FOLDER/installed gets libwebsockets, SQLite, libcbor and TRE (the regular
# expressions that Windows' C library lacks) as archives, and <sys/queue.h> of libbsd. Does nothing for what is there. It
# takes some minutes of one core; GLIFT_JOBS says how many cores it may have.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
folder=$(cd "$1" && pwd)
sources=$folder/sources
installed=$folder/installed
cross=x86_64-w64-mingw32
# No path of this machine is in what is shipped.
flags=(-w -O2 -DNDEBUG -ffunction-sections -fno-strict-aliasing -fstack-protector-strong -D_WIN32_WINNT=0x0A00
  "-ffile-prefix-map=$folder=.")

if ! command -v tclsh >/dev/null; then
  echo "local_libraries.sh: SQLite is put together by a script in Tcl: install tcl" >&2
  exit 1
fi
"$here/../debian_sources.sh" "$sources" libwebsockets sqlite3 libcbor tre libbsd
mkdir -p "$installed/include/sys" "$installed/lib"

# archive NAME SOURCE...: compiles the sources, with $extra, into libNAME.a.
archive() {
  local name=$1 file
  shift
  mkdir -p "$folder/$name"
  cd "$folder/$name"
  for file in "$@"; do
    $cross-gcc "${flags[@]}" "${extra[@]}" -c -o "$(basename "$file" .c).o" "$file"
  done
  rm -f "$installed/lib/lib$name.a"
  $cross-ar rcs "$installed/lib/lib$name.a" ./*.o
}

# gamelift-local waits for sockets by itself. libwebsockets would give each one an event too, for a wait of its own that
# never comes, and has room for 63: that is taken out. Its probes of OpenSSL need every library that OpenSSL needs.
build_lws() {
  echo "Building libwebsockets for Windows"
  local system=/usr/$cross/lib patched=$folder/libwebsockets-patched openssl
  openssl="$installed/lib/libssl.a;$installed/lib/libcrypto.a;$system/libws2_32.a;$system/libcrypt32.a;$system/libbcrypt.a"
  rm -rf "$patched" "$folder/libwebsockets"
  cp -r "$sources/libwebsockets" "$patched"
  sed -i 's/if (WSAEventSelect(/if (0 \&\& WSAEventSelect(/' "$patched/lib/plat/windows/windows-sockets.c"
  mkdir -p "$folder/libwebsockets"
  cmake -S "$patched" -B "$folder/libwebsockets" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS="${flags[*]}" -DDISABLE_WERROR=ON -DLWS_WITH_SHARED=OFF \
    -DLWS_WITHOUT_EXTENSIONS=ON -DLWS_WITH_ZLIB=OFF -DLWS_WITHOUT_TESTAPPS=ON -DLWS_WITH_MINIMAL_EXAMPLES=OFF \
    -DLWS_HAVE_LIBCAP=0 -DLWS_OPENSSL_INCLUDE_DIRS="$installed/include" -DLWS_OPENSSL_LIBRARIES="$openssl" \
    >"$folder/libwebsockets/configure.log" 2>&1
  ninja -C "$folder/libwebsockets" -j"${GLIFT_JOBS:-1}" websockets >"$folder/libwebsockets/build.log" 2>&1 ||
    { tail -n 20 "$folder/libwebsockets/build.log" >&2; return 1; }
  cp -r "$patched/include/libwebsockets" "$patched/include/libwebsockets.h" "$folder/libwebsockets/lws_config.h" \
    "$installed/include/"
  cp "$folder/libwebsockets/lib/libwebsockets_static.a" "$installed/lib/libwebsockets.a"
}

# One file of C is made of all of SQLite's, by its own rules, on this machine.
build_sqlite() {
  echo "Building SQLite for Windows"
  mkdir -p "$folder/sqlite"
  cd "$folder/sqlite"
  "$sources/sqlite3/configure" --disable-tcl --disable-readline >configure.log 2>&1
  make sqlite3.c >build.log 2>&1 || { tail -n 20 build.log >&2; return 1; }
  cp sqlite3.h "$installed/include/"
  extra=(-DSQLITE_THREADSAFE=1 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_DEPRECATED)
  archive sqlite3 "$folder/sqlite/sqlite3.c"
}

# Its own build asks for a compiler of C++, which is not needed.
build_cbor() {
  echo "Building libcbor for Windows"
  local from=$sources/libcbor/src made=$folder/cbor/include
  mkdir -p "$made/cbor"
  # shellcheck disable=SC2016 # CMake's own names
  sed -e 's/${CBOR_VERSION_[A-Z]*}/0/' -e 's/${CBOR_BUFFER_GROWTH}/2/' -e 's/${CBOR_MAX_STACK_SIZE}/2048/' \
    -e 's/^#cmakedefine01 CBOR_PRETTY_PRINTER/#define CBOR_PRETTY_PRINTER 0/' -e 's/${CBOR_RESTRICT_SPECIFIER}/restrict/' \
    -e 's/${CBOR_INLINE_SPECIFIER}//' "$from/cbor/configuration.h.in" >"$made/cbor/configuration.h"
  printf '#define CBOR_EXPORT\n#define CBOR_NO_EXPORT\n' >"$made/cbor/cbor_export.h"
  extra=(-I"$made" -I"$from")
  archive cbor "$from"/*.c "$from"/cbor/*.c "$from"/cbor/internal/*.c
  cp -r "$from/cbor.h" "$from/cbor" "$made/cbor" "$installed/include/"
}

# Patterns are matched byte by byte, as on Linux in the C locale: without wide characters.
build_tre() {
  echo "Building TRE for Windows"
  local made=$folder/tre from=$sources/tre/lib
  mkdir -p "$made"
  {
    echo '#define HAVE_SYS_TYPES_H 1'
    echo '#define TRE_VERSION "0.8.0"'
    echo '#define TRE_REGEX_T_FIELD value'
  } >"$made/tre-config.h"
  extra=(-I"$made" -I"$from" -DHAVE_STDLIB_H -DHAVE_STRING_H -DHAVE_SYS_TYPES_H -include "$made/tre-config.h")
  archive tre "$from"/regcomp.c "$from"/regerror.c "$from"/regexec.c "$from"/tre-ast.c "$from"/tre-compile.c \
    "$from"/tre-match-backtrack.c "$from"/tre-match-parallel.c "$from"/tre-mem.c "$from"/tre-parse.c "$from"/tre-stack.c \
    "$from"/xmalloc.c
  cp "$from/regex.h" "$from/tre.h" "$made/tre-config.h" "$installed/include/"
}

[ -f "$installed/lib/libwebsockets.a" ] || (build_lws)
[ -f "$installed/lib/libsqlite3.a" ] || (build_sqlite)
[ -f "$installed/lib/libcbor.a" ] || (build_cbor)
[ -f "$installed/lib/libtre.a" ] || (build_tre)
[ -f "$installed/include/sys/queue.h" ] ||
  sed '/^#include/d' "$sources/libbsd/include/bsd/sys/queue.h" >"$installed/include/sys/queue.h"
