/* SPDX-License-Identifier: Apache-2.0 */
/* Which records are written when, and how a service is made of those that a store has. */
#include "model/keep_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What else of the service goes on: no serial, id or connection number is made twice. */
static const local_field service_fields[] = {
        LOCAL_FIELD(LOCAL_UINT64, local_service, last_serial),
        LOCAL_FIELD(LOCAL_UINT64, local_service, random_state),
        LOCAL_FIELD(LOCAL_UINT64, local_service, last_connection),
        LOCAL_FIELD(LOCAL_UINT64, local_service, ready_count),
        LOCAL_FIELD(LOCAL_TIMER, local_service, match_tick),
        LOCAL_FIELDS_END,
};
static const local_kind service_kind = {
        .name = "service",
        .size = sizeof(local_service),
        .record_at = offsetof(local_service, record),
        .memory_at = LOCAL_NO_MEMBER,
        .fields = service_fields,
};

/* FNV-1a, eight bytes at a time where there are as many. Never 0, which stands for "nothing". */
static uint64_t hash_of(const char *bytes, size_t length)
{
    uint64_t hash = 0xCBF29CE484222325u ^ length, eight;
    for (; length >= sizeof eight; length -= sizeof eight, bytes += sizeof eight) {
        memcpy(&eight, bytes, sizeof eight);
        hash = (hash ^ eight) * 0x100000001B3u;
        hash ^= hash >> 32;
    }
    for (; length > 0; length--)
        hash = (hash ^ (unsigned char)*bytes++) * 0x100000001B3u;
    return hash != 0 ? hash : 1;
}

/* ---- life ---- */

void local_keeper_init(local_keeper *keeper, const local_store *store)
{
    *keeper = (local_keeper){.store = store};
    TAILQ_INIT(&keeper->all);
    TAILQ_INIT(&keeper->changed);
}

void local_keep_stop(local_keeper *keeper)
{
    keeper->store = NULL;
}

static void enter_record(local_keeper *keeper, local_record *record, const local_kind *kind)
{
    record->keeper = keeper;
    record->kind = kind;
    TAILQ_INSERT_TAIL(&keeper->all, record, link);
}

void local_keep(local_service *service, local_record *record, const local_kind *kind)
{
    local_keeper *keeper = &service->keeper;
    if (keeper->store == NULL)
        return;
    enter_record(keeper, record, kind);
    record->row = ++keeper->last_row;
    local_changed(record);
}

void local_changed(local_record *record)
{
    if (record->keeper == NULL || record->is_changed)
        return;
    record->is_changed = true;
    TAILQ_INSERT_TAIL(&record->keeper->changed, record, changed_link);
}

void local_keep_no_more(local_record *record)
{
    local_keeper *keeper = record->keeper;
    if (keeper == NULL)
        return;
    TAILQ_REMOVE(&keeper->all, record, link);
    if (record->is_changed)
        TAILQ_REMOVE(&keeper->changed, record, changed_link);
    if (keeper->store != NULL && record->hash != 0) {
        keeper->is_dirty = true;
        if (!keeper->store->remove(keeper->store->user, record->kind->name, record->row))
            keeper->has_failed = true;
    }
    record->keeper = NULL;
    record->is_changed = false;
}

/* ---- writing ---- */

static bool differs(local_keeper *keeper, const local_record *record, uint64_t *hash)
{
    if (!local_write_record(keeper, record)) {
        keeper->has_failed = true;
        return false;
    }
    *hash = hash_of(keeper->text, keeper->length);
    return *hash != record->hash;
}

static void write_changed(local_keeper *keeper)
{
    local_record *record;
    uint64_t hash;
    while ((record = TAILQ_FIRST(&keeper->changed)) != NULL) {
        TAILQ_REMOVE(&keeper->changed, record, changed_link);
        record->is_changed = false;
        if (!differs(keeper, record, &hash))
            continue;
        record->hash = hash;
        keeper->is_dirty = true;
        if (!keeper->store->put(
                    keeper->store->user, record->kind->name, record->row, keeper->text, keeper->length))
            keeper->has_failed = true;
    }
}

/* A record that differs and does not say so would be lost at the next start. */
static void check_all(local_service *service)
{
    local_keeper *keeper = &service->keeper;
    const local_record *record;
    uint64_t hash;
    TAILQ_FOREACH(record, &keeper->all, link)
    {
        if (record->is_changed || !differs(keeper, record, &hash))
            continue;
        local_log(service, GLIFT_LOG_ERROR, "%s %" PRIu64 " has changed and does not say so: %.*s",
                record->kind->name, record->row, (int)keeper->length, keeper->text);
        keeper->has_failed = true;
    }
}

bool local_commit(local_service *service, glift__time now)
{
    local_keeper *keeper = &service->keeper;
    if (keeper->store == NULL)
        return true;
    local_changed(&service->record);
    if (keeper->store->checks_all)
        check_all(service);
    write_changed(keeper);
    if (keeper->has_failed || !keeper->is_dirty)
        return !keeper->has_failed;
    keeper->is_dirty = false;
    keeper->has_failed = !keeper->store->commit(keeper->store->user, now);
    return !keeper->has_failed;
}

/* ---- reading ---- */

typedef struct restoring {
    local_service *service;
    glift__time now;
    local_reading reading;
} restoring;

static bool refuse(local_service *service, const local_kind *kind, uint64_t row, const char *what)
{
    local_log(service, GLIFT_LOG_ERROR, "the kept state cannot be used: %s %" PRIu64 ": %s", kind->name, row,
            what);
    return false;
}

static bool note_reading(local_reading *reading, local_record *record)
{
    if (reading->count == reading->room) {
        size_t room = reading->room * 2 + 64;
        local_record **records = realloc(reading->records, room * sizeof(local_record *));
        if (records == NULL)
            return false;
        reading->records = records;
        reading->room = room;
    }
    reading->records[reading->count++] = record;
    reading->begin[reading->kind_count] = reading->count;
    return true;
}

static void take_record(
        local_keeper *keeper, local_record *record, const local_kind *kind, uint64_t row, uint64_t hash)
{
    enter_record(keeper, record, kind);
    record->row = row;
    record->hash = hash;
    if (row > keeper->last_row)
        keeper->last_row = row;
    local_changed(record); /* it may have been entered with another deadline, or be written differently now */
}

static bool restore_row(void *arg, uint64_t row, const char *body, size_t length)
{
    restoring *self = arg;
    local_keeper *keeper = &self->service->keeper;
    const local_kind *kind = self->reading.kinds[self->reading.kind_count - 1];
    void *entity = calloc(1, kind->size);
    if (entity == NULL)
        return refuse(self->service, kind, row, "out of memory");
    local_record *record = (local_record *)(void *)((char *)entity + kind->record_at);
    const char *fault = local_read_record(keeper, kind, entity, body, length);
    bool good = fault == NULL && note_reading(&self->reading, record);
    if (good && kind->enter(self->service, self->now, entity)) {
        take_record(keeper, record, kind, row, hash_of(body, length));
        return true;
    }
    local_discard_record(kind, entity);
    if (fault == NULL)
        return refuse(self->service, kind, row, "it does not fit to the rest");
    local_log(self->service, GLIFT_LOG_ERROR,
            "the kept state cannot be used: %s %" PRIu64 ": its %s is missing or not what it should be",
            kind->name, row, fault);
    return false;
}

static bool restore_service(void *arg, uint64_t row, const char *body, size_t length)
{
    restoring *self = arg;
    local_service *service = self->service;
    if (local_read_record(&service->keeper, &service_kind, service, body, length) != NULL)
        return refuse(service, &service_kind, row, "it cannot be read");
    local_timer_resume(&service->timers, &service->match_tick);
    take_record(&service->keeper, &service->record, &service_kind, row, hash_of(body, length));
    return true;
}

static bool restore_kind(restoring *self, const local_kind *kind)
{
    const local_store *store = self->service->keeper.store;
    local_reading *reading = &self->reading;
    reading->kinds[reading->kind_count++] = kind;
    reading->begin[reading->kind_count] = reading->count;
    bool good = store->each(store->user, kind->name, restore_row, self);
    if (good && kind->entered != NULL)
        kind->entered(self->service);
    return good;
}

bool local_restore(local_service *service, glift__time now, const local_kind *const *kinds, size_t count)
{
    const local_store *store = service->keeper.store;
    restoring self = {.service = service, .now = now};
    bool good =
            count <= LOCAL_KINDS_MAX && store->each(store->user, service_kind.name, restore_service, &self);
    service->keeper.reading = &self.reading;
    for (size_t i = 0; good && i < count; i++)
        good = restore_kind(&self, kinds[i]);
    service->keeper.reading = NULL;
    free(self.reading.records);
    if (good && service->record.keeper == NULL)
        local_keep(service, &service->record, &service_kind);
    return good;
}
