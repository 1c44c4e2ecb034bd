/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin's SDK server: made from the host's settings, driven from its tick, lent to scripts.
 *
 * The SDK's callbacks always come here first and go on to whoever is bound: the plugin has to know itself
 * whether GameLift was reached and whether the process has ended. */

#include "plugin.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_TIMEOUT_MS = 2000, EXIT_STEP_MS = 50, OWNER_TIMEOUT_MS = 10000 };

static const uint64_t ns_per_ms = 1000000;

/* ---- callbacks ---- */

static void on_start_game_session(glift_server *server, const glift_game_session *session, void *user)
{
    const glift_server_desc *to = &((plugin *)user)->callbacks;
    to->on_start_game_session(server, session, to->user);
}

static void on_update_game_session(glift_server *server, const glift_game_session_update *update, void *user)
{
    const glift_server_desc *to = &((plugin *)user)->callbacks;
    to->on_update_game_session(server, update, to->user);
}

static void on_process_terminate(glift_server *server, int64_t termination_time_unix_ms, void *user)
{
    const glift_server_desc *to = &((plugin *)user)->callbacks;
    to->on_process_terminate(server, termination_time_unix_ms, to->user);
}

static bool on_health_check(glift_server *server, void *user)
{
    const glift_server_desc *to = &((plugin *)user)->callbacks;
    return to->on_health_check(server, to->user);
}

static const char *address_in_environment(void)
{
    const char *url = getenv("GAMELIFT_SDK_WEBSOCKET_URL");
    return url != NULL && url[0] != '\0' ? url : NULL;
}

static bool is_to_be_offline(const plugin *p)
{
    return plugin_config_is_on(p, "gamelift.offline");
}

/* NULL where none is set. As in the SDK, the environment beats the host's settings. */
static const char *address_of_service(const plugin *p)
{
    const char *url = address_in_environment();
    if (url == NULL)
        url = is_to_be_offline(p) ? GLIFT_OFFLINE_URL : plugin_config(p, "gamelift.websocket_url");
    return url != NULL && url[0] != '\0' ? url : NULL;
}

bool plugin_is_offline(const plugin *p)
{
    const char *url = address_of_service(p);
    return url != NULL && strcmp(url, GLIFT_OFFLINE_URL) == 0;
}

/* One sentence, once, and the program ends: nobody wants a server that no player can be sent to. */
static void give_up(plugin *p, const char *advice)
{
    plugin_log(p, GLIFT_LOG_ERROR, "no connection to GameLift: %s; %s", p->connect_failure, advice);
    p->first_connect_deadline_ns = 0;
    p->core->request_exit(p->host, 1);
}

static bool is_refusal(glift_status status)
{
    return status == GLIFT_ERR_FORBIDDEN || status == GLIFT_ERR_UNAUTHORIZED || status == GLIFT_ERR_NOT_FOUND;
}

static void on_connection(glift_server *server, const glift_connection_event *event, void *user)
{
    plugin *p = user;
    p->connected = event->state == GLIFT_CONNECTED;
    if (p->connected) {
        p->kept->connected_once = true;
        p->first_connect_deadline_ns = 0;
    } else if (event->state != GLIFT_ENDED) {
        snprintf(p->connect_failure, sizeof p->connect_failure, "%s", event->reason);
        if (p->first_connect_deadline_ns != 0 && is_refusal(event->status))
            give_up(p, "check GAMELIFT_SDK_AUTH_TOKEN, GAMELIFT_SDK_FLEET_ID and GAMELIFT_SDK_HOST_ID");
    }
    if (p->callbacks.on_connection != NULL)
        p->callbacks.on_connection(server, event, p->callbacks.user);
    if (event->state == GLIFT_ENDED && !p->ended) {
        p->ended = true;
        p->core->request_exit(p->host, 0);
    }
}

/* The plugin's own requests outlive a rebind like those of scripts. */
static bool on_inherited_answer(glift_server *server, const glift_inherited_answer *answer, void *user)
{
    const plugin *p = user;
    if (plugin_players_on_inherited_answer(p, answer))
        return true;
    return p->callbacks.on_inherited_answer != NULL &&
           p->callbacks.on_inherited_answer(server, answer, p->callbacks.user);
}

static void on_wake(void *user)
{
    const plugin *p = user;
    p->core->wake(p->host);
}

static void on_log(glift_server *server, glift_log_level level, const char *message, void *user)
{
    const plugin *p = user;
    if (p->callbacks.on_log != NULL)
        p->callbacks.on_log(server, level, message, p->callbacks.user);
    else
        p->core->log(p->host, level, "gamelift", message);
}

/* What the SDK shall call. It must see which callbacks are missing: it acts itself then. */
static void fill_callbacks(plugin *p, glift_server_desc *desc)
{
    const char *level = plugin_config(p, "gamelift.log_level");
    desc->user = p;
    desc->on_wake = on_wake;
    desc->on_log = on_log;
    desc->on_connection = on_connection;
    desc->on_inherited_answer = on_inherited_answer;
    desc->log_level = level != NULL && strcmp(level, "debug") == 0 ? GLIFT_LOG_DEBUG : GLIFT_LOG_INFO;
    if (p->callbacks.log_level > desc->log_level)
        desc->log_level = p->callbacks.log_level;
    if (p->callbacks.on_start_game_session != NULL)
        desc->on_start_game_session = on_start_game_session;
    if (p->callbacks.on_update_game_session != NULL)
        desc->on_update_game_session = on_update_game_session;
    if (p->callbacks.on_process_terminate != NULL)
        desc->on_process_terminate = on_process_terminate;
    if (p->callbacks.on_health_check != NULL)
        desc->on_health_check = on_health_check;
}

/* ---- start ---- */

static void fill_identity(const plugin *p, glift_server_desc *desc)
{
    static const struct {
        const char *key;
        size_t offset;
    } texts[] = {
            {"gamelift.websocket_url", offsetof(glift_server_desc, websocket_url)},
            {"gamelift.auth_token", offsetof(glift_server_desc, auth_token)},
            {"gamelift.process_id", offsetof(glift_server_desc, process_id)},
            {"gamelift.host_id", offsetof(glift_server_desc, host_id)},
            {"gamelift.fleet_id", offsetof(glift_server_desc, fleet_id)},
            {"gamelift.aws_region", offsetof(glift_server_desc, aws_region)},
            {"gamelift.access_key", offsetof(glift_server_desc, access_key)},
            {"gamelift.secret_key", offsetof(glift_server_desc, secret_key)},
            {"gamelift.session_token", offsetof(glift_server_desc, session_token)},
            {"gamelift.tls_ca_file", offsetof(glift_server_desc, tls_ca_file)},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *value = plugin_config(p, texts[i].key);
        memcpy((char *)desc + texts[i].offset, &value, sizeof value);
    }
    if (plugin_is_offline(p))
        desc->websocket_url = GLIFT_OFFLINE_URL;
    desc->tls_insecure = plugin_config_is_on(p, "gamelift.tls_insecure");
    desc->request_timeout_ms = plugin_config_ms(p, "gamelift.request_timeout_ms", 0);
    desc->connect_timeout_ms = plugin_config_ms(p, "gamelift.connect_timeout_ms", 0);
}

static glift_status check_address(const plugin *p)
{
    if (address_of_service(p) == NULL) {
        plugin_log(p, GLIFT_LOG_ERROR,
                "no GameLift service is named: start gamelift-local and take its environment over, or set "
                "GAMELIFT_SDK_WEBSOCKET_URL (or gamelift.websocket_url) and what goes with it, or set "
                "gamelift.offline to 1 to play without any");
        return GLIFT_ERR_ARGUMENT;
    }
    /* On a fleet a forgotten setting would otherwise make a server that GameLift never hears of. */
    if (is_to_be_offline(p) && !plugin_is_offline(p)) {
        plugin_log(p, GLIFT_LOG_ERROR,
                "gamelift.offline is 1, but GAMELIFT_SDK_WEBSOCKET_URL names a GameLift service: unset one "
                "of "
                "them");
        return GLIFT_ERR_ARGUMENT;
    }
    return GLIFT_OK;
}

static glift_status create(plugin *p)
{
    glift_server_desc desc = {.size_bytes = sizeof desc, .header_version = GLIFT_VERSION_NUMBER};
    glift_status status = check_address(p);
    if (status != GLIFT_OK)
        return status;
    fill_identity(p, &desc);
    fill_callbacks(p, &desc);
    desc.io = p->io;
    status = glift_server_create(&desc, &p->server);
    if (status == GLIFT_ERR_STATE)
        plugin_log(p, GLIFT_LOG_ERROR, "this program has a GameLift server with the same process id already");
    else if (status == GLIFT_ERR_MEMORY)
        plugin_log(p, GLIFT_LOG_ERROR, "out of memory for the GameLift server");
    return status; /* a wrong argument: the SDK's own line names it */
}

static glift_status rebind(plugin *p)
{
    glift_server_desc desc = {.size_bytes = sizeof desc, .header_version = GLIFT_VERSION_NUMBER};
    fill_callbacks(p, &desc);
    glift_status status = glift_server_rebind(p->server, &desc);
    if (status == GLIFT_OK)
        p->owner_deadline_ns = 0;
    return status;
}

/* Nobody has the callbacks: what happens waits for whoever takes them over next. */
static glift_status wait_for_owner(plugin *p)
{
    glift_status status = glift_server_rebind(p->server, NULL);
    if (status != GLIFT_OK)
        return status;
    p->lent = false;
    memset(&p->callbacks, 0, sizeof p->callbacks);
    p->owner_deadline_ns = p->core->now_ns(p->host) + OWNER_TIMEOUT_MS * ns_per_ms;
    p->core->wake(p->host); /* the tick hook has to come back for that */
    return GLIFT_OK;
}

/* A server from before a reload. Scripts that had its callbacks take them over again. */
static glift_status take_up(plugin *p)
{
    plugin_players_take_over(p);
    return p->kept->was_lent ? wait_for_owner(p) : rebind(p);
}

static void start_deadline(plugin *p)
{
    uint32_t timeout_ms = plugin_config_ms(p, "gamelift.first_connect_timeout_ms", 0);
    snprintf(p->connect_failure, sizeof p->connect_failure, "%s does not answer", address_of_service(p));
    if (timeout_ms > 0 && !p->kept->connected_once)
        p->first_connect_deadline_ns = p->core->now_ns(p->host) + timeout_ms * ns_per_ms;
}

glift_status plugin_server_start(plugin *p)
{
    bool kept = p->kept->server != NULL;
    p->server = p->kept->server;
    glift_status status = kept ? take_up(p) : create(p);
    if (status != GLIFT_OK) {
        p->server = NULL;
        return status;
    }
    p->kept->server = p->server;
    start_deadline(p);
    p->connected = p->kept->connected_once; /* a server that was taken up again reports only changes */
    plugin_log(p, GLIFT_LOG_INFO, "%s %s", kept ? "taken up again after a reload:" : "GameLift is",
            address_of_service(p));
    return GLIFT_OK;
}

/* ---- lending the callbacks ---- */

static void read_callbacks(plugin *p, const glift_server_desc *callbacks)
{
    memset(&p->callbacks, 0, sizeof p->callbacks);
    /* Of an older or newer module: no further than both know. */
    memcpy(&p->callbacks, callbacks,
            callbacks->size_bytes < sizeof p->callbacks ? callbacks->size_bytes : sizeof p->callbacks);
}

glift_status plugin_server_bind(plugin *p, const glift_server_desc *callbacks)
{
    glift_server_desc before = p->callbacks;
    if (callbacks == NULL)
        return p->parked ? GLIFT_OK : wait_for_owner(p);
    if (callbacks->size_bytes < sizeof callbacks->size_bytes)
        return GLIFT_ERR_ARGUMENT;
    if (p->parked)
        return GLIFT_ERR_STATE; /* whoever wants them asks the copy that comes */
    read_callbacks(p, callbacks);
    glift_status status = rebind(p);
    if (status == GLIFT_OK)
        p->lent = true;
    else
        p->callbacks = before;
    return status;
}

const void *plugin_server_bound_user(const plugin *p)
{
    if (!p->lent)
        return NULL;
    return p->callbacks.user != NULL ? p->callbacks.user : p;
}

glift_status plugin_server_park(plugin *p)
{
    glift_status status = p->parked ? GLIFT_OK : glift_server_rebind(p->server, NULL);
    if (status != GLIFT_OK || p->parked)
        return status;
    p->kept->was_lent = p->lent || p->owner_deadline_ns != 0;
    p->parked = true;
    p->alarm = NULL;
    return GLIFT_OK;
}

/* ---- tick ---- */

/* How long until it is worth looking again. */
static uint64_t follow_first_connect(plugin *p)
{
    if (p->first_connect_deadline_ns == 0 || p->owner_deadline_ns != 0)
        return UINT64_MAX; /* of a server that is parked nobody knows whether it is connected */
    uint64_t now_ns = p->core->now_ns(p->host);
    if (now_ns < p->first_connect_deadline_ns)
        return p->first_connect_deadline_ns - now_ns;
    give_up(p, "start gamelift-local, or set GAMELIFT_SDK_WEBSOCKET_URL to where GameLift is");
    return UINT64_MAX;
}

/* How long until it is worth looking again. Where nobody comes the SDK does what it does without callbacks:
 * a TerminateProcess that has come meanwhile is answered by ProcessEnding. */
static uint64_t follow_owner(plugin *p)
{
    if (p->owner_deadline_ns == 0)
        return UINT64_MAX;
    uint64_t now_ns = p->core->now_ns(p->host);
    if (now_ns < p->owner_deadline_ns)
        return p->owner_deadline_ns - now_ns;
    if (rebind(p) != GLIFT_OK)
        return OWNER_TIMEOUT_MS * ns_per_ms;
    plugin_log(p, GLIFT_LOG_WARNING,
            "no script or engine code has taken GameLift's callbacks over within %d s: the plugin goes on "
            "alone",
            OWNER_TIMEOUT_MS / 1000);
    return 0;
}

/* A hook that sleeps has to say anew how long. */
void plugin_server_call_in(plugin *p, uint64_t delay_ns, void (*fn)(void *user), void *user)
{
    uint64_t now_ns = p->core->now_ns(p->host);
    if (fn == NULL && user != p->alarm_user)
        return; /* somebody else has asked meanwhile */
    p->alarm = p->parked ? NULL : fn;
    p->alarm_user = user;
    p->alarm_at_ns = delay_ns < UINT64_MAX - now_ns ? now_ns + delay_ns : UINT64_MAX;
    if (p->alarm != NULL && !p->inside)
        p->core->wake(p->host);
}

/* How long until the alarm. */
static uint64_t follow_alarm(plugin *p)
{
    uint64_t now_ns = p->alarm != NULL ? p->core->now_ns(p->host) : 0;
    if (p->alarm != NULL && now_ns >= p->alarm_at_ns) {
        void (*fn)(void *user) = p->alarm;
        p->alarm = NULL;
        fn(p->alarm_user);
    }
    if (p->alarm == NULL)
        return UINT64_MAX;
    return p->alarm_at_ns > now_ns ? p->alarm_at_ns - now_ns : 0;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t plugin_server_tick(void *self)
{
    plugin *p = self;
    if (p->parked)
        return UINT64_MAX;
    bool is_measured = plugin_metrics_begin_frame(p);
    p->inside = true;
    glift_server_tick(p->server);
    uint64_t again_ns = sooner(follow_first_connect(p), follow_owner(p));
    again_ns = sooner(again_ns, follow_alarm(p));
    p->inside = false;
    is_measured = is_measured || plugin_metrics_begin_frame(p); /* a callback may have started it just now */
    if (is_measured)
        plugin_metrics_begin_world(p);
    return is_measured ? 0 : again_ns;
}

/* ---- end ---- */

static void on_ending_answered(glift_server *server, const glift_result *result, void *user)
{
    plugin *p = user;
    (void)server;
    if (result->status == GLIFT_OK)
        p->ended = true;
    else if (result->status != GLIFT_ERR_CLOSED)
        plugin_log(p, GLIFT_LOG_WARNING, "ProcessEnding was refused: %s", result->message);
}

static void say_process_ending(plugin *p)
{
    uint32_t timeout_ms = plugin_config_ms(p, "gamelift.exit_timeout_ms", EXIT_TIMEOUT_MS);
    uint64_t until_ns = p->core->now_ns(p->host) + timeout_ms * ns_per_ms;
    if (glift_process_ending(p->server, on_ending_answered, p) != GLIFT_OK)
        return;
    while (!p->ended && p->core->now_ns(p->host) < until_ns) {
        glift_server_wait(p->server, EXIT_STEP_MS);
        glift_server_tick(p->server);
    }
    if (!p->ended)
        plugin_log(p, GLIFT_LOG_WARNING, "GameLift did not answer ProcessEnding within %u ms", timeout_ms);
}

glift_status plugin_server_end(plugin *p)
{
    if (p->owner_deadline_ns != 0)
        rebind(p); /* so that what the log has to say reaches the host; without memory it goes to stderr */
    if (!p->ended && (p->connected || glift_is_process_ready(p->server)))
        say_process_ending(p);
    glift_status status = glift_server_destroy(p->server);
    if (status == GLIFT_OK) {
        plugin_players_forget(p);
        *p->kept = (plugin_kept){0};
    }
    return status;
}
