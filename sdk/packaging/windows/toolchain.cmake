# SPDX-License-Identifier: Apache-2.0
# Builds for Windows on Debian, with its mingw-w64. Programs need no library of the compiler: it is linked into each.
# Where wine is installed, ctest runs them with it.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
foreach(kind EXE SHARED MODULE)
  set(CMAKE_${kind}_LINKER_FLAGS_INIT -static)
endforeach()

set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

find_program(GLIFT_WINE NAMES wine64 wine64-stable PATHS /usr/lib/wine)
if(GLIFT_WINE)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${GLIFT_WINE})
endif()
