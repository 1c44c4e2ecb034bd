/* SPDX-License-Identifier: Apache-2.0 */
/* The ring of entries. An entry is one allocation with its texts behind it, so that adding one and forgetting
 * the oldest cost the same however long they are. */
#include "journal/journal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/conversations.h"
#include "journal/mask.h"

/* Of a text that is too long, so much more is looked at: a secret that stands where it is cut is seen whole.
 */
#define OVERHANG 1024

glift_status local_journal_create(local_service *service)
{
    service->journal = calloc(1, sizeof *service->journal);
    if (service->journal == NULL)
        return GLIFT_ERR_MEMORY;
    service->journal->first = 1;
    return GLIFT_OK;
}

static local_entry **slot_of(struct local_journal *journal, uint64_t serial)
{
    return &journal->entries[serial % LOCAL_ENTRIES_KEPT];
}

static void forget_oldest(struct local_journal *journal)
{
    local_entry **oldest = slot_of(journal, journal->first++);
    journal->bytes -= (*oldest)->size;
    free(*oldest);
    *oldest = NULL;
}

void local_journal_destroy(local_service *service)
{
    struct local_journal *journal = service->journal;
    if (journal == NULL)
        return;
    while (journal->first <= journal->last)
        forget_oldest(journal);
    local_conversations_fini(&journal->conversations);
    free(journal);
    service->journal = NULL;
}

/* ---- writing ---- */

typedef struct piece {
    const char *text;
    size_t length;
} piece;

static piece piece_of(const char *text, size_t length, size_t most)
{
    if (text == NULL)
        return (piece){"", 0};
    return (piece){text, length > most + OVERHANG ? most + OVERHANG : length};
}

static piece name_piece(const char *name)
{
    return piece_of(name, name != NULL ? strlen(name) : 0, LOCAL_ENTRY_NAME_MAX);
}

/* An entry with its texts as they were said, not cleaned yet. NULL: there is no memory for it. */
static local_entry *make_entry(const local_said *said)
{
    const piece pieces[] = {name_piece(said->process_id), name_piece(said->action),
            name_piece(said->request_id), piece_of(said->text, said->length, LOCAL_ENTRY_TEXT_MAX)};
    enum { PIECES = sizeof pieces / sizeof pieces[0], TEXT = PIECES - 1 };
    size_t room = 0;
    char *texts[PIECES];
    for (size_t i = 0; i < PIECES; i++)
        room += pieces[i].length + 1;
    local_entry *entry = malloc(sizeof *entry + room);
    if (entry == NULL)
        return NULL;
    char *at = (char *)(entry + 1);
    for (size_t i = 0; i < PIECES; i++) {
        texts[i] = at;
        memcpy(at, pieces[i].text, pieces[i].length);
        at += pieces[i].length;
        *at++ = '\0';
    }
    *entry = (local_entry){.kind = said->kind,
            .direction = said->direction,
            .connection = said->connection,
            .process_id = texts[0],
            .action = texts[1],
            .request_id = texts[2],
            .status = said->status,
            .pair = said->pair,
            .text = texts[TEXT],
            .length = pieces[TEXT].length,
            .cut = pieces[TEXT].length < said->length,
            .size = sizeof *entry + room};
    return entry;
}

/* ---- what others are shown ---- */

/* In place: without secrets, no longer than it may be, and UTF-8. The new length. */
static size_t clean(const local_service *service, const char *text, size_t length, size_t most)
{
    char *out = (char *)text; /* of an entry of ours */
    for (char *zero = out; (zero = memchr(zero, '\0', length - (size_t)(zero - out))) != NULL;)
        *zero = ' ';
    length = local_mask_secrets(out, length, service->access_token);
    out[length < most ? length : most] = '\0';
    local_mend_text(out);
    return strlen(out);
}

/* Entries are cleaned when somebody reads them: most are never read. */
static const local_entry *show(const local_service *service, local_entry *entry)
{
    if (entry->is_clean)
        return entry;
    clean(service, entry->process_id, strlen(entry->process_id), LOCAL_ENTRY_NAME_MAX);
    clean(service, entry->action, strlen(entry->action), LOCAL_ENTRY_NAME_MAX);
    clean(service, entry->request_id, strlen(entry->request_id), LOCAL_ENTRY_NAME_MAX);
    entry->cut = entry->cut || entry->length > LOCAL_ENTRY_TEXT_MAX;
    entry->length = clean(service, entry->text, entry->length, LOCAL_ENTRY_TEXT_MAX);
    entry->is_clean = true;
    return entry;
}

static void keep(struct local_journal *journal, local_entry *entry)
{
    while (journal->first <= journal->last && (journal->last - journal->first + 1 == LOCAL_ENTRIES_KEPT ||
                                                      journal->bytes + entry->size > LOCAL_ENTRY_BYTES_KEPT))
        forget_oldest(journal);
    journal->last = entry->serial;
    journal->bytes += entry->size;
    *slot_of(journal, entry->serial) = entry;
}

uint64_t local_journal_say(local_service *service, glift__time now, const local_said *said)
{
    struct local_journal *journal = service->journal;
    local_entry *entry = make_entry(said);
    if (entry == NULL)
        return 0;
    entry->serial = journal->last + 1;
    entry->unix_ms = now.unix_ms;
    entry->mono_ms = now.mono_ms;
    local_conversations_join(service, entry);
    keep(journal, entry);
    if (said->direction == LOCAL_ENTRY_IN)
        service->said = entry->serial;
    if (journal->heard != NULL)
        journal->heard(journal->user, show(service, entry));
    return entry->serial;
}

uint64_t local_journal_note(
        local_service *service, glift__time now, const local_said *said, const char *format, ...)
{
    char text[1024];
    local_said note = *said;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    note.kind = LOCAL_ENTRY_NOTE;
    note.text = text;
    note.length = length < 0 ? 0 : (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
    return local_journal_say(service, now, &note);
}

/* ---- reading ---- */

const local_entry *local_journal_after(const local_service *service, uint64_t serial)
{
    struct local_journal *journal = service->journal;
    uint64_t next = serial + 1 > journal->first ? serial + 1 : journal->first;
    return serial < journal->last && next <= journal->last ? show(service, *slot_of(journal, next)) : NULL;
}

uint64_t local_journal_last(const local_service *service)
{
    return service->journal->last;
}

const char *local_entry_kind_name(local_entry_kind kind)
{
    static const char *const names[] = {"frame", "call", "line", "note"};
    return names[kind];
}

const char *local_entry_direction_name(local_entry_direction direction)
{
    return direction == LOCAL_ENTRY_IN ? "in" : "out";
}

void local_journal_listen(
        local_service *service, void (*heard)(void *user, const local_entry *entry), void *user)
{
    service->journal->heard = heard;
    service->journal->user = user;
}
