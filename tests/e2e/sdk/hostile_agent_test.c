/* SPDX-License-Identifier: Apache-2.0 */
/* A container agent whose answers are right in an unusual form, wrong, or meant to do harm (wire
 * protocol 1.4): credentials are taken from a whole answer alone, and nothing else on the same I/O suffers.
 */
#include "../../unit/test.h"

#include "outsider.h"

#define OK_200      "HTTP/1.1 200 OK\r\n"
#define CHUNKED     OK_200 "Transfer-Encoding: chunked\r\n\r\n"
#define CREDENTIALS "{\"AccessKeyId\":\"AKIA\",\"SecretAccessKey\":\"secret\",\"Token\":\"token\"}" /* 65 */
#define BYTES_64    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define KILOBYTE                                                                                             \
    BYTES_64 BYTES_64 BYTES_64 BYTES_64 BYTES_64 BYTES_64 BYTES_64 BYTES_64 BYTES_64 BYTES_64 BYTES_64       \
            BYTES_64 BYTES_64 BYTES_64 BYTES_64 BYTES_64

typedef struct agent_case {
    const char *name;
    const char *text;
    bool is_taken; /* as credentials */
    bool ends;     /* the agent closes behind it */
} agent_case;

typedef struct played {
    const agent_case *what;
    size_t cut;          /* SIZE_MAX: byte by byte */
    bool was_asked_more; /* the client had the credentials, and asked for the task */
} played;

static glift_io *io;
static bystander beside;

/* Ends when the client has asked for something else, or has asked again because it could not use the answer.
 */
static void play_agent(ws_service *service, void *argument)
{
    played *self = argument;
    const char *text = self->what->text;
    ws_peer peer = ws_accept(service);
    free(ws_read_request(&peer));
    if (self->cut == SIZE_MAX)
        for (const char *at = text; *at != '\0'; at++)
            write_cut_at(&peer, at, 1, 1);
    else
        write_cut_at(&peer, text, strlen(text), self->cut);
    if (self->what->ends)
        ws_close(&peer);
    ws_peer next = ws_accept(service);
    char *request = ws_read_request(&next);
    self->was_asked_more = strstr(request, "/metadata/task ") != NULL;
    free(request);
    ws_close(&next);
    if (!self->what->ends)
        ws_close(&peer);
}

static bool holds(const agent_case *what, size_t cut)
{
    played self = {.what = what, .cut = cut};
    char credentials[64], metadata[64];
    ws_service agent = ws_service_open(NULL, NULL, NULL);
    script peer = {.play = play_agent, .argument = &self, .service = &agent};
    snprintf(credentials, sizeof credentials, "http://127.0.0.1:%u/credentials", agent.port);
    snprintf(metadata, sizeof metadata, "http://127.0.0.1:%u/metadata", agent.port);
    CHECK_INT(pthread_create(&peer.thread, NULL, run_script, &peer), 0);
    game *victim = start_game_of((glift_server_desc){.websocket_url = "ws://127.0.0.1:1",
            .aws_region = "us-west-2",
            .compute_type = "CONTAINER",
            .container_credentials_uri = credentials,
            .container_metadata_uri = metadata,
            .io = io});
    while (!atomic_load(&peer.is_over))
        tick_soon(victim);
    CHECK_INT(pthread_join(peer.thread, NULL), 0);
    if (self.was_asked_more != what->is_taken)
        printf("# %s, cut at %zd: %s\n%s", what->name, (ssize_t)cut,
                self.was_asked_more ? "taken" : "not taken", victim->log);
    end_game(victim);
    ws_service_close(&agent);
    return self.was_asked_more == what->is_taken;
}

static void begin(void)
{
    io = outsider_io();
    beside = open_bystander(io);
}

static void end(void)
{
    close_bystander(&beside);
    CHECK_INT(glift_io_destroy(io), GLIFT_OK);
}

static void check_all(const agent_case *cases, size_t count)
{
    size_t failed = 0;
    begin();
    for (size_t i = 0; i < count; i++)
        failed += !holds(&cases[i], 0);
    end();
    CHECK_INT(failed, 0);
}

#define CHECK_ALL(cases) check_all((cases), sizeof(cases) / sizeof(cases)[0])

TEST(credentials_are_taken_from_a_whole_answer_in_any_legal_form)
{
    static const agent_case cases[] = {
            {"a length", OK_200 "Content-Length: 65\r\n\r\n" CREDENTIALS, true, false},
            {"the end", "HTTP/1.0 200 OK\r\n\r\n" CREDENTIALS, true, true},
            {"one chunk", CHUNKED "41\r\n" CREDENTIALS "\r\n0\r\n\r\n", true, false},
            {"capital digits and an extension", CHUNKED "0041;a=\"b\"\r\n" CREDENTIALS "\r\n0;x\r\n\r\n",
                    true, false},
            {"trailers", CHUNKED "41\r\n" CREDENTIALS "\r\n0\r\nX: y\r\nZ: z\r\n\r\n", true, false},
            {"an interim answer", "HTTP/1.1 100 x\r\n\r\n" OK_200 "Content-Length: 65\r\n\r\n" CREDENTIALS,
                    true, false},
            {"a second answer behind it", OK_200 "Content-Length: 65\r\n\r\n" CREDENTIALS OK_200 "\r\n", true,
                    false},
            {"lines that end with LF alone", "HTTP/1.1 200 OK\nContent-Length: 65\n\n" CREDENTIALS, true,
                    false},
    };
    CHECK_ALL(cases);
}

TEST(credentials_are_taken_wherever_the_answer_is_cut)
{
    static const agent_case cut = {"",
            CHUNKED "a\r\n{\"AccessKe\r\n37\r\nyId\":\"AKIA\",\"SecretAccessKey\":"
                    "\"secret\",\"Token\":\"token\"}\r\n0\r\n\r\n",
            true, false};
    size_t failed = 0;
    begin();
    for (size_t at = 1; at < strlen(cut.text); at++)
        failed += !holds(&cut, at);
    failed += !holds(&cut, SIZE_MAX);
    end();
    CHECK_INT(failed, 0);
}

/* A good chunk and then one of ffffffff once copied a negative number of bytes. */
TEST(an_answer_of_the_agent_that_is_wrong_or_means_harm_is_not_taken)
{
    static const agent_case cases[] = {
            {"a good chunk, then ffffffff", CHUNKED "5\r\nhello\r\nffffffff\r\n" KILOBYTE, false, true},
            {"a good chunk, then fffffffb", CHUNKED "5\r\nhello\r\nfffffffb\r\n" KILOBYTE, false, true},
            {"a good chunk, then 80000000", CHUNKED "5\r\nhello\r\n80000000\r\n" KILOBYTE, false, true},
            {"a good chunk, then ffffffffffffffff", CHUNKED "5\r\nhello\r\nffffffffffffffff\r\n" KILOBYTE,
                    false, true},
            {"a good chunk, then fffffffffffffffb", CHUNKED "5\r\nhello\r\nfffffffffffffffb\r\n" KILOBYTE,
                    false, true},
            {"80000000", CHUNKED "80000000\r\n" KILOBYTE, false, true},
            {"ffffffff", CHUNKED "ffffffff\r\n" KILOBYTE, false, true},
            {"10000000000000041", CHUNKED "10000000000000041\r\n" CREDENTIALS "\r\n0\r\n\r\n", false, true},
            {"-41", CHUNKED "-41\r\n" CREDENTIALS "\r\n0\r\n\r\n", false, true},
            {"a chunk without its end", CHUNKED "41\r\n" CREDENTIALS "0\r\n\r\n", false, true},
            {"no last chunk", CHUNKED "41\r\n" CREDENTIALS "\r\n", false, true},
            {"a length that is not reached", OK_200 "Content-Length: 66\r\n\r\n" CREDENTIALS, false, true},
            {"a negative length", OK_200 "Content-Length: -1\r\n\r\n" CREDENTIALS, false, true},
            {"two lengths", OK_200 "Content-Length: 65\r\nContent-Length: 64\r\n\r\n" CREDENTIALS, false,
                    true},
            {"a length of 2^64", OK_200 "Content-Length: 18446744073709551616\r\n\r\n" CREDENTIALS, false,
                    true},
            {"a length of 2^64 + 65", OK_200 "Content-Length: 18446744073709551681\r\n\r\n" CREDENTIALS,
                    false, true},
            {"gzip", OK_200 "Transfer-Encoding: gzip, chunked\r\n\r\n41\r\n" CREDENTIALS "\r\n0\r\n\r\n",
                    false, true},
            {"not HTTP", CREDENTIALS "\r\n\r\n", false, true},
            {"404", "HTTP/1.1 404 x\r\nContent-Length: 65\r\n\r\n" CREDENTIALS, false, true},
            {"an interim answer alone", "HTTP/1.1 100 Continue\r\n\r\n", false, true},
            {"101", "HTTP/1.1 101 x\r\nUpgrade: x\r\n\r\n" CREDENTIALS, false, true},
            {"nothing", "", false, true},
    };
    CHECK_ALL(cases);
}
