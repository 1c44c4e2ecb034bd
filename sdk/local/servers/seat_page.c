/* SPDX-License-Identifier: Apache-2.0 */
#include "servers/seat_page.h"

/* Game servers take messages up to 128 KiB: a page of player sessions ends before that. */
#define PAGE_BYTES_MAX (96 * 1024)

static const char *text_or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static glift_player_session describe(const local_player_session *seat)
{
    const local_game_session *session = seat->game_session;
    return (glift_player_session){
            .player_session_id = seat->id,
            .player_id = seat->player_id,
            .game_session_id = session->arn,
            .fleet_id = session->fleet->id,
            .player_data = text_or_empty(seat->player_data),
            .ip_address = text_or_empty(session->ip_address),
            .dns_name = text_or_empty(session->dns_name),
            .port = session->port,
            .status = seat->status,
            .creation_time_unix_ms = seat->creation_unix_ms,
            .termination_time_unix_ms = seat->termination_unix_ms,
    };
}

/* At the most: quotes and backslashes take two bytes, control characters six. */
static size_t bytes_in_json(const char *text)
{
    size_t bytes = 0;
    for (; *text != '\0'; text++)
        bytes += (unsigned char)*text < ' ' ? 6 : *text == '"' || *text == '\\' ? 2 : 1;
    return bytes;
}

static size_t bytes_of_seat(const glift_player_session *seat)
{
    enum { REST_BYTES = 320 }; /* names of members, punctuation, status, numbers */
    return REST_BYTES + bytes_in_json(seat->player_session_id) + bytes_in_json(seat->player_id) +
           bytes_in_json(seat->game_session_id) + bytes_in_json(seat->fleet_id) +
           bytes_in_json(seat->player_data) + bytes_in_json(seat->ip_address) + bytes_in_json(seat->dns_name);
}

size_t local_fill_seat_page(const local_service *service, const local_seat_query *query, local_page *page,
        glift_player_session *out)
{
    size_t count = 0, bytes = 0;
    for (const local_player_session *seat = NULL; (seat = local_seats_next(service, query, seat)) != NULL;) {
        glift_player_session described = describe(seat);
        size_t size = bytes_of_seat(&described);
        if (count > 0 && bytes + size > PAGE_BYTES_MAX)
            page->room = 0;
        if (!local_page_takes(page, seat->serial))
            continue;
        out[count++] = described;
        bytes += size;
    }
    return count;
}
