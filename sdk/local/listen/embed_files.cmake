# SPDX-License-Identifier: Apache-2.0
# Files of a folder as one table of listen/listen_files.h:
# cmake -DFOLDER=... -DFILES=a.html,b.js -DOUTPUT=... -DNAME=... -P embed_files.cmake
set(type_html "text/html; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_svg "image/svg+xml")
string(REPLACE "," ";" files "${FILES}")
set(arrays "")
set(rows "")
set(number 0)
foreach(file IN LISTS files)
  file(READ ${FOLDER}/${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE ".*\\." "" ending "${file}")
  if(NOT DEFINED type_${ending})
    message(FATAL_ERROR "embed_files.cmake knows no media type of ${file}")
  endif()
  string(APPEND arrays "static const unsigned char file_${number}[] = {${bytes}};\n")
  string(APPEND rows "        {\"${file}\", \"${type_${ending}}\", file_${number}, sizeof file_${number}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUTPUT} "#include \"listen/listen_files.h\"
${arrays}const listen_file ${NAME}[] = {
${rows}        {NULL, NULL, NULL, 0},
};
")
