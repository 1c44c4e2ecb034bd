# SPDX-License-Identifier: Apache-2.0
# Five packages, one per component of the installation; lintian finds no error in them.

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL library sdk local lua arena)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each has its own

# Who is linked against the library, and that ldconfig has to look at it: cpack's own way has scripts instead of the trigger.
file(WRITE ${CMAKE_BINARY_DIR}/debian/shlibs "libgamelift 0 libgamelift0 (>= ${PROJECT_VERSION})\n")
file(WRITE ${CMAKE_BINARY_DIR}/debian/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${CMAKE_BINARY_DIR}/debian/shlibs ${CMAKE_BINARY_DIR}/debian/triggers)
set(CPACK_DEBIAN_SDK_PACKAGE_SUGGESTS "libcjson-dev, libssl-dev") # for the archive
set(CPACK_DEBIAN_ARENA_PACKAGE_RECOMMENDS "python3, awscli") # for the recipes of game/deploy
set(CPACK_DEBIAN_LUA_PACKAGE_SUGGESTS "lua5.4 | lua5.3 | lua5.2 | lua5.1 | luajit")

# Debian's own form of a changelog; the one that people read is CHANGELOG.md.
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${CMAKE_BINARY_DIR}/debian/changelog "gamelift (${PROJECT_VERSION}) unstable; urgency=medium

  * Version ${PROJECT_VERSION}: see CHANGELOG.md of the sources.

 -- ${GLIFT_MAINTAINER}  ${now}
")
execute_process(COMMAND gzip -9nf ${CMAKE_BINARY_DIR}/debian/changelog COMMAND_ERROR_IS_FATAL ANY)

# glift_deb(COMPONENT PACKAGE SECTION SUMMARY TEXT [DEPENDS-ON-COMPONENT...]); the variables are those that cpack knows.
function(glift_deb component package section summary text)
  string(TOUPPER ${component} name)
  set(CPACK_DEBIAN_${name}_PACKAGE_NAME ${package} PARENT_SCOPE)
  set(CPACK_DEBIAN_${name}_PACKAGE_SECTION ${section} PARENT_SCOPE)
  set(CPACK_DEBIAN_${name}_DESCRIPTION "${summary}\n${text}" PARENT_SCOPE)
  set(CPACK_COMPONENT_${name}_DEPENDS ${ARGN} PARENT_SCOPE)
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/debian/copyright ${CMAKE_BINARY_DIR}/debian/changelog.gz
    DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${package} COMPONENT ${component})
endfunction()

glift_deb(library libgamelift0 libs "Amazon GameLift server SDK for C - shared library"
"With this library a dedicated game server written in C talks to Amazon
GameLift, which starts it, gives it game sessions and players, and ends it.
It never blocks a frame, and calls back only from the game's own thread.")

glift_deb(sdk libgamelift-dev libdevel "Amazon GameLift server SDK for C - headers and archive"
"Headers, archive, pkg-config file, CMake package and references for programs
that are built against libgamelift, and the header of the engine plugin."
library)

glift_deb(local gamelift-local devel "Amazon GameLift on one machine, for development and tests"
"A stand-in for the service: game servers with any server SDK 5 connect to it,
and the unmodified AWS CLI and AWS SDKs speak to it. It has fleets, computes,
game and player sessions, matchmaking with rule sets, and a page to look at.")

glift_deb(lua lua-gamelift interpreters "Amazon GameLift for game servers with Lua scripts"
"The modules gamelift and gamelift.match for Lua 5.1 to 5.4 and LuaJIT,
gamelift.testing for the tests of scripts, and the plugin by which an engine
with a C interface gives GameLift to its scripts."
library)

glift_deb(arena arena devel "Reference game server for Amazon GameLift"
"An arena that is played in a browser, in Lua on top of a small engine host:
the example of how game, engine, plugin and Amazon GameLift work together."
lua)
