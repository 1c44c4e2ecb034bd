/* SPDX-License-Identifier: Apache-2.0 */
/* Player sessions as a game server is told of them. */
#ifndef LOCAL_SEAT_PAGE_H
#define LOCAL_SEAT_PAGE_H

#include "model/model.h"
#include "model/page.h"

/* As many as the limit and the size of a message allow; their number. */
size_t local_fill_seat_page(const local_service *service, const local_seat_query *query, local_page *page,
        glift_player_session *out);

#endif
