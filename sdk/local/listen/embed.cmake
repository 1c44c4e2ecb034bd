# SPDX-License-Identifier: Apache-2.0
# A file as a C array: cmake -DINPUT=... -DOUTPUT=... -DNAME=... -P embed.cmake
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE ${OUTPUT} "#include <stddef.h>
extern const unsigned char ${NAME}[];
extern const size_t ${NAME}_length;
const unsigned char ${NAME}[] = {${bytes}};
const size_t ${NAME}_length = sizeof ${NAME};
")
