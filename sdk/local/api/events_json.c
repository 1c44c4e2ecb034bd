/* SPDX-License-Identifier: Apache-2.0 */
/* The events of matchmaking and placements as one document (GET /_local/events): each is the envelope that
 * AWS sends, as it was written when it happened. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/service.h"
#include "flexmatch/tickets.h"

#define EVENTS_BYTES_MAX (4u * 1024 * 1024)

static glift_status append(glift__text *out, const char *text)
{
    return glift__text_append(out, text, strlen(text));
}

/* A target has no character that JSON would have to escape (api_notification_target). */
static glift_status append_event(glift__text *out, const local_notice *notice, bool is_first)
{
    char start[512];
    snprintf(start, sizeof start, "%s{\"serial\":%" PRIu64 "%s%s%s,\"event\":", is_first ? "" : ",",
            notice->serial, notice->target != NULL ? ",\"target\":\"" : "",
            notice->target != NULL ? notice->target : "", notice->target != NULL ? "\"" : "");
    glift_status status = append(out, start);
    if (status == GLIFT_OK)
        status = append(out, notice->text);
    return status == GLIFT_OK ? append(out, "}") : status;
}

glift_status local_service_events(const local_service *service, uint64_t after, glift__text *out)
{
    char end[64];
    const local_notice *first = local_notice_after(service, after);
    glift_status status = append(out, "{\"events\":[");
    for (const local_notice *notice = first;
            notice != NULL && status == GLIFT_OK && out->length < EVENTS_BYTES_MAX;
            notice = TAILQ_NEXT(notice, link)) {
        status = append_event(out, notice, notice == first);
        after = notice->serial;
    }
    snprintf(end, sizeof end, "],\"last\":%" PRIu64 "}", after);
    if (status == GLIFT_OK)
        status = append(out, end);
    if (status != GLIFT_OK)
        glift__text_free(out);
    return status;
}
