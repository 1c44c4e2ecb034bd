# SPDX-License-Identifier: Apache-2.0
# For Microsoft's linker, whose import libraries have a form of their own: gamelift.def, and gamelift.lib made of it.
file(READ ${PROJECT_SOURCE_DIR}/sdk/gamelift.map map)
string(REGEX MATCHALL "glift_[a-z0-9_]+;" names "${map}")
list(TRANSFORM names REPLACE "^(.*);$" "  \\1")
list(JOIN names "\n" names)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS gamelift.map)

set(import ${PROJECT_BINARY_DIR}/import)
file(CONFIGURE OUTPUT ${import}/gamelift.def CONTENT "LIBRARY libgamelift.dll\nEXPORTS\n@names@\n" @ONLY)
install(FILES ${import}/gamelift.def DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk)

find_program(GLIFT_DLLTOOL NAMES llvm-dlltool llvm-dlltool-14)
mark_as_advanced(GLIFT_DLLTOOL)
if(NOT GLIFT_DLLTOOL)
  message(STATUS "No gamelift.lib will be installed: it is made by llvm-dlltool, of Debian's package llvm")
  return()
endif()
add_custom_command(OUTPUT ${import}/gamelift.lib DEPENDS ${import}/gamelift.def
  COMMAND ${GLIFT_DLLTOOL} -m i386:x86-64 -d ${import}/gamelift.def -l ${import}/gamelift.lib VERBATIM)
add_custom_target(gamelift_import_library ALL DEPENDS ${import}/gamelift.lib)
install(FILES ${import}/gamelift.lib DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk)
