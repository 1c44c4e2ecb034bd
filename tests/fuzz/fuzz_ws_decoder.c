/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a server through the WebSocket decoder: in one piece, in pieces that the input chooses, and
 * through a second decoder that is written in another way. All say the same, no message passes its limit, and
 * what the decoder takes as text is UTF-8.
 *
 * The input: one byte that chooses the pieces, one that chooses the limit, and the stream. */
#include "fuzz.h"
#include "fuzz_cut.h"
#include "ws_reference.h"
#include "ws_trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    fuzz_cut cut = fuzz_cut_of(data[0]);
    uint64_t limit = data[1] == 0 ? UINT64_MAX : (uint64_t)data[1] * data[1];
    const uint8_t *stream = data + 2;
    size_t length = size - 2;
    const char *fault, *fault_in_pieces;
    char *whole = ws_trace_of(stream, length, limit, NULL, NULL, &fault);
    char *in_pieces = ws_trace_of(stream, length, limit, fuzz_cut_next, &cut, &fault_in_pieces);
    char *reference = ws_reference_of(stream, length, limit);
    HOLDS(strcmp(whole, in_pieces) == 0);
    HOLDS(fault == fault_in_pieces);
    HOLDS(strcmp(whole, reference) == 0);
    free(whole);
    free(in_pieces);
    free(reference);
    return 0;
}
