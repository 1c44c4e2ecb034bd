# SPDX-License-Identifier: Apache-2.0
# The libraries of a build for Windows: what libraries.sh has built of Debian's source packages. Each is linked into
# libgamelift.dll, except for Lua, which the program that loads the module has.
set(GLIFT_WINDOWS_LIBRARIES "${PROJECT_SOURCE_DIR}/build/windows-libraries" CACHE PATH
  "What libraries.sh has built, or will build now, which takes some minutes")

execute_process(COMMAND ${CMAKE_CURRENT_LIST_DIR}/libraries.sh ${GLIFT_WINDOWS_LIBRARIES} COMMAND_ERROR_IS_FATAL ANY)
if(GLIFT_LOCAL)
  execute_process(COMMAND ${CMAKE_CURRENT_LIST_DIR}/local_libraries.sh ${GLIFT_WINDOWS_LIBRARIES}
    COMMAND_ERROR_IS_FATAL ANY)
endif()
set(installed ${GLIFT_WINDOWS_LIBRARIES}/installed)
set(cjson ${GLIFT_WINDOWS_LIBRARIES}/sources/cjson)

# <cjson/cJSON.h>, as everywhere.
file(COPY ${cjson}/cJSON.h DESTINATION ${CMAKE_BINARY_DIR}/include/cjson)
add_library(glift_cjson STATIC ${cjson}/cJSON.c)
target_compile_definitions(glift_cjson PUBLIC CJSON_HIDE_SYMBOLS)
target_compile_options(glift_cjson PRIVATE -w -ffunction-sections -fstack-protector-strong)
target_include_directories(glift_cjson SYSTEM PUBLIC $<BUILD_INTERFACE:${CMAKE_BINARY_DIR}/include>
  $<BUILD_INTERFACE:${cjson}>)
add_library(glift::cjson ALIAS glift_cjson)

foreach(name Crypto SSL)
  string(TOLOWER ${name} file)
  add_library(OpenSSL::${name} STATIC IMPORTED)
  set_target_properties(OpenSSL::${name} PROPERTIES IMPORTED_LOCATION ${installed}/lib/lib${file}.a
    INTERFACE_INCLUDE_DIRECTORIES ${installed}/include)
endforeach()
target_link_libraries(OpenSSL::Crypto INTERFACE ws2_32 crypt32 bcrypt)
target_link_libraries(OpenSSL::SSL INTERFACE OpenSSL::Crypto)

add_library(glift::lua54 SHARED IMPORTED)
set_target_properties(glift::lua54 PROPERTIES IMPORTED_LOCATION ${installed}/bin/lua54.dll
  IMPORTED_IMPLIB ${installed}/lib/liblua54.dll.a INTERFACE_COMPILE_DEFINITIONS LUA_BUILD_AS_DLL
  INTERFACE_INCLUDE_DIRECTORIES ${installed}/include/lua5.4)

# gamelift-local.exe carries these.
if(GLIFT_LOCAL)
  foreach(name websockets sqlite3 cbor tre)
    add_library(glift_${name} STATIC IMPORTED)
    set_target_properties(glift_${name} PROPERTIES IMPORTED_LOCATION ${installed}/lib/lib${name}.a
      INTERFACE_INCLUDE_DIRECTORIES ${installed}/include)
  endforeach()
  target_link_libraries(glift_websockets INTERFACE OpenSSL::SSL OpenSSL::Crypto)
  add_library(glift::lws ALIAS glift_websockets)
  add_library(glift::sqlite ALIAS glift_sqlite3)
  add_library(glift::cbor ALIAS glift_cbor)
endif()
