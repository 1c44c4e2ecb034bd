/* SPDX-License-Identifier: Apache-2.0 */
/* MatchmakerData: read, written and read again, it stays the same. */
#include "every_reader.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *json = malloc(size + 1);
    HOLDS(json != NULL);
    if (size > 0)
        memcpy(json, data, size);
    json[size] = '\0';
    HOLDS(matchmaker_data_survives(json));
    free(json);
    return 0;
}
