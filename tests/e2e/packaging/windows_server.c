/* SPDX-License-Identifier: Apache-2.0 */
/* A game server of Microsoft's world: clang compiles it for that ABI, and Microsoft's way of linking binds it
 * to the DLL by gamelift.lib. Of the C library it has what the system's own DLLs export, and no start-up
 * code. */
#include <gamelift/gamelift.h>

int printf(const char *format, ...);
int fflush(void *file);
__declspec(noreturn) void exit(int code);
void Sleep(unsigned long ms);

static bool is_over;
static int exit_code = 1;

static void say(const char *text)
{
    printf("%s\n", text);
    fflush(NULL);
}

static void on_answer(glift_server *server, const glift_result *result, void *user)
{
    (void)server;
    say(result->status == GLIFT_OK ? user : result->message);
}

static void on_start_game_session(glift_server *server, const glift_game_session *session, void *user)
{
    (void)user;
    printf("%d seats in %s\n", session->maximum_player_session_count, session->name);
    glift_activate_game_session(server, on_answer, "active");
}

static void on_process_terminate(glift_server *server, int64_t termination_time_unix_ms, void *user)
{
    (void)user;
    if (termination_time_unix_ms > 1700000000000) /* 64 bits have come over */
        exit_code = 0;
    glift_process_ending(server, on_answer, "ended");
}

static void on_connection(glift_server *server, const glift_connection_event *event, void *user)
{
    (void)server, (void)user;
    is_over = event->state == GLIFT_ENDED;
}

static int run(void)
{
    const glift_server_desc desc = {
            .size_bytes = sizeof desc,
            .header_version = GLIFT_VERSION_NUMBER,
            .on_start_game_session = on_start_game_session,
            .on_process_terminate = on_process_terminate,
            .on_connection = on_connection,
    };
    const glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = 7777};
    glift_server *server = NULL;
    if (glift_server_create(&desc, &server) != GLIFT_OK)
        return 2;
    glift_process_ready(server, &parameters, on_answer, "ready");
    while (!is_over) {
        Sleep(20);
        glift_server_tick(server);
    }
    glift_server_destroy(server);
    return exit_code;
}

void mainCRTStartup(void)
{
    exit(run());
}
