/* SPDX-License-Identifier: Apache-2.0 */
/* What a service may and may not send over an open WebSocket (RFC 6455), played by a peer that writes bytes:
 * each case is delivered, answered, or fails the connection with the right code; and nothing else on the same
 * I/O suffers. */
#include "../../unit/test.h"

#include "outsider.h"

typedef struct frames_case {
    const char *name;
    const char *bytes;
    size_t size;
    int code;         /* that the connection fails with; 0: it stays */
    int messages;     /* that are delivered */
    const char *pong; /* the last one; NULL: none */
} frames_case;

typedef struct played {
    const frames_case *what;
    size_t cut; /* written in two parts; SIZE_MAX: byte by byte */
    heard heard;
} played;

static glift_io *io;
static bystander beside;

static void write_played(ws_peer *peer, const played *self)
{
    if (self->cut != SIZE_MAX) {
        write_cut_at(peer, self->what->bytes, self->what->size, self->cut);
        return;
    }
    for (size_t i = 0; i < self->what->size; i++)
        write_cut_at(peer, self->what->bytes + i, 1, 1);
}

static void play_frames(ws_service *service, void *argument)
{
    played *self = argument;
    ws_peer peer = ws_accept_upgraded(service);
    write_played(&peer, self);
    if (self->what->code == 0)
        hear_until_answer(&peer, &self->heard, self->what->pong);
    else
        hear_until_end(&peer, &self->heard);
    ws_close(&peer);
}

static bool is_as_expected(const played *self, const game *after)
{
    const frames_case *what = self->what;
    const char *pong = what->pong != NULL ? what->pong : "";
    int messages = messages_of(after);
    if (self->heard.close_code == what->code && messages == what->messages &&
            strcmp(self->heard.pong, pong) == 0 && (self->heard.pong_count > 0) == (what->pong != NULL))
        return true;
    printf("# %s, cut at %zd: code %d, expected %d; %d messages, expected %d; pong %s, expected %s\n",
            what->name, (ssize_t)self->cut, self->heard.close_code, what->code, messages, what->messages,
            self->heard.pong, pong);
    return false;
}

static bool holds(const frames_case *what, size_t cut)
{
    played self = {.what = what, .cut = cut};
    if (is_set("GLIFT_TEST_VERBOSE"))
        printf("# %s\n", what->name);
    game *after = play_against(io, play_frames, &self, GLIFT_RECONNECTING);
    bool result = is_as_expected(&self, after);
    free(after);
    return result;
}

static void check_all(const frames_case *cases, size_t count)
{
    size_t failed = 0;
    io = outsider_io();
    beside = open_bystander(io);
    for (size_t i = 0; i < count; i++)
        failed += !holds(&cases[i], 0);
    close_bystander(&beside);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    CHECK_INT(failed, 0);
}

#define CHECK_ALL(cases) check_all((cases), sizeof(cases) / sizeof(cases)[0])

#define TEXT_126                                                                                             \
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"   \
    "01234567890123456789012345"
#define TEXT_125                                                                                             \
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"   \
    "0123456789012345678901234"

/* ---- lengths ---- */

TEST(each_form_of_a_length_is_read_and_only_the_shortest_is_legal)
{
    static const frames_case cases[] = {
            {"an empty text", BYTES("\x81\x00"), .messages = 1},
            {"a text of one byte", BYTES("\x81\x01x"), .messages = 1},
            {"a text of 125 bytes", BYTES("\x81\x7d" TEXT_125), .messages = 1},
            {"a text of 126 bytes", BYTES("\x81\x7e\x00\x7e" TEXT_126), .messages = 1},
            {"an empty binary message", BYTES("\x82\x00"), .messages = 0},
            {"a binary message that is not UTF-8", BYTES("\x82\x03\xff\x00\xfe"), .messages = 0},
            {"many texts in one packet", BYTES("\x81\x01x\x81\x01y\x81\x01z\x81\x00"), .messages = 4},
            {"16 bits for a length of 125", BYTES("\x81\x7e\x00\x7d" TEXT_125), .code = 1002},
            {"16 bits for a length of 0", BYTES("\x81\x7e\x00\x00"), .code = 1002},
            {"64 bits for a length of 126", BYTES("\x81\x7f\0\0\0\0\0\0\0\x7e"), .code = 1002},
            {"64 bits for a length of 65535", BYTES("\x81\x7f\0\0\0\0\0\0\xff\xff"), .code = 1002},
            {"a length with its highest bit set", BYTES("\x81\x7f\x80\0\0\0\0\0\0\0"), .code = 1002},
            {"a length with all bits set", BYTES("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff"), .code = 1002},
    };
    CHECK_ALL(cases);
}

/* ---- bits, opcodes, masks ---- */

TEST(reserved_bits_fail_the_connection)
{
    static const frames_case cases[] = {
            {"RSV1 of a text", BYTES("\xc1\x01x"), .code = 1002},
            {"RSV2 of a text", BYTES("\xa1\x01x"), .code = 1002},
            {"RSV3 of a text", BYTES("\x91\x01x"), .code = 1002},
            {"all three, of a binary message", BYTES("\xf2\x01x"), .code = 1002},
            {"RSV1 of an empty text", BYTES("\xc1\x00"), .code = 1002},
            {"RSV1 of a continuation", BYTES("\x01\x01x\xc0\x01y"), .code = 1002},
            {"RSV2 of a ping", BYTES("\xa9\x01x"), .code = 1002},
            {"RSV3 of a pong", BYTES("\x9a\x01x"), .code = 1002},
            {"RSV1 of a Close frame", BYTES("\xc8\x02\x03\xe8"), .code = 1002},
            {"behind a good text", BYTES("\x81\x01x\xc1\x01y"), .code = 1002, .messages = 1},
            {"behind a ping", BYTES("\x89\x01p\xc1\x01y"), .code = 1002, .pong = "p"},
    };
    CHECK_ALL(cases);
}

TEST(reserved_opcodes_fail_the_connection)
{
    static const frames_case cases[] = {
            {"opcode 3", BYTES("\x83\x00"), .code = 1002},
            {"opcode 4", BYTES("\x84\x01x"), .code = 1002},
            {"opcode 5", BYTES("\x85\x00"), .code = 1002},
            {"opcode 6", BYTES("\x86\x01x"), .code = 1002},
            {"opcode 7, not final", BYTES("\x07\x00"), .code = 1002},
            {"opcode 11", BYTES("\x8b\x00"), .code = 1002},
            {"opcode 12", BYTES("\x8c\x01x"), .code = 1002},
            {"opcode 13", BYTES("\x8d\x00"), .code = 1002},
            {"opcode 14", BYTES("\x8e\x01x"), .code = 1002},
            {"opcode 15", BYTES("\x8f\x00"), .code = 1002},
            {"opcode 3 within a message", BYTES("\x01\x01x\x83\x00"), .code = 1002},
            {"opcode 15 behind a text", BYTES("\x81\x01x\x8f\x01y"), .code = 1002, .messages = 1},
    };
    CHECK_ALL(cases);
}

/* RFC 6455, 5.1: a client must close the connection when it detects a masked frame. */
TEST(a_masked_frame_fails_the_connection_and_is_not_delivered)
{
    static const frames_case cases[] = {
            {"a masked text", BYTES("\x81\x81\0\0\0\0x"), .code = 1002},
            {"a masked text with a real mask", BYTES("\x81\x82\x11\x22\x33\x44\x6a\x5f"), .code = 1002},
            {"a masked empty text", BYTES("\x81\x80\0\0\0\0"), .code = 1002},
            {"a masked ping", BYTES("\x89\x81\0\0\0\0x"), .code = 1002},
            {"a masked pong", BYTES("\x8a\x80\0\0\0\0"), .code = 1002},
            {"a masked Close frame", BYTES("\x88\x82\0\0\0\0\x03\xe8"), .code = 1002},
            {"a masked continuation", BYTES("\x01\x01x\x80\x81\0\0\0\0y"), .code = 1002},
            {"a masked binary message", BYTES("\x82\x81\0\0\0\0x"), .code = 1002},
            {"a masked frame of 126 bytes", BYTES("\x81\xfe\0\x7e\0\0\0\0" TEXT_126), .code = 1002},
    };
    CHECK_ALL(cases);
}

/* ---- pings and pongs ---- */

TEST(pings_are_answered_and_pongs_are_not)
{
    static const frames_case cases[] = {
            {"an empty ping", BYTES("\x89\x00"), .pong = ""},
            {"a ping", BYTES("\x89\x05hello"), .pong = "hello"},
            {"a ping of 125 bytes", BYTES("\x89\x7d" TEXT_125), .pong = TEXT_125},
            {"a ping that is not UTF-8", BYTES("\x89\x02\xff\xfe"), .pong = "\xff\xfe"},
            {"two pings in one packet",
                    BYTES("\x89\x01"
                          "a\x89\x01"
                          "b"),
                    .pong = "b"},
            {"a pong that nobody asked for", BYTES("\x8a\x05hello"), .messages = 0},
            {"an empty pong", BYTES("\x8a\x00"), .messages = 0},
            {"a pong, then a ping", BYTES("\x8a\x01x\x89\x01y"), .pong = "y"},
            {"a ping of 126 bytes", BYTES("\x89\x7e\x00\x7e" TEXT_126), .code = 1002},
            {"a pong of 126 bytes", BYTES("\x8a\x7e\x00\x7e" TEXT_126), .code = 1002},
            {"a ping of 2^63 bytes", BYTES("\x89\x7f\x80\0\0\0\0\0\0\0"), .code = 1002},
            {"a ping that is not final", BYTES("\x09\x01x"), .code = 1002},
            {"a pong that is not final", BYTES("\x0a\x00"), .code = 1002},
            {"a ping in fragments", BYTES("\x09\x01x\x80\x01y"), .code = 1002},
    };
    CHECK_ALL(cases);
}

/* ---- fragments ---- */

TEST(fragments_are_joined_and_out_of_turn_they_fail_the_connection)
{
    static const frames_case cases[] = {
            {"two fragments", BYTES("\x01\x02he\x80\x03llo"), .messages = 1},
            {"three, of one byte each", BYTES("\x01\x01x\x00\x01y\x80\x01z"), .messages = 1},
            {"empty fragments", BYTES("\x01\x00\x00\x00\x80\x00"), .messages = 1},
            {"an empty last one", BYTES("\x01\x01x\x80\x00"), .messages = 1},
            {"a ping in between", BYTES("\x01\x01x\x89\x01p\x80\x01y"), .messages = 1, .pong = "p"},
            {"a pong in between", BYTES("\x01\x01x\x8a\x01p\x80\x01y"), .messages = 1},
            {"two messages of two", BYTES("\x01\x01x\x80\x01y\x01\x01x\x80\x01y"), .messages = 2},
            {"a binary message in fragments", BYTES("\x02\x01\xff\x00\x01\xff\x80\x01\xff"), .messages = 0},
            {"a text behind it", BYTES("\x02\x01\xff\x80\x01\xff\x81\x01x"), .messages = 1},
            {"a message that never ends", BYTES("\x01\x01x\x00\x01y"), .messages = 0},
            {"a continuation of nothing", BYTES("\x80\x01x"), .code = 1002},
            {"one that is not final", BYTES("\x00\x01x"), .code = 1002},
            {"a continuation behind a whole text", BYTES("\x81\x01x\x80\x01y"), .code = 1002, .messages = 1},
            {"a continuation behind a last one", BYTES("\x01\x01x\x80\x01y\x80\x01z"), .code = 1002,
                    .messages = 1},
            {"a text within a text", BYTES("\x01\x01x\x81\x01y"), .code = 1002},
            {"a text that begins within a text", BYTES("\x01\x01x\x01\x01y\x80\x01z"), .code = 1002},
            {"a binary message within a text", BYTES("\x01\x01x\x82\x01y"), .code = 1002},
            {"a text within a binary message", BYTES("\x02\x01x\x81\x01y"), .code = 1002},
    };
    CHECK_ALL(cases);
}

/* ---- UTF-8 ---- */

TEST(text_that_is_utf_8_is_delivered)
{
    static const frames_case cases[] = {
            {"U+0000", BYTES("\x81\x01\x00"), .messages = 1},
            {"two to four bytes each", BYTES("\x81\x09\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), .messages = 1},
            {"U+007F, U+0080", BYTES("\x81\x03\x7f\xc2\x80"), .messages = 1},
            {"U+07FF, U+0800", BYTES("\x81\x05\xdf\xbf\xe0\xa0\x80"), .messages = 1},
            {"U+D7FF, U+E000", BYTES("\x81\x06\xed\x9f\xbf\xee\x80\x80"), .messages = 1},
            {"U+FFFE, U+FFFF", BYTES("\x81\x06\xef\xbf\xbe\xef\xbf\xbf"), .messages = 1},
            {"U+10000, U+10FFFF", BYTES("\x81\x08\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), .messages = 1},
            {"a character cut after 1 of 2", BYTES("\x01\x01\xc3\x80\x01\xa4"), .messages = 1},
            {"a character cut after 1 of 4", BYTES("\x01\x01\xf0\x80\x03\x9f\x98\x80"), .messages = 1},
            {"cut everywhere", BYTES("\x01\x01\xf0\x00\x01\x9f\x00\x01\x98\x80\x01\x80"), .messages = 1},
            {"cut, a ping in between", BYTES("\x01\x01\xe2\x89\x00\x00\x01\x82\x80\x01\xac"), .messages = 1,
                    .pong = ""},
            {"cut, an empty fragment in between", BYTES("\x01\x01\xe2\x00\x00\x80\x02\x82\xac"),
                    .messages = 1},
    };
    CHECK_ALL(cases);
}

TEST(text_that_is_not_utf_8_fails_the_connection)
{
    static const frames_case cases[] = {
            {"FE", BYTES("\x81\x01\xfe"), .code = 1007},
            {"FF behind good text",
                    BYTES("\x81\x04good"
                          "\x81\x03ok\xff"),
                    .code = 1007, .messages = 1},
            {"a lone continuation", BYTES("\x81\x01\x80"), .code = 1007},
            {"two of them", BYTES("\x81\x02\xbf\x80"), .code = 1007},
            {"cut off after 1 of 2", BYTES("\x81\x01\xc3"), .code = 1007},
            {"cut off after 3 of 4", BYTES("\x81\x03\xf0\x9f\x98"), .code = 1007},
            {"cut off and followed by ASCII", BYTES("\x81\x03\xe2\x82x"), .code = 1007},
            {"U+002F in two bytes", BYTES("\x81\x02\xc0\xaf"), .code = 1007},
            {"U+007F in two bytes", BYTES("\x81\x02\xc1\xbf"), .code = 1007},
            {"U+07FF in three", BYTES("\x81\x03\xe0\x9f\xbf"), .code = 1007},
            {"U+FFFF in four", BYTES("\x81\x04\xf0\x8f\xbf\xbf"), .code = 1007},
            {"U+D800", BYTES("\x81\x03\xed\xa0\x80"), .code = 1007},
            {"U+DFFF", BYTES("\x81\x03\xed\xbf\xbf"), .code = 1007},
            {"a pair of surrogates", BYTES("\x81\x06\xed\xa0\x80\xed\xb0\x80"), .code = 1007},
            {"U+110000", BYTES("\x81\x04\xf4\x90\x80\x80"), .code = 1007},
            {"U+13FFFF", BYTES("\x81\x04\xf4\xbf\xbf\xbf"), .code = 1007},
            {"five bytes", BYTES("\x81\x05\xf8\x88\x80\x80\x80"), .code = 1007},
            {"six bytes", BYTES("\x81\x06\xfc\x84\x80\x80\x80\x80"), .code = 1007},
            {"in the second fragment", BYTES("\x01\x01x\x80\x01\xff"), .code = 1007},
            {"a last fragment in mid-character", BYTES("\x01\x01x\x80\x01\xc3"), .code = 1007},
            {"an empty last fragment in mid-character", BYTES("\x01\x01\xc3\x80\x00"), .code = 1007},
            {"a fragment that goes on wrongly", BYTES("\x01\x01\xc3\x80\x01x"), .code = 1007},
            {"one that would be right in one of two frames", BYTES("\x81\x01\xc3\x81\x01\xa4"), .code = 1007},
    };
    CHECK_ALL(cases);
}

/* ---- Close frames ---- */

TEST(a_close_frame_is_answered_with_its_code)
{
    static const frames_case cases[] = {
            {"no code", BYTES("\x88\x00"), .code = 1005},
            {"1000", BYTES("\x88\x02\x03\xe8"), .code = 1000},
            {"1001", BYTES("\x88\x02\x03\xe9"), .code = 1001},
            {"1002", BYTES("\x88\x02\x03\xea"), .code = 1002},
            {"1003", BYTES("\x88\x02\x03\xeb"), .code = 1003},
            {"1007", BYTES("\x88\x02\x03\xef"), .code = 1007},
            {"1008", BYTES("\x88\x02\x03\xf0"), .code = 1008},
            {"1009", BYTES("\x88\x02\x03\xf1"), .code = 1009},
            {"1010", BYTES("\x88\x02\x03\xf2"), .code = 1010},
            {"1011", BYTES("\x88\x02\x03\xf3"), .code = 1011},
            {"1012", BYTES("\x88\x02\x03\xf4"), .code = 1012},
            {"1014", BYTES("\x88\x02\x03\xf6"), .code = 1014},
            {"3000", BYTES("\x88\x02\x0b\xb8"), .code = 3000},
            {"3999", BYTES("\x88\x02\x0f\x9f"), .code = 3999},
            {"4000", BYTES("\x88\x02\x0f\xa0"), .code = 4000},
            {"4999", BYTES("\x88\x02\x13\x87"), .code = 4999},
            {"a reason",
                    BYTES("\x88\x05\x03\xe8"
                          "bye"),
                    .code = 1000},
            {"a reason of three-byte characters", BYTES("\x88\x05\x03\xe8\xe2\x82\xac"), .code = 1000},
            {"a text behind it", BYTES("\x88\x02\x03\xe8\x81\x01x"), .code = 1000},
            {"a ping behind it", BYTES("\x88\x02\x03\xe8\x89\x01x"), .code = 1000},
            {"garbage behind it", BYTES("\x88\x02\x03\xe8\xff\xff\xff\xff"), .code = 1000},
            {"a second one", BYTES("\x88\x02\x03\xe8\x88\x02\x03\xe9"), .code = 1000},
            {"within a message", BYTES("\x01\x01x\x88\x02\x03\xe8\x80\x01y"), .code = 1000},
            {"behind a text", BYTES("\x81\x01x\x88\x02\x03\xe8"), .code = 1000, .messages = 1},
    };
    CHECK_ALL(cases);
}

TEST(a_close_frame_that_is_none_fails_the_connection)
{
    static const frames_case cases[] = {
            {"one byte", BYTES("\x88\x01\x03"), .code = 1002},
            {"code 0", BYTES("\x88\x02\x00\x00"), .code = 1002},
            {"999", BYTES("\x88\x02\x03\xe7"), .code = 1002},
            {"1004", BYTES("\x88\x02\x03\xec"), .code = 1002},
            {"1005", BYTES("\x88\x02\x03\xed"), .code = 1002},
            {"1006", BYTES("\x88\x02\x03\xee"), .code = 1002},
            {"1015", BYTES("\x88\x02\x03\xf7"), .code = 1002},
            {"1016", BYTES("\x88\x02\x03\xf8"), .code = 1002},
            {"2000", BYTES("\x88\x02\x07\xd0"), .code = 1002},
            {"2999", BYTES("\x88\x02\x0b\xb7"), .code = 1002},
            {"5000", BYTES("\x88\x02\x13\x88"), .code = 1002},
            {"65535", BYTES("\x88\x02\xff\xff"), .code = 1002},
            {"126 bytes", BYTES("\x88\x7e\x00\x7e" TEXT_126), .code = 1002},
            {"not final", BYTES("\x08\x02\x03\xe8"), .code = 1002},
            {"a reason that is not UTF-8", BYTES("\x88\x04\x03\xe8\xc3x"), .code = 1007},
            {"a reason that is cut in a character", BYTES("\x88\x03\x03\xe8\xc3"), .code = 1007},
    };
    CHECK_ALL(cases);
}

/* ---- the same in any split ---- */

TEST(it_is_the_same_wherever_the_bytes_are_cut)
{
    static const frames_case cases[] = {
            {"a life",
                    BYTES("\x81\x02hi\x01\x01\xe2\x89\x01p\x80\x02\x82\xac\x8a\x00\x81\x7e\x00\x7e" TEXT_126
                          "\x88\x04\x03\xe9ok"),
                    .code = 1001, .messages = 3, .pong = "p"},
            {"text that is not UTF-8", BYTES("\x01\x04\xf0\x9f\x98\x80\x00\x02\xf0\x9f\x80\x02\x98x"),
                    .code = 1007},
            {"a length with its highest bit set", BYTES("\x89\x01p\x81\x7f\x80\0\0\0\0\0\0\0"), .code = 1002,
                    .pong = "p"},
            {"a masked frame", BYTES("\x81\x01x\x81\x81\1\2\3\4x"), .code = 1002, .messages = 1},
    };
    size_t failed = 0;
    io = outsider_io();
    beside = open_bystander(io);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t cut = 1; cut < cases[i].size && cut < 40; cut++)
            failed += !holds(&cases[i], cut);
        failed += !holds(&cases[i], SIZE_MAX);
    }
    close_bystander(&beside);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
    CHECK_INT(failed, 0);
}
