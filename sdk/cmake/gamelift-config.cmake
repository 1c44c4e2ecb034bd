# SPDX-License-Identifier: Apache-2.0
# find_package(gamelift): gamelift::gamelift is the shared library, which needs nothing else at build time;
# gamelift::static is the archive, for which the libraries below it are looked up too.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(OpenSSL 3.0)
find_dependency(PkgConfig)
pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson>=1.7)
include(${CMAKE_CURRENT_LIST_DIR}/gamelift-targets.cmake)
