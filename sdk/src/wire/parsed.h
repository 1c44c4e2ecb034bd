/* SPDX-License-Identifier: Apache-2.0 */
/* A parsed message, as the files of the codec see it. */
#ifndef GLIFT_PARSED_H
#define GLIFT_PARSED_H

#include "wire/codec.h"
#include "wire/json.h"

struct glift__parsed {
    glift__json *root; /* an object */
    int status_code;   /* the one in the envelope */
};

#endif
