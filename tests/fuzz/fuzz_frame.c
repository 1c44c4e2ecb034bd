/* SPDX-License-Identifier: Apache-2.0 */
/* A message from the wire through every reader: what one of them accepts is written and read again, and
 * says the same. */
#include "every_reader.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* A control character of one byte is written as six; a longer message could not be sent. */
    if (size > GLIFT_MAX_MESSAGE_LENGTH / 6 - 1000)
        return 0;
    HOLDS(parsed_survives((const char *)data, size));
    return 0;
}
