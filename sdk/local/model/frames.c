/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a message to a game server's connection, and what faults do to it there: it comes twice, late,
 * in fragments, or in one piece with others. */
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

static void free_late(local_service *service, local_late_output *late)
{
    local_timer_unmake(&service->timers, &late->timer);
    TAILQ_REMOVE(&service->late_outputs, late, link);
    service->late_output_count--;
    glift__text_free(&late->output.text);
    free(late);
}

void local_forget_late_outputs(local_service *service)
{
    while (!TAILQ_EMPTY(&service->late_outputs))
        free_late(service, TAILQ_FIRST(&service->late_outputs));
}

void local_release_late_outputs(local_service *service, glift__time now)
{
    local_late_output *late;
    TAILQ_FOREACH(late, &service->late_outputs, link)
    local_timer_set(&service->timers, &late->timer, now.mono_ms);
}

static void on_late(local_service *service, glift__time now, void *owner)
{
    local_late_output *late = owner;
    (void)now;
    if (!local_queue_frame(service, &late->output))
        local_log(service, GLIFT_LOG_ERROR, "out of memory: a message to a game server is lost");
    late->output.text = (glift__text){0}; /* it was taken over */
    free_late(service, late);
}

/* Takes over the text. Beyond what may be held up it goes out at once. */
static bool queue(local_service *service, const local_output *output, uint64_t at_ms)
{
    bool waits = at_ms != 0 && service->late_output_count < LOCAL_LATE_OUTPUTS_MAX;
    local_late_output *late = waits ? calloc(1, sizeof *late) : NULL;
    if (late == NULL || !local_timer_make(&service->timers, &late->timer, on_late, late)) {
        free(late);
        return local_queue_frame(service, output);
    }
    late->output = *output;
    TAILQ_INSERT_TAIL(&service->late_outputs, late, link);
    service->late_output_count++;
    local_timer_set(&service->timers, &late->timer, at_ms);
    return true;
}

/* When what waits for this connection goes out; 0: nothing waits. */
static uint64_t joining_ms(const local_service *service, uint64_t connection)
{
    const local_late_output *late;
    TAILQ_FOREACH(late, &service->late_outputs, link)
    {
        if (late->output.connection == connection && late->output.joins)
            return late->timer.at_ms;
    }
    return 0;
}

static bool queue_twice(local_service *service, const local_output *output, uint64_t at_ms)
{
    local_output copy = *output;
    copy.text = (glift__text){.bytes = strdup(output->text.bytes), .length = output->text.length};
    bool copied = copy.text.bytes != NULL && queue(service, &copy, at_ms);
    return queue(service, output, at_ms) && copied;
}

bool local_send_frame(local_service *service, const local_frame *frame, glift__text *text)
{
    const local_fault_scope where = {.process_id = frame->process_id, .action = frame->action};
    local_output output = {.connection = frame->connection, .text = *text};
    uint64_t at_ms = 0;
    *text = (glift__text){0};
    const local_fault *fault = local_fault_hit(service->faults, FAULT_FRAGMENTED_FRAMES, &where);
    if (fault != NULL)
        output.fragment_bytes = (size_t)local_fault_number(fault, "bytes");
    fault = frame->is_push ? NULL : local_fault_hit(service->faults, FAULT_SLOW_ANSWERS, &where);
    if (fault != NULL)
        at_ms = service->now.mono_ms + (uint64_t)local_fault_number(fault, "milliseconds");
    fault = at_ms == 0 ? local_fault_hit(service->faults, FAULT_JOINED_FRAMES, &where) : NULL;
    if (fault != NULL) {
        uint64_t waiting_ms = joining_ms(service, frame->connection);
        output.joins = true;
        at_ms = waiting_ms != 0 ? waiting_ms
                                : service->now.mono_ms + (uint64_t)local_fault_number(fault, "milliseconds");
    }
    if (frame->is_push && local_fault_hit(service->faults, FAULT_DUPLICATED_PUSHES, &where) != NULL)
        return queue_twice(service, &output, at_ms);
    return queue(service, &output, at_ms);
}
