/* SPDX-License-Identifier: Apache-2.0 */
/* A body of the AWS API in CBOR: whatever it is, it is read or refused with a sentence, and what was read is
 * written to bytes that mean the same. */
#include "api/cbor.h"
#include "fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *why = NULL;
    cJSON *tree = local_cbor_read((const char *)data, size, &why);
    if (tree == NULL) {
        HOLDS(why != NULL && why[0] != '\0');
        return 0;
    }
    glift__text once = {0}, twice = {0};
    HOLDS(local_cbor_write(tree, &once));
    cJSON *again = local_cbor_read(once.bytes, once.length, &why);
    HOLDS(again != NULL);
    HOLDS(local_cbor_write(again, &twice));
    HOLDS(once.length == twice.length && memcmp(once.bytes, twice.bytes, once.length) == 0);
    glift__text_free(&once);
    glift__text_free(&twice);
    cJSON_Delete(tree);
    cJSON_Delete(again);
    return 0;
}
