/* SPDX-License-Identifier: Apache-2.0 */
/* What a local service is made from, and what it has to say to game servers. */
#ifndef LOCAL_DESC_H
#define LOCAL_DESC_H

#include "wire/codec.h"
#include "base/time.h"

typedef struct local_service local_service;

/* How long things may take; 0 means the service's own figure (service model 0.3). */
#define LOCAL_HEARTBEAT_PATIENCE_MS 180000

typedef struct local_patience {
    uint64_t heartbeat_ms;     /* without a healthy report: 180 000 */
    uint64_t process_ready_ms; /* from connect to ProcessReady: 300 000 */
    uint64_t activation_ms;    /* of a game session: 300 000 [E] */
    uint64_t reservation_ms;   /* of a player's seat: 60 000 */
    uint64_t exit_ms;          /* from TerminateProcess to ProcessEnding: 300 000 */
    uint64_t token_ms;         /* life of a compute's auth token: 3 h */
    uint64_t match_tick_ms;    /* between two looks at the tickets: 500 [E] */
    uint64_t match_settle_ms;  /* a match with free seats waits until nobody has come for so long: 1000 [E] */
} local_patience;

typedef struct local_service_desc {
    const char *region;        /* default "us-east-1" */
    const char *account;       /* default "000000000000"; 12 digits */
    const char *endpoint;      /* what RegisterCompute returns, "ws://127.0.0.1:9080" */
    const char *access_token;  /* that clients have to show (access.h); NULL: none */
    uint64_t seed;             /* ids are reproducible with a seed (S88); 0: from the time */
    bool remember_request_ids; /* de-duplicate RequestIds per process */
    local_patience patience;
    void (*log)(void *user, glift_log_level level, const char *text);
    void *log_user;
    glift_log_level log_level; /* lines below it are not even made */
    /* For how long an answer took, which tells nothing else: NULL: in milliseconds of the service's time. */
    uint64_t (*stopwatch_us)(void);
    /* What it keeps itself in and is made from (keep.h), which outlives it; NULL: nothing is kept. */
    const struct local_store *store;
} local_service_desc;

typedef struct local_output {
    uint64_t connection;
    glift__text text;         /* a message to send, the taker frees it; bytes NULL: close with close_code */
    int close_code;           /* or LOCAL_CUT: end the connection without a Close frame */
    const char *close_reason; /* static text, at most 123 bytes; NULL where nothing is closed */
    /* By faults: how many bytes a fragment of it has (0: it is not fragmented), and whether it goes out in
     * one piece with the message before it. */
    size_t fragment_bytes;
    bool joins;
} local_output;
#define LOCAL_CUT   0
#define LOCAL_RESET (-1) /* by RST */
/* The connection stays open, and nothing is sent or heard there any more. */
#define LOCAL_MUTE (-2)
/* Of connection 0: faults are taken back. Those that are mute are cut, answers that are held up come now. */
#define LOCAL_UNDO (-3)

#endif
