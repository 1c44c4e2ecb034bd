/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest complete game server: no engine, no frame loop, one thread.
 *
 *     gamelift-local --demo --env-file env &      (or a real Anywhere fleet's five variables)
 *     . ./env && ./minimal
 *
 * A player sends a UDP datagram with a player-session id, and is told "welcome" or why not. */
#include <gamelift/gamelift.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef struct game {
    int players; /* the UDP socket where they knock */
    int port;
    bool is_over;
} game;

/* ---- what GameLift asks of us ---- */

/* Most calls need no more than this: did it work? */
static void on_done(glift_server *server, const glift_result *result, void *user)
{
    (void)server;
    if (result->status == GLIFT_OK)
        printf("%s\n", (const char *)user);
    else
        printf("not %s: %s: %s\n", (const char *)user, glift_status_name(result->status), result->message);
}

static void on_start_game_session(glift_server *server, const glift_game_session *session, void *user)
{
    (void)user;
    printf("game session %s, for %d players\n", session->game_session_id,
            session->maximum_player_session_count);
    /* Load the map here. Then players may come. */
    glift_activate_game_session(server, on_done, (void *)"active");
}

static void on_process_terminate(glift_server *server, int64_t termination_time_unix_ms, void *user)
{
    (void)termination_time_unix_ms, (void)user;
    /* Save, and tell the players. Then: */
    glift_process_ending(server, on_done, (void *)"ended");
}

static void on_connection(glift_server *server, const glift_connection_event *event, void *user)
{
    game *self = user;
    (void)server;
    /* A connection that is lost comes back by itself; the SDK's own log, on stderr, tells of each attempt. */
    if (event->state == GLIFT_ENDED)
        self->is_over = true; /* for GameLift, this process is no more: leave, with exit code 0 */
}

/* ---- players ---- */

typedef struct player {
    int socket;
    struct sockaddr_in address;
} player;

static void on_accepted(glift_server *server, const glift_result *result, void *user)
{
    player *who = user;
    const char *answer = result->status == GLIFT_OK ? "welcome" : result->message;
    (void)server;
    sendto(who->socket, answer, strlen(answer), 0, (struct sockaddr *)&who->address, sizeof who->address);
    free(who);
}

/* Whoever knocks brings a player-session id. GameLift knows whether a seat is reserved for it. */
static void let_players_in(const game *self, glift_server *server)
{
    char id[GLIFT_MAX_ID_LENGTH + 2];
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    ssize_t length;
    while ((length = recvfrom(
                    self->players, id, sizeof id - 1, MSG_DONTWAIT, (struct sockaddr *)&from, &size)) > 0) {
        player *who = malloc(sizeof *who);
        id[length] = '\0';
        id[strcspn(id, "\r\n")] = '\0';
        if (who == NULL)
            continue;
        *who = (player){self->players, from};
        if (glift_accept_player_session(server, id, on_accepted, who) != GLIFT_OK)
            free(who); /* not an id, or no game session: on_accepted will not run */
    }
}

static bool open_port(game *self)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    self->players = socket(AF_INET, SOCK_DGRAM, 0);
    /* GameLift allows ports up to 60000, so "any free one" has to be looked for below that. */
    for (uint16_t port = 20000; port < 20100; port++) {
        address.sin_port = htons(port);
        if (bind(self->players, (struct sockaddr *)&address, size) == 0) {
            self->port = port;
            return true;
        }
    }
    return false;
}

/* ---- the program ---- */

int main(int argc, char **argv)
{
    (void)argv;
    game self = {0};
    glift_server *server = NULL;
    glift_server_desc desc = {
            /* Who we are comes from the environment, as in the official SDKs. */
            .size_bytes = sizeof desc,
            .header_version = GLIFT_VERSION_NUMBER,
            .on_start_game_session = on_start_game_session,
            .on_process_terminate = on_process_terminate,
            .on_connection = on_connection,
            .user = &self,
    };
    if (argc > 1) {
        fputs("Usage: minimal   (no options: who it is comes from the environment, GAMELIFT_SDK_...)\n"
              "gamelift-local --demo --env-file env writes one for a shell to read: . ./env\n",
                stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!open_port(&self)) {
        fprintf(stderr, "minimal: none of the ports 20000 to 20099 is free\n");
        return 1;
    }
    if (glift_server_create(&desc, &server) != GLIFT_OK)
        return 1; /* the reason is on stderr */

    glift_process_parameters parameters = {.size_bytes = sizeof parameters, .port = self.port};
    printf("port %d\n", self.port);
    glift_process_ready(server, &parameters, on_done, (void *)"ready");

    while (!self.is_over) {
        glift_server_wait(server, 50); /* sleeps until there is something to do, or 50 ms */
        glift_server_tick(server);     /* all callbacks run in here */
        let_players_in(&self, server);
    }
    glift_server_destroy(server);
    return 0;
}
