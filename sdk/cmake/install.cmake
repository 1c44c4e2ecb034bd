# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts in place for games: headers, the references that they cite, both libraries, pkg-config and
# a CMake package.
include(CMakePackageConfigHelpers)

set(glift_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/gamelift)

install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/include/gamelift DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT sdk)
install(FILES docs/README.md docs/protocol.md docs/scale.md docs/service-model.md
  DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/gamelift COMPONENT sdk)
set_target_properties(gamelift_static PROPERTIES EXPORT_NAME static)
install(TARGETS gamelift EXPORT gamelift-targets
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT library
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT sdk
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk)
install(TARGETS gamelift_static EXPORT gamelift-static-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk)
foreach(export gamelift-targets gamelift-static-targets)
  install(EXPORT ${export} NAMESPACE gamelift:: DESTINATION ${glift_package_dir} COMPONENT sdk)
endforeach()

if(GLIFT_BUNDLE OR WIN32)
  set(glift_has_cjson_inside TRUE)
endif()
set(glift_microsoft_import ${CMAKE_INSTALL_LIBDIR}/gamelift.lib)
configure_package_config_file(${CMAKE_CURRENT_SOURCE_DIR}/cmake/gamelift-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/gamelift-config.cmake INSTALL_DESTINATION ${glift_package_dir}
  PATH_VARS glift_microsoft_import)
# While the major version is 0, each minor version has an interface of its own.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/gamelift-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/gamelift-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/gamelift-config-version.cmake
  DESTINATION ${glift_package_dir} COMPONENT sdk)

# The file finds its prefix from where it lies, so `cmake --install --prefix` and moved trees work.
file(RELATIVE_PATH glift_pc_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
# What the archive needs stands there as libraries, not as packages: these would be looked for in any case.
if(WIN32)
  set(glift_pc_private "-lssl -lcrypto -lws2_32 -lbcrypt -lcrypt32 -lssp")
elseif(GLIFT_BUNDLE)
  set(glift_pc_private "-lssl -lcrypto -pthread -lm")
else()
  set(glift_pc_private "-lcjson -lssl -lcrypto -pthread -lm")
endif()
configure_file(${CMAKE_CURRENT_SOURCE_DIR}/cmake/gamelift.pc.in ${CMAKE_CURRENT_BINARY_DIR}/gamelift.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/gamelift.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT sdk)
