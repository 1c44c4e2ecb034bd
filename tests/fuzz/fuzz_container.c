/* SPDX-License-Identifier: Apache-2.0 */
/* What container agents answer: every reader gives complete results or an error. */
#include "every_reader.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size > 0 ? size : 1); /* ends where the answer ends */
    HOLDS(copy != NULL);
    if (size > 0)
        memcpy(copy, data, size);
    HOLDS(container_documents_read(copy, size));
    free(copy);
    return 0;
}
