/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a client at gamelift-local's port: the head of a request, whose texts lie in it and whose length
 * no sign, blank or second header can hide; and frames, whose masks are taken off in any split alike.
 *
 * The input: one byte that chooses the pieces, and the stream. */
#include "fuzz.h"
#include "fuzz_cut.h"
#include "listen/listen_frames.h"
#include "listen/listen_request.h"

#include <string.h>

static bool lies_in(const char *text, const char *bytes, size_t length)
{
    return text[0] == '\0' || (text >= bytes && text + strlen(text) < bytes + length);
}

static void check_head(const uint8_t *stream, size_t length, fuzz_cut *cut)
{
    size_t looked = 0, whole = 0, end = listen_head_length((const char *)stream, length, &whole), found = 0;
    for (size_t at = 0; at < length && found == 0;) {
        at += fuzz_cut_next(cut);
        found = listen_head_length((const char *)stream, at < length ? at : length, &looked);
    }
    HOLDS(found == end);
    if (end == 0)
        return;
    char *head = malloc(end);
    listen_request request;
    memcpy(head, stream, end);
    if (listen_read_head(head, end, &request) == NULL) {
        const char *const texts[] = {request.method, request.query, request.host, request.origin,
                request.target, request.key, request.version};
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
            HOLDS(lies_in(texts[i], head, end));
        HOLDS(request.path[0] == '/' && strlen(request.path) < end &&
                (!request.head.is_chunked || !request.head.has_content_length));
    }
    free(head);
}

static void check_frames(const uint8_t *stream, size_t length, fuzz_cut *cut)
{
    uint8_t *whole = malloc(length + LISTEN_FRAME_HEAD_MAX), *pieces = malloc(length + LISTEN_FRAME_HEAD_MAX);
    listen_unmasker one = {0}, other = {0};
    size_t whole_length, pieces_length = 0;
    bool good = listen_unmask(&one, stream, length, whole, &whole_length), still = true;
    HOLDS(whole_length <= length);
    for (size_t at = 0, part, written; at < length && still; at += part) {
        part = fuzz_cut_next(cut);
        part = part < length - at ? part : length - at;
        still = listen_unmask(&other, stream + at, part, pieces + pieces_length, &written);
        pieces_length += written;
    }
    HOLDS(good == still && whole_length == pieces_length && memcmp(whole, pieces, whole_length) == 0);
    free(whole);
    free(pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    fuzz_cut cut = fuzz_cut_of(data[0]);
    check_head(data + 1, size - 1, &cut);
    check_frames(data + 1, size - 1, &cut);
    return 0;
}
