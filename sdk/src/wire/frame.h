/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the codec: what a frame is. */
#ifndef GLIFT_FRAME_H
#define GLIFT_FRAME_H

#include "wire/codec.h"
#include "wire/json.h"

struct glift__frame {
    glift__json *root; /* an object */
    int status_code;   /* as in the envelope */
};

#endif
