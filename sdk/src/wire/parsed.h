/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the codec: what a parsed message is. */
#ifndef GLIFT_PARSED_H
#define GLIFT_PARSED_H

#include "wire/codec.h"
#include "wire/json.h"

struct glift__parsed {
    glift__json *root; /* an object */
    int status_code;   /* as in the envelope */
};

#endif
