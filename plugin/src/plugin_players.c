/* SPDX-License-Identifier: Apache-2.0 */
/* Players who are checked without a script.
 *
 * A player may leave before GameLift has answered: its seat then lives on until the answer, because a seat
 * that was accepted must be removed, and GameLift may have accepted it after all.
 *
 * The seats outlive a reload of the plugin, and so do the requests about them. An answer that comes to the
 * new copy, or after any other rebind, finds its seat by the player session id. */

#include "plugin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The values are read by the copy of the plugin that comes after a reload. */
typedef enum seat_state {
    SEAT_ASKED,    /* the accept is under way */
    SEAT_LEFT,     /* the accept is under way, the player has gone */
    SEAT_ACCEPTED, /* in the game */
    SEAT_REMOVING  /* the remove is under way */
} seat_state;

struct seat {
    seat *next;
    plugin *owner;
    uint64_t player;
    seat_state state;
    char player_session_id[GLIFT_MAX_ID_LENGTH + 1];
};

static seat *find(const plugin *p, uint64_t player)
{
    seat *one = p->kept->seats;
    while (one != NULL && (one->player != player || one->state == SEAT_LEFT || one->state == SEAT_REMOVING))
        one = one->next;
    return one;
}

static void free_seat(seat *one)
{
    seat **at = &one->owner->kept->seats;
    while (*at != one)
        at = &(*at)->next;
    *at = one->next;
    free(one);
}

/* ---- remove ---- */

static void on_removed(glift_server *server, const glift_result *result, void *user);

static void remove_seat(seat *one)
{
    const plugin *p = one->owner;
    one->state = SEAT_REMOVING;
    glift_status status = glift_remove_player_session(p->server, one->player_session_id, on_removed, one);
    if (status == GLIFT_OK)
        return;
    plugin_log(p, GLIFT_LOG_WARNING, "a player session was not removed: %s", glift_status_name(status));
    free_seat(one);
}

/* GameLift may not have heard of it: a seat must not stay taken. */
static void removed(seat *one, const glift_result *result)
{
    if (result->status == GLIFT_ERR_TIMEOUT) {
        remove_seat(one);
        return;
    }
    if (result->status != GLIFT_OK && result->status != GLIFT_ERR_CLOSED)
        plugin_log(one->owner, GLIFT_LOG_WARNING, "a player session was not removed: %s", result->message);
    free_seat(one);
}

static void on_removed(glift_server *server, const glift_result *result, void *user)
{
    (void)server;
    removed(user, result);
}

/* ---- accept ---- */

/* The answer tells whether the player is in the game; a player who has left is told nothing. */
static void accepted(seat *one, const glift_result *result)
{
    const plugin *p = one->owner;
    bool here = one->state == SEAT_ASKED, is_in = result->status == GLIFT_OK;
    if (here && is_in)
        one->state = SEAT_ACCEPTED;
    if (here && p->players != NULL)
        p->players->decide(p->host, one->player, is_in, is_in ? "" : result->message);
    if (here && is_in)
        return;
    if (is_in || result->status == GLIFT_ERR_TIMEOUT) /* GameLift may have accepted it after all */
        remove_seat(one);
    else
        free_seat(one);
}

static void on_accepted(glift_server *server, const glift_result *result, void *user)
{
    (void)server;
    accepted(user, result);
}

/* ---- answers after a rebind ---- */

static bool waits_for(const seat *one, const glift_inherited_answer *answer)
{
    bool accepts = one->state == SEAT_ASKED || one->state == SEAT_LEFT;
    return strcmp(one->player_session_id, answer->subject) == 0 &&
           ((accepts && answer->kind == GLIFT_REQUEST_ACCEPT_PLAYER_SESSION) ||
                   (one->state == SEAT_REMOVING && answer->kind == GLIFT_REQUEST_REMOVE_PLAYER_SESSION));
}

/* Requests about one seat are answered in their order, and the list begins with the newest. */
static seat *find_oldest(const plugin *p, const glift_inherited_answer *answer)
{
    seat *found = NULL;
    for (seat *one = p->kept->seats; one != NULL; one = one->next) {
        if (waits_for(one, answer))
            found = one;
    }
    return found;
}

bool plugin_players_on_inherited_answer(const plugin *p, const glift_inherited_answer *answer)
{
    seat *one = find_oldest(p, answer);
    if (one == NULL)
        return false;
    if (answer->kind == GLIFT_REQUEST_ACCEPT_PLAYER_SESSION)
        accepted(one, answer->result);
    else
        removed(one, answer->result);
    return true;
}

/* ---- the doors ---- */

static glift_player_answer deny(char *reason, size_t reason_size, const char *why)
{
    snprintf(reason, reason_size, "%s", why);
    return GLIFT_PLAYER_DENIED;
}

glift_player_answer plugin_players_connect(
        void *self, uint64_t player, const char *player_session_id, char *reason, size_t reason_size)
{
    plugin *p = self;
    if (p->server == NULL)
        return deny(reason, reason_size, "the server is being reloaded: please join again");
    if (glift_get_game_session_id(p->server)[0] == '\0') {
        return plugin_config_is_on(p, "gamelift.open_door")
                       ? GLIFT_PLAYER_ACCEPTED
                       : deny(reason, reason_size, "no game session runs here yet");
    }
    char made_id[40];
    if (player_session_id[0] == '\0' && plugin_is_offline(p)) { /* nobody was there who could give one */
        snprintf(made_id, sizeof made_id, "psess-player-%" PRIu64, player);
        player_session_id = made_id;
    }
    if (strlen(player_session_id) > GLIFT_MAX_ID_LENGTH)
        return deny(reason, reason_size, "a player session id has at most 256 bytes");
    seat *one = calloc(1, sizeof *one);
    if (one == NULL)
        return deny(reason, reason_size, "the server is out of memory");
    one->owner = p;
    one->player = player;
    snprintf(one->player_session_id, sizeof one->player_session_id, "%s", player_session_id);
    one->next = p->kept->seats;
    p->kept->seats = one;
    glift_status status = glift_accept_player_session(p->server, player_session_id, on_accepted, one);
    if (status == GLIFT_OK)
        return GLIFT_PLAYER_PENDING;
    free_seat(one);
    return deny(reason, reason_size,
            status == GLIFT_ERR_ARGUMENT ? "this is no player session id"
                                         : "the server takes no players now");
}

void plugin_players_disconnect(void *self, uint64_t player)
{
    plugin *p = self;
    seat *one = p->kept != NULL ? find(p, player) : NULL;
    if (one == NULL)
        return; /* denied, or let in without a game session */
    if (one->state == SEAT_ASKED)
        one->state = SEAT_LEFT;
    else
        remove_seat(one);
}

void plugin_players_take_over(plugin *p)
{
    for (seat *one = p->kept->seats; one != NULL; one = one->next)
        one->owner = p;
}

void plugin_players_forget(plugin *p)
{
    for (seat *one = p->kept->seats, *next; one != NULL; one = next) {
        next = one->next;
        free(one);
    }
    p->kept->seats = NULL;
}
