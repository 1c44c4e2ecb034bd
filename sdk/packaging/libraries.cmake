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

# glift_need(PREFIX MODULE): a library, by its pkg-config file; or a sentence that says how to get it.
function(glift_need prefix module)
  pkg_check_modules(${prefix} QUIET IMPORTED_TARGET ${module})
  if(NOT ${prefix}_FOUND)
    message(FATAL_ERROR "${module} is missing, or is older: on Debian \"${PROJECT_SOURCE_DIR}/game/install.sh build\" "
      "installs all that is needed. The library alone, -DGLIFT_LOCAL=OFF -DGLIFT_GAME=OFF -DGLIFT_TESTS=OFF, needs "
      "OpenSSL 3 and libcjson.")
  endif()
endfunction()

if(GLIFT_BUNDLE_OPENSSL)
  set(OPENSSL_USE_STATIC_LIBS ON)
endif()
find_package(OpenSSL 3.0 REQUIRED)
if(GLIFT_LOCAL)
  glift_need(CBOR libcbor>=0.8)
  glift_need(SQLITE sqlite3>=3.37)
endif()
if(GLIFT_GAME)
  glift_need(LUA54 lua5.4)
endif()

if(GLIFT_BUNDLE)
  if(NOT GLIFT_LOCAL)
    message(FATAL_ERROR "GLIFT_BUNDLE needs GLIFT_LOCAL: a bundle has gamelift-local in it")
  endif()
  include(${CMAKE_CURRENT_LIST_DIR}/bundle.cmake)
  return()
endif()

glift_need(CJSON libcjson>=1.7)
add_library(glift::cjson ALIAS PkgConfig::CJSON)
if(GLIFT_LOCAL)
  glift_need(LWS libwebsockets>=4.1)
  add_library(glift::lws ALIAS PkgConfig::LWS)
  add_library(glift::cbor ALIAS PkgConfig::CBOR)
  add_library(glift::sqlite ALIAS PkgConfig::SQLITE)
endif()
if(GLIFT_GAME)
  add_library(glift::lua54 ALIAS PkgConfig::LUA54)
endif()
