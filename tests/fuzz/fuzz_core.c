/* SPDX-License-Identifier: Apache-2.0 */
/* The core under any sequence of inputs: commands, ends of sockets, messages, fetches, time.
 *
 * Orders name only sockets that are there; every call comes back once, or is still inside at the end; a core
 * that was shut down detaches in time. An input is a list of operations of a few bytes each. */
#include "core/metrics.h"
#include "fuzz.h"
#include "core/items.h"

#include <string.h>

enum { SOCKET_LIMIT = 4096, CALL_LIMIT = 512, DATAGRAM_SIZE = 300 };

typedef enum state { NEVER_DIALLED, DIALLING, OPEN, CLOSING, ENDED } state;

static struct {
    glift__core *core;
    glift__time now;
    uint8_t sockets[SOCKET_LIMIT]; /* of state, by number */
    uint32_t last_socket, last_fetch;
    char last_id[64];
    unsigned calls, answers;
    bool shut_down, detached;
    glift_metric *metrics[6]; /* the core's, which frees them */
} run;

static const uint8_t *at, *end;

static uint8_t next_byte(void)
{
    return at < end ? *at++ : 0;
}

static uint32_t same_bits(void *user)
{
    uint32_t *bits = user;
    return *bits = *bits * 1664525 + 1013904223;
}

/* ---- what the core wants ---- */

static void take_message(void)
{
    const glift__text *text;
    for (uint32_t number = 1; number <= run.last_socket; number++) {
        bool is_open = run.sockets[number] == OPEN || run.sockets[number] == CLOSING;
        if (!is_open || !glift__core_next_message(run.core, run.now, number, &text))
            continue;
        const char *id = strstr(text->bytes, "\"RequestId\":\"");
        HOLDS(id != NULL);
        snprintf(run.last_id, sizeof run.last_id, "%.36s", id + strlen("\"RequestId\":\""));
    }
}

static void take_orders(void)
{
    glift__order order;
    for (int count = 0; !run.detached && glift__core_next_order(run.core, &order); count++) {
        HOLDS(count < 1000);
        HOLDS(order.number < SOCKET_LIMIT);
        uint8_t *socket = &run.sockets[order.number];
        if (order.kind == GLIFT__ORDER_DIAL) {
            HOLDS(*socket == NEVER_DIALLED && order.url != NULL);
            *socket = DIALLING;
            run.last_socket = order.number;
        } else if (order.kind == GLIFT__ORDER_FETCH) {
            HOLDS(order.url != NULL && order.timeout_ms > 0);
            run.last_fetch = order.number;
        } else if (order.kind == GLIFT__ORDER_WRITE) {
            HOLDS(*socket == OPEN);
        } else if (order.kind == GLIFT__ORDER_CLOSE) {
            HOLDS(*socket == OPEN || *socket == DIALLING);
            *socket = CLOSING;
        } else if (order.kind == GLIFT__ORDER_DATAGRAM) {
            HOLDS(order.length > 0 && order.length <= DATAGRAM_SIZE && order.port == 8125);
        } else {
            HOLDS(run.shut_down);
            run.detached = true;
        }
    }
}

static void take_events(void)
{
    glift__item *items = glift__core_take_events(run.core);
    for (glift__item *item = items; item != NULL; item = item->next)
        run.answers += item->kind == GLIFT__EVENT_ANSWER;
    HOLDS(run.answers <= run.calls);
    glift__items_free(items, false);
}

/* ---- what it is given ---- */

static void give_call(void)
{
    uint8_t action = next_byte() % GLIFT__LIST_CONTAINERS_NETWORK_INFO;
    glift__call *call = calloc(1, sizeof *call);
    HOLDS(call != NULL);
    call->item.kind = GLIFT__COMMAND_CALL;
    call->body.action = (glift__action)action;
    if (action == GLIFT__ACTION_UNKNOWN)
        call->body.action = GLIFT__LIST_CONTAINERS_NETWORK_INFO;
    if (action == GLIFT__HEARTBEAT_SERVER_PROCESS)
        call->body.action = GLIFT__GET_COMPUTE_CERTIFICATE;
    if (action == GLIFT__ACCEPT_PLAYER_SESSION || action == GLIFT__REMOVE_PLAYER_SESSION)
        call->body.as.player_session.player_session_id = "psess-1";
    if (action == GLIFT__GET_FLEET_ROLE_CREDENTIALS)
        call->body.as.role_credentials.role_arn = "arn:aws:iam::1:role/r";
    if (action != GLIFT__ACTIVATE_SERVER_PROCESS)
        call->deadline_ms = run.now.mono_ms + 100u * next_byte();
    call->user = (void *)(uintptr_t)(next_byte() % 2 + 1);
    run.calls++;
    glift__core_command(run.core, run.now, &call->item);
}

static void make_metrics(void)
{
    static const glift_metric_desc descs[] = {{.kind = GLIFT_METRIC_GAUGE, .name = "up", .sample_rate = 1},
            {.kind = GLIFT_METRIC_GAUGE, .name = "players", .sample_rate = 1},
            {.kind = GLIFT_METRIC_GAUGE, .name = "connected", .sample_rate = 1},
            {.kind = GLIFT_METRIC_COUNTER, .name = "reconnects", .sample_rate = 1},
            {.kind = GLIFT_METRIC_COUNTER, .name = "lost", .sample_rate = 1},
            {.kind = GLIFT_METRIC_TIMER, .name = "time", .sample_rate = 0.5, .derived = 126}};
    for (int i = 0; i < 6 && run.metrics[i] == NULL; i++) {
        run.metrics[i] = glift__metric_new(&descs[i], (uint64_t)i);
        HOLDS(run.metrics[i] != NULL);
        run.metrics[i]->item.kind = GLIFT__COMMAND_METRIC;
        glift__core_command(run.core, run.now, &run.metrics[i]->item);
    }
}

static glift__item *start_of_metrics(void)
{
    glift__metrics_start *start = calloc(1, sizeof *start + 3 * DATAGRAM_SIZE + 2);
    HOLDS(start != NULL);
    make_metrics();
    *start = (glift__metrics_start){.item.kind = GLIFT__COMMAND_METRICS_START,
            .statsd_host = "127.0.0.1",
            .statsd_port = 8125,
            .crash_reporter_host = next_byte() % 2 == 0 ? "::1" : NULL,
            .crash_reporter_port = 8126,
            .flush_interval_ms = 100u * (next_byte() + 1),
            .max_packet_size = DATAGRAM_SIZE - next_byte(),
            .process_pid = 1,
            .up = run.metrics[0],
            .players = run.metrics[1],
            .connected = run.metrics[2],
            .reconnects = run.metrics[3],
            .lost = run.metrics[4],
            .packet = (char *)(start + 1),
            .lines = (char *)(start + 1) + DATAGRAM_SIZE};
    return &start->item;
}

static glift__item *some_tag(void)
{
    static const char *const keys[] = {"map", "mode", "session_id"}, *const values[] = {"a", "b", NULL};
    glift__metrics_tag *tag = calloc(1, sizeof *tag);
    HOLDS(tag != NULL);
    *tag = (glift__metrics_tag){
            .item.kind = GLIFT__COMMAND_METRICS_TAG, .tag = {keys[next_byte() % 3], values[next_byte() % 3]}};
    return &tag->item;
}

static void give_metrics(void)
{
    uint8_t kind = next_byte() % 5;
    if (kind == 3 && run.metrics[5] != NULL) {
        glift__metric_set(run.metrics[1], next_byte() - 128.0);
        glift__metric_time(run.metrics[5], next_byte());
    } else if (kind == 4) {
        glift__core_datagram_failed(run.core, run.now, "nobody listens there");
    } else {
        glift__item *item = kind == 0 ? start_of_metrics() : kind == 1 ? some_tag() : calloc(1, sizeof *item);
        HOLDS(item != NULL);
        if (kind >= 2)
            item->kind = GLIFT__COMMAND_METRICS_STOP;
        glift__core_command(run.core, run.now, item);
    }
}

static void give_command(void)
{
    uint8_t kind = next_byte() % 4;
    glift__item *item = NULL;
    if (kind == 3) {
        give_metrics();
        return;
    }
    if (kind == 0) {
        glift__cancel *cancel = calloc(1, sizeof *cancel);
        HOLDS(cancel != NULL);
        cancel->id = next_byte() % 4;
        cancel->first_id = next_byte() % 4;
        cancel->user = (void *)(uintptr_t)1;
        item = &cancel->item;
        item->kind = GLIFT__COMMAND_CANCEL;
    } else if (kind == 1) {
        glift__health *health = calloc(1, sizeof *health);
        HOLDS(health != NULL);
        health->question = next_byte();
        item = &health->item;
        item->kind = GLIFT__COMMAND_HEALTH;
    } else {
        glift__level *level = calloc(1, sizeof *level);
        HOLDS(level != NULL);
        level->level = (glift_log_level)(next_byte() % 4);
        item = &level->item;
        item->kind = GLIFT__COMMAND_LOG_LEVEL;
    }
    glift__core_command(run.core, run.now, item);
}

static uint32_t some_socket(void)
{
    uint8_t back = next_byte() % 4;
    return run.last_socket > back ? run.last_socket - back : run.last_socket;
}

static void open_socket(void)
{
    uint32_t number = some_socket();
    if (run.sockets[number] != DIALLING)
        return;
    run.sockets[number] = OPEN;
    glift__core_opened(run.core, run.now, number);
}

static void end_socket(void)
{
    static const char *const texts[] = {"", "{\"ErrorMessage\":\"no\"}", "token-1"};
    static const int codes[] = {0, 401, 403, 429, 500, 1000, 1001};
    uint32_t number = some_socket();
    const glift__socket_end socket_end = {(glift__end_kind)(next_byte() % (GLIFT__END_LOST + 1)),
            codes[next_byte() % 7], texts[next_byte() % 3]};
    if (run.sockets[number] == NEVER_DIALLED || run.sockets[number] == ENDED)
        return;
    run.sockets[number] = ENDED;
    glift__core_closed(run.core, run.now, number, &socket_end);
}

static void say(uint32_t number, const char *text, size_t length)
{
    if (run.sockets[number] == OPEN || run.sockets[number] == CLOSING)
        glift__core_received(run.core, run.now, number, text, length);
}

static void say_bytes(void)
{
    uint32_t number = some_socket();
    size_t length = next_byte();
    length = length < (size_t)(end - at) ? length : (size_t)(end - at);
    say(number, (const char *)at, length);
    at += length;
}

static void say_answer(void)
{
    static const int codes[] = {200, 200, 200, 400, 404, 500, 0};
    char text[300];
    uint32_t number = some_socket();
    int code = codes[next_byte() % 7];
    snprintf(text, sizeof text,
            "{\"RequestId\":\"%s\",\"StatusCode\":%d,\"PlayerSessions\":[{\"PlayerSessionId\":\"psess-1\","
            "\"Status\":"
            "\"ACTIVE\"}],\"AccessKeyId\":\"%s\"}",
            run.last_id, code, next_byte() % 2 == 0 ? "" : "AKIA");
    say(number, text, strlen(text));
}

static void say_push(void)
{
    static const char *const pushes[] = {"{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"arn:1\"}",
            "{\"Action\":\"CreateGameSession\",\"GameSessionId\":\"arn:2\"}",
            "{\"Action\":\"UpdateGameSession\",\"GameSession\":{\"GameSessionId\":\"arn:1\"}}",
            "{\"Action\":\"TerminateProcess\",\"TerminationTime\":1}",
            "{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":\"wss://"
            "b\",\"AuthToken\":\"t\"}",
            "{\"Action\":\"RefreshConnection\",\"RefreshConnectionEndpoint\":\"nonsense\",\"AuthToken\":"
            "\"t\"}"};
    const char *text = pushes[next_byte() % 6];
    say(some_socket(), text, strlen(text));
}

static void answer_fetch(void)
{
    static const char *const bodies[] = {"",
            "{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"b\",\"Token\":\"c\"}",
            "{\"TaskARN\":\"arn:aws:ecs:r:1:task/c/t\"}",
            "{\"Networks\":[{\"IPv4Addresses\":[\"10.0.0.5\"]}]}", "[]"};
    static const int codes[] = {200, 200, 404, 0};
    const char *body = bodies[next_byte() % 5];
    glift__core_fetched(run.core, run.now, run.last_fetch, codes[next_byte() % 4], body, strlen(body));
}

static void pass_time(void)
{
    static const uint32_t steps_ms[] = {0, 1, 50, 500, 2000, 20000, 60000, 300000};
    uint32_t step_ms = steps_ms[next_byte() % 8];
    run.now.mono_ms += step_ms;
    run.now.unix_ms += step_ms;
    glift__core_advance(run.core, run.now);
}

static void shut_down(void)
{
    glift__item *command = calloc(1, sizeof *command);
    HOLDS(command != NULL);
    command->kind = GLIFT__COMMAND_SHUTDOWN;
    run.shut_down = true;
    glift__core_command(run.core, run.now, command);
}

static void step(void)
{
    static void (*const steps[])(void) = {give_call, give_command, open_socket, end_socket, say_bytes,
            say_answer, say_push, answer_fetch, pass_time, take_message, give_call, open_socket, say_answer,
            take_message};
    steps[next_byte() % (sizeof steps / sizeof steps[0])]();
    take_orders();
    take_events();
}

static void finish(void)
{
    if (!run.shut_down)
        shut_down();
    run.now.mono_ms += 1000;
    glift__core_advance(run.core, run.now);
    take_orders();
    HOLDS(run.detached);
    take_events();
    glift__core_destroy(run.core); /* frees the calls that are still inside: the address sanitizer knows */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint32_t bits;
    bits = 1;
    memset(&run, 0, sizeof run);
    run.now = (glift__time){1000000, 1767225600000};
    at = data;
    end = data + size;
    bool in_container = next_byte() % 2 == 1;
    const glift__core_desc desc = {.websocket_url = "wss://a",
            .auth_token = in_container ? "" : "token-1",
            .process_id = "p",
            .host_id = "h",
            .fleet_id = "f",
            .aws_region = in_container ? "us-west-2" : "",
            .container = in_container,
            .container_fleet = in_container,
            .container_credentials_url = "http://c/creds",
            .container_metadata_url = "http://c/meta",
            .request_timeout_ms = 20000,
            .connect_timeout_ms = 300000,
            .shutdown_timeout_ms = 750,
            .reconnect_base_ms = 500,
            .reconnect_cap_ms = 32000,
            .random = same_bits,
            .random_user = &bits};
    if (glift__core_create(&desc, run.now, &run.core) != GLIFT_OK)
        return 0;
    for (int steps = 0; at < end && steps < 500 && run.calls < CALL_LIMIT; steps++)
        step();
    finish();
    return 0;
}
