/* SPDX-License-Identifier: Apache-2.0 */
/* The faults, as GET /_local/faults lists them. Whoever adds one adds its kind, its row, and the place that
 * asks for it; README.md has a line on each. */
#include "faults/faults.h"

#define INTEGER(name, least, most, value, text)                                                              \
    {                                                                                                        \
        name, text, PARAMETER_INTEGER, least, most, value, NULL                                              \
    }
#define FLAG(name, value, text)                                                                              \
    {                                                                                                        \
        name, text, PARAMETER_FLAG, 0, 1, value, NULL                                                        \
    }
#define TEXT(name, text)                                                                                     \
    {                                                                                                        \
        name, text, PARAMETER_TEXT, 0, FAULT_TEXT_MAX, 0, NULL                                               \
    }
#define CHOICE(name, list, text)                                                                             \
    {                                                                                                        \
        name, text, PARAMETER_CHOICE, 0, 0, 0, list                                                          \
    }

#define MONTH_S  2592000
#define MONTH_MS 2147483647

static const char *const ways_to_drop[] = {"close", "cut", "reset", "silence", "half_open", NULL};
static const char *const malformations[] = {
        "not_json", "cut_short", "not_an_object", "unknown_action", "unknown_request_id", NULL};
static const char *const outcomes[] = {"FAILED", "TIMED_OUT", "REJECTED", "BACKFILL_FAILED", NULL};

#define EVERY                                                                                                \
    INTEGER("every_seconds", 0, MONTH_S, 0,                                                                  \
            "0: once, at once. Else it also happens again, so many seconds apart, until it is ended.")
#define EFFECT(value)                                                                                        \
    FLAG("effect", value, "Whether what was asked for is done nevertheless: then a repetition does it twice.")

const local_fault_row local_fault_rows[FAULT_KINDS] = {
        [FAULT_ACTIVATION_TIMEOUT] = {"activation_timeout",
                "A new game session may take only so long to become ACTIVE.", SCOPE_PROCESS, false,
                {INTEGER("seconds", 0, MONTH_S, 1, "That it may take.")}},
        [FAULT_API_ERRORS] = {"api_errors", "Calls of the AWS API are answered with an error.", SCOPE_ACTION,
                false,
                {TEXT("error", "The name of the exception; \"none\": an answer without one. "
                               "InternalServiceException where nothing is given."),
                        INTEGER("status", 400, 599, 500, "Of HTTP."), EFFECT(0)}},
        [FAULT_API_THROTTLING] = {"api_throttling",
                "Calls of the AWS API are refused with ThrottlingException beyond the rates that AWS "
                "publishes.",
                SCOPE_ACTION, false, {{0}}},
        [FAULT_DROP_CONNECTION] = {"drop_connection", "The connections of game servers end.", SCOPE_PROCESS,
                true,
                {CHOICE("how", ways_to_drop,
                         "close: with a Close frame. cut: without one. reset: by RST. silence: they stay "
                         "open, nothing more is heard or sent, and the service does not notice. half_open: "
                         "the same, and the service takes them for closed."),
                        INTEGER("close_code", 1000, 4999, 1001, "Of the Close frame."), EVERY}},
        [FAULT_DUPLICATED_PUSHES] = {"duplicated_pushes",
                "Messages that game servers did not ask for come twice.", SCOPE_PROCESS | SCOPE_ACTION, false,
                {{0}}},
        [FAULT_EXIT_TIMEOUT] = {"exit_timeout",
                "TerminateProcess leaves only so long until ProcessEnding has to be called.", SCOPE_PROCESS,
                false, {INTEGER("seconds", 0, MONTH_S, 1, "That it leaves.")}},
        [FAULT_FRAGMENTED_FRAMES] = {"fragmented_frames",
                "Messages to game servers come in fragments, of a WebSocket frame each.",
                SCOPE_PROCESS | SCOPE_ACTION, false,
                {INTEGER("bytes", 1, 65536, 16, "That a fragment holds at the most.")}},
        [FAULT_HEARTBEAT_LOSS] = {"heartbeat_loss",
                "Heartbeats do not count, so that the process is taken for dead.", SCOPE_PROCESS, false,
                {FLAG("answered", 1, "Whether the process gets an answer nevertheless."),
                        INTEGER("patience_seconds", 0, MONTH_S, 0,
                                "How long the processes have from now on; 0: what they have already.")}},
        [FAULT_JOINED_FRAMES] = {"joined_frames",
                "What is sent to a game server is held up, and then goes out in one TCP segment.",
                SCOPE_PROCESS, false,
                {INTEGER("milliseconds", 1, 60000, 200, "That the first of them waits for others.")}},
        [FAULT_LOST_ANSWERS] = {"lost_answers", "Requests of game servers are not answered.",
                SCOPE_PROCESS | SCOPE_ACTION, false, {EFFECT(1)}},
        [FAULT_MALFORMED_ANSWERS] = {"malformed_answers",
                "In the place of an answer, game servers get something that is none.",
                SCOPE_PROCESS | SCOPE_ACTION, false,
                {CHOICE("how", malformations, "What they get."),
                        FLAG("answer_follows", 0, "Whether the right answer comes behind it.")}},
        [FAULT_MATCHMAKING_OUTCOME] = {"matchmaking_outcome",
                "A ticket comes to this end: the one that the scope names, at once; else each one that is "
                "started.",
                SCOPE_TICKET, false,
                {CHOICE("outcome", outcomes,
                        "REJECTED: a player of it rejects the match, once one is proposed. BACKFILL_FAILED: "
                        "FAILED, of backfill tickets only; FAILED and TIMED_OUT are of any.")}},
        [FAULT_NO_CAPACITY] = {"no_capacity",
                "READY processes get no game session: FleetCapacityExceededException, or placements that "
                "wait.",
                SCOPE_PROCESS, false, {{0}}},
        [FAULT_OVERSIZED_MATCHMAKER_DATA] = {"oversized_matchmaker_data",
                "The MatchmakerData that game servers are sent is longer than it should be.", SCOPE_PROCESS,
                false, {INTEGER("bytes", 1, 8388608, 400000, "Of MatchmakerData.")}},
        [FAULT_REFRESH_CONNECTION] = {"refresh_connection", "Game servers are sent RefreshConnection.",
                SCOPE_PROCESS, true,
                {TEXT("endpoint", "Where they shall connect to; without one, here."), EVERY}},
        [FAULT_REFUSED_CONNECTIONS] = {"refused_connections",
                "Game servers that connect are refused, before their token is looked at.", SCOPE_PROCESS,
                false, {INTEGER("status", 400, 599, 503, "Of HTTP.")}},
        [FAULT_REFUSED_REQUESTS] = {"refused_requests", "Requests of game servers are refused.",
                SCOPE_PROCESS | SCOPE_ACTION, false,
                {INTEGER("status_code", 300, 599, 500, "StatusCode of the answer."),
                        TEXT("message", "ErrorMessage of the answer."), EFFECT(0)}},
        [FAULT_RESET_API] = {"reset_api",
                "The connection of an AWS API call ends by RST in the place of an answer.", SCOPE_ACTION,
                false, {EFFECT(1)}},
        [FAULT_SDK_THROTTLING] = {"sdk_throttling",
                "Requests of game servers are refused with 429 beyond the rates that AWS publishes.",
                SCOPE_PROCESS | SCOPE_ACTION, false, {{0}}},
        [FAULT_SHORT_TOKENS] = {"short_tokens", "Auth tokens that are made from now on live only so long.", 0,
                false, {INTEGER("seconds", 1, MONTH_S, 60, "That they live.")}},
        [FAULT_SLOW_ANSWERS] = {"slow_answers", "Answers to game servers come late.",
                SCOPE_PROCESS | SCOPE_ACTION, false,
                {INTEGER("milliseconds", 1, MONTH_MS, 1000,
                        "By which they are late, of the service's clock.")}},
        [FAULT_SLOW_API] = {"slow_api",
                "Answers of the AWS API come late; what was asked for is done at once.", SCOPE_ACTION, false,
                {INTEGER(
                        "milliseconds", 1, 600000, 1000, "By which they are late, of the machine's clock.")}},
        [FAULT_SPOT_INTERRUPTION] = {"spot_interruption",
                "The computes are reclaimed: their processes are sent TerminateProcess, and game sessions "
                "end with the reason INTERRUPTED.",
                SCOPE_PROCESS, true,
                {TEXT("compute_name", "Of one compute only."),
                        INTEGER("notice_seconds", 0, MONTH_S, 120, "Until it is too late.")}},
        [FAULT_TOKEN_EXPIRY] = {"token_expiry",
                "The auth tokens that were handed out expire. Connections that are open stay.", 0, true,
                {TEXT("compute_name", "Of one compute only.")}},
        [FAULT_UNHEALTHY_REPORTS] = {"unhealthy_reports",
                "What a process reports is taken for \"unhealthy\".", SCOPE_PROCESS, false, {{0}}},
};
