# SPDX-License-Identifier: Apache-2.0
# The libraries that are used, as targets: glift::cjson, glift::lws, glift::cbor, glift::sqlite, glift::lua54.
#
# They are those of the system or, in a bundle, archives that become part of what is built, so that it needs nothing of the
# machine that it runs on but glibc and OpenSSL.

option(GLIFT_BUNDLE "Programs and libraries carry the libraries that they use, except for OpenSSL" OFF)
option(GLIFT_BUNDLE_OPENSSL "In a bundle, OpenSSL too: for images that have none" OFF)
set(GLIFT_BUNDLE_SOURCES "${PROJECT_SOURCE_DIR}/build/sources" CACHE PATH
  "cjson/ and libwebsockets/: what is missing there is unpacked from Debian's source packages")

if(WIN32)
  include(${CMAKE_CURRENT_LIST_DIR}/windows/libraries.cmake)
  return()
endif()
find_package(PkgConfig REQUIRED)

if(GLIFT_BUNDLE_OPENSSL)
  set(OPENSSL_USE_STATIC_LIBS ON)
endif()
find_package(OpenSSL 3.0 REQUIRED)
pkg_check_modules(CBOR REQUIRED IMPORTED_TARGET libcbor>=0.8)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3>=3.37)
if(GLIFT_GAME)
  pkg_check_modules(LUA54 REQUIRED IMPORTED_TARGET lua5.4)
endif()

if(GLIFT_BUNDLE)
  include(${CMAKE_CURRENT_LIST_DIR}/bundle.cmake)
  return()
endif()

pkg_check_modules(LWS REQUIRED IMPORTED_TARGET libwebsockets>=4.1)
pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson>=1.7)
add_library(glift::cjson ALIAS PkgConfig::CJSON)
add_library(glift::lws ALIAS PkgConfig::LWS)
add_library(glift::cbor ALIAS PkgConfig::CBOR)
add_library(glift::sqlite ALIAS PkgConfig::SQLITE)
if(GLIFT_GAME)
  add_library(glift::lua54 ALIAS PkgConfig::LUA54)
endif()
