# SPDX-License-Identifier: Apache-2.0
# The licences of what is inside: of each library that was built, and of mingw-w64, whose runtime is in each file. After all
# of them are built.
include(${CMAKE_CURRENT_LIST_DIR}/../notice.cmake)
set(licence_openssl LICENSE.txt)
set(licence_cjson LICENSE)
set(licence_libwebsockets LICENSE)
set(licence_sqlite3 debian/copyright)
set(licence_libcbor LICENSE.md)
set(licence_tre LICENSE)
set(licence_libbsd COPYING)
file(GLOB carried RELATIVE ${GLIFT_WINDOWS_LIBRARIES}/sources ${GLIFT_WINDOWS_LIBRARIES}/sources/*)
list(REMOVE_ITEM carried lua5.4) # which is the game's own
foreach(library IN LISTS carried)
  glift_notice(${library} ${GLIFT_WINDOWS_LIBRARIES}/sources/${library}/${licence_${library}})
endforeach()
glift_notice(mingw-w64 /usr/share/doc/mingw-w64-common/copyright)
glift_install_notice()
