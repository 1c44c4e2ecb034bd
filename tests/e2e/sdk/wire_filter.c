/* SPDX-License-Identifier: Apache-2.0 */
/* The encoder and the decoders as a filter, for other implementations to be compared with (wire_test.py).
 *
 *   wire_filter decode            records of {limit, length, stream}      -> {length, lines of ws_trace.h}
 *   wire_filter encode            records of {first byte, mask, length, payload} -> {length, frame}
 *   wire_filter request URL NONCE                                         -> the request of a handshake
 *   wire_filter check KEY         the bytes of a response                 -> what is wrong, and how many are
 * left
 *
 * Numbers are of 32 bits, the lowest byte first. The first byte of a frame has its kind and 0x80 if it is
 * final. */
#include "../../unit/ws_trace.h"
#include "wire/ws_handshake.h"

static void fail(const char *message)
{
    fprintf(stderr, "wire_filter: %s\n", message);
    exit(2);
}

static bool read_exact(void *out, size_t size)
{
    size_t got = fread(out, 1, size, stdin);
    if (got != 0 && got != size)
        fail("the input ends inside a record");
    return got == size;
}

/* False: the input ends before it. */
static bool read_number(uint32_t *out)
{
    uint8_t bytes[4];
    bool is_there = read_exact(bytes, sizeof bytes);
    *out = !is_there
                   ? 0
                   : bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    return is_there;
}

/* A number, and as many bytes; heap. */
static uint8_t *read_bytes(size_t *length)
{
    uint32_t number;
    if (!read_number(&number))
        fail("a record without bytes");
    uint8_t *bytes = malloc((size_t)number + 1);
    if (bytes == NULL || (number > 0 && !read_exact(bytes, number)))
        fail("no bytes for a record");
    *length = number;
    return bytes;
}

static void write_bytes(const void *bytes, size_t length)
{
    uint8_t number[4] = {
            (uint8_t)length, (uint8_t)(length >> 8), (uint8_t)(length >> 16), (uint8_t)(length >> 24)};
    fwrite(number, 1, sizeof number, stdout);
    fwrite(bytes, 1, length, stdout);
}

static void decode(void)
{
    uint64_t seed = 88172645463325252u;
    uint32_t limit;
    while (read_number(&limit)) {
        size_t length;
        uint8_t *stream = read_bytes(&length);
        char *lines = ws_trace_of(stream, length, limit, trace_cut_random, &seed, NULL);
        write_bytes(lines, strlen(lines));
        free(lines);
        free(stream);
    }
}

static size_t encode_one(
        unsigned char *out, uint8_t first, const uint8_t *payload, size_t length, const uint8_t *mask)
{
    int kind = first & 15;
    if (kind == GLIFT__WS_CLOSE)
        return glift__ws_close_frame(
                out, length == 2 ? payload[0] << 8 | payload[1] : GLIFT__WS_CODE_NONE, mask);
    if (kind > GLIFT__WS_CLOSE)
        return glift__ws_control_frame(out, kind, payload, length, mask);
    return glift__ws_frame(out, kind, (first & 0x80) != 0, payload, length, mask);
}

static void encode(void)
{
    static unsigned char frame[GLIFT__WS_MAX_HEADER + GLIFT__WS_MAX_PAYLOAD];
    uint8_t first, mask[4];
    while (read_exact(&first, 1)) {
        size_t length;
        if (!read_exact(mask, sizeof mask))
            fail("a record without a mask");
        uint8_t *payload = read_bytes(&length);
        if (length > GLIFT__WS_MAX_PAYLOAD)
            fail("a payload that is too long");
        write_bytes(frame, encode_one(frame, first, payload, length, mask));
        free(payload);
    }
}

static void request(const char *url_text, const char *nonce)
{
    char key[GLIFT__WS_KEY_SIZE];
    const char *message;
    glift__url url;
    glift__text text = {0};
    if (strlen(nonce) != GLIFT__WS_NONCE_SIZE)
        fail("a nonce of another length");
    glift__ws_key((const uint8_t *)nonce, key);
    if (glift__url_split(url_text, &url, &message) != GLIFT_OK ||
            glift__ws_request(&url, key, &text) != GLIFT_OK)
        fail("not such a URL");
    fwrite(text.bytes, 1, text.length, stdout);
    glift__text_free(&text);
}

static void check(const char *key)
{
    static glift__http_response response;
    static uint8_t bytes[65536];
    const uint8_t *at = bytes;
    size_t length = fread(bytes, 1, sizeof bytes, stdin);
    glift__http_response_init(&response, UINT64_MAX);
    glift__http_event event = glift__http_response_next(&response, &at, &length);
    const char *problem = event.message;
    if (event.kind == GLIFT__HTTP_EVENT_HEAD)
        problem = glift__ws_handshake_problem(&response.head, key);
    printf("%s\n%zu\n", problem != NULL ? problem : "", length);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "decode") == 0)
        decode();
    else if (argc == 2 && strcmp(argv[1], "encode") == 0)
        encode();
    else if (argc == 4 && strcmp(argv[1], "request") == 0)
        request(argv[2], argv[3]);
    else if (argc == 3 && strcmp(argv[1], "check") == 0)
        check(argv[2]);
    else
        fail("decode | encode | request URL NONCE | check KEY");
    return 0;
}
