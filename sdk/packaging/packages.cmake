# SPDX-License-Identifier: Apache-2.0
# What cpack makes: of a bundle and for Windows an archive that is unpacked anywhere, of the preset deb five packages for
# Debian.

option(GLIFT_DEB "Make Debian packages: the prefix is /usr, libraries are those of Debian" OFF)
set(GLIFT_MAINTAINER "Maintainers of GameLift for C <maintainers@example.org>" CACHE STRING
  "Who answers for the packages")

set(CPACK_PACKAGE_NAME gamelift)
set(CPACK_PACKAGE_VENDOR "GameLift for C")
set(CPACK_PACKAGE_CONTACT "${GLIFT_MAINTAINER}")
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
  WORLD_READ WORLD_EXECUTE)

string(TOLOWER ${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR} glift_machine)
set(CPACK_PACKAGE_FILE_NAME gamelift-${PROJECT_VERSION}-${glift_machine})
if(GLIFT_BUNDLE_OPENSSL)
  string(APPEND CPACK_PACKAGE_FILE_NAME -openssl)
endif()

set(CPACK_GENERATOR TGZ)
if(WIN32)
  set(CPACK_GENERATOR ZIP)
  include(${CMAKE_CURRENT_LIST_DIR}/windows/licences.cmake)
elseif(GLIFT_DEB)
  include(${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
endif()
include(CPack)
