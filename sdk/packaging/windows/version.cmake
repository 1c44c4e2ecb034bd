# SPDX-License-Identifier: Apache-2.0
# glift_describe(TARGET FILE DESCRIPTION): the file of a target says its version, as Windows shows it. Does nothing for the
# other systems.
if(WIN32)
  enable_language(RC)
endif()

set(glift_version_template ${CMAKE_CURRENT_LIST_DIR}/version.rc.in)
function(glift_describe target file description)
  if(NOT WIN32)
    return()
  endif()
  set(type 0x2) # a library
  if(file MATCHES "\\.exe$")
    set(type 0x1)
  endif()
  configure_file(${glift_version_template} ${CMAKE_CURRENT_BINARY_DIR}/${target}.rc @ONLY)
  # Apart, since the compiler's options are not for windres.
  add_library(${target}_version OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${target}.rc)
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_version>)
endfunction()
