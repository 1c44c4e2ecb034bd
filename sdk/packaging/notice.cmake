# SPDX-License-Identifier: Apache-2.0
# NOTICE: the licences of the libraries that are inside of what is shipped.

# glift_notice(NAME FILE): one library, and the text of its licence.
function(glift_notice name file)
  file(READ ${file} text)
  set_property(GLOBAL APPEND_STRING PROPERTY GLIFT_NOTICE "\n---- ${name} ----\n\n${text}")
endfunction()

# glift_install_notice(): after the last of them.
function(glift_install_notice)
  if(NOT GLIFT_INSTALL)
    return()
  endif()
  get_property(text GLOBAL PROPERTY GLIFT_NOTICE)
  file(WRITE ${PROJECT_BINARY_DIR}/NOTICE
    "${PROJECT_NAME} ${PROJECT_VERSION} carries these libraries inside; what follows are their licences.\n${text}")
  install(FILES ${PROJECT_BINARY_DIR}/NOTICE ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR}
    COMPONENT library)
endfunction()
