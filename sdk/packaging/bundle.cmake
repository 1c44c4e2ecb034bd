# SPDX-License-Identifier: Apache-2.0
# The libraries of a bundle. Debian has position-independent archives of Lua, SQLite and OpenSSL; those of cJSON and
# libwebsockets are built from Debian's source packages; of libcbor the shared library is carried along.
include(ExternalProject)

execute_process(COMMAND ${CMAKE_CURRENT_LIST_DIR}/debian_sources.sh ${GLIFT_BUNDLE_SOURCES} cjson libwebsockets
  COMMAND_ERROR_IS_FATAL ANY)

# find_archive(VARIABLE NAME): an archive that Debian has.
function(find_archive variable name)
  find_library(${variable} ${name})
  if(NOT ${variable})
    message(FATAL_ERROR "A bundle needs ${name}: install the -dev package that has it")
  endif()
endfunction()

add_library(glift_cjson STATIC ${GLIFT_BUNDLE_SOURCES}/cjson/cJSON.c)
target_compile_definitions(glift_cjson PRIVATE CJSON_HIDE_SYMBOLS)
target_compile_options(glift_cjson PRIVATE -w -fvisibility=hidden -ffunction-sections -fstack-protector-strong
  -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
target_include_directories(glift_cjson SYSTEM PUBLIC $<BUILD_INTERFACE:${GLIFT_BUNDLE_SOURCES}>
  $<BUILD_INTERFACE:${GLIFT_BUNDLE_SOURCES}/cjson>)
add_library(glift::cjson ALIAS glift_cjson)

# Without zlib, extensions and capabilities it needs nothing but OpenSSL.
set(lws ${CMAKE_BINARY_DIR}/libwebsockets)
ExternalProject_Add(libwebsockets
  SOURCE_DIR ${GLIFT_BUNDLE_SOURCES}/libwebsockets
  PREFIX ${lws}
  INSTALL_DIR ${lws}/installed
  CMAKE_ARGS -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=<INSTALL_DIR> -DCMAKE_INSTALL_LIBDIR=lib
    -DCMAKE_C_COMPILER=${CMAKE_C_COMPILER} -DCMAKE_C_COMPILER_LAUNCHER=${CMAKE_C_COMPILER_LAUNCHER}
    "-DCMAKE_C_FLAGS=-w -fvisibility=hidden -ffunction-sections -fno-strict-aliasing -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"
    -DDISABLE_WERROR=ON -DLWS_HAVE_LIBCAP=0 -DLWS_WITH_SHARED=OFF -DLWS_STATIC_PIC=ON -DLWS_WITHOUT_EXTENSIONS=ON
    -DLWS_WITH_ZLIB=OFF -DLWS_WITHOUT_TESTAPPS=ON -DLWS_WITH_MINIMAL_EXAMPLES=OFF -DLWS_IPV6=ON -DLWS_UNIX_SOCK=ON
  LOG_CONFIGURE ON LOG_BUILD ON LOG_INSTALL ON LOG_OUTPUT_ON_FAILURE ON
  BUILD_BYPRODUCTS ${lws}/installed/lib/libwebsockets.a)
file(MAKE_DIRECTORY ${lws}/installed/include)
add_library(glift_lws STATIC IMPORTED)
add_dependencies(glift_lws libwebsockets)
set_target_properties(glift_lws PROPERTIES IMPORTED_LOCATION ${lws}/installed/lib/libwebsockets.a)
target_include_directories(glift_lws INTERFACE ${lws}/installed/include)
target_link_libraries(glift_lws INTERFACE OpenSSL::SSL OpenSSL::Crypto)
add_library(glift::lws ALIAS glift_lws)

# Under the name that programs ask for, in a folder where gamelift-local looks for it.
find_library(CBOR_FILE cbor REQUIRED)
file(REAL_PATH ${CBOR_FILE} cbor_real)
string(REGEX REPLACE "(\\.so\\.[0-9]+\\.[0-9]+).*" "\\1" cbor_carried ${cbor_real})
cmake_path(GET cbor_carried FILENAME cbor_carried)
file(COPY_FILE ${cbor_real} ${CMAKE_BINARY_DIR}/${cbor_carried} ONLY_IF_DIFFERENT)
install(FILES ${CMAKE_BINARY_DIR}/${cbor_carried} DESTINATION ${CMAKE_INSTALL_LIBDIR}/gamelift COMPONENT local)
add_library(glift::cbor ALIAS PkgConfig::CBOR)

find_archive(SQLITE_ARCHIVE libsqlite3.a)
add_library(glift_sqlite INTERFACE)
target_include_directories(glift_sqlite SYSTEM INTERFACE ${SQLITE_INCLUDE_DIRS})
target_link_libraries(glift_sqlite INTERFACE ${SQLITE_ARCHIVE} m ${CMAKE_DL_LIBS})
add_library(glift::sqlite ALIAS glift_sqlite)

# Whole, and seen by the Lua modules that the arena loads.
if(GLIFT_GAME)
  find_archive(LUA54_ARCHIVE liblua5.4.a)
  add_library(glift_lua54 INTERFACE)
  target_include_directories(glift_lua54 SYSTEM INTERFACE ${LUA54_INCLUDE_DIRS})
  target_link_libraries(glift_lua54 INTERFACE $<LINK_LIBRARY:WHOLE_ARCHIVE,${LUA54_ARCHIVE}> m ${CMAKE_DL_LIBS})
  add_library(glift::lua54 ALIAS glift_lua54)
endif()

# What a program carries is not seen by the libraries that it loads: they have their own, and of another version.
set(glift_hidden_archives -Wl,--exclude-libs,libwebsockets.a:libglift_cjson.a:libsqlite3.a:libssl.a:libcrypto.a)

# The licences of all of it.
include(${CMAKE_CURRENT_LIST_DIR}/notice.cmake)
glift_notice(cJSON ${GLIFT_BUNDLE_SOURCES}/cjson/LICENSE)
glift_notice(libwebsockets ${GLIFT_BUNDLE_SOURCES}/libwebsockets/LICENSE)
glift_notice(libcbor /usr/share/doc/libcbor-dev/copyright)
glift_notice(SQLite /usr/share/doc/libsqlite3-dev/copyright)
if(GLIFT_GAME)
  glift_notice(Lua /usr/share/doc/liblua5.4-dev/copyright)
endif()
if(GLIFT_BUNDLE_OPENSSL)
  glift_notice(OpenSSL /usr/share/doc/libssl-dev/copyright)
endif()
glift_install_notice()
