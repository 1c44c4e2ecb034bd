/* SPDX-License-Identifier: Apache-2.0 */
#include "program/state_file.h"

#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/platform.h"
#include "system/paths.h"

#define APPLICATION_ID 0x474C5354 /* "GLST": tells the file from other databases */
#define VERSION        1          /* of the tables, and of the members of each kind of record */

/* One program at a time: the lock is taken at the start and goes with the process. Pages beyond 4 MB of the
 * log go into the database now and then, which is when the disk is waited for. */
static const char settings[] = "PRAGMA locking_mode=EXCLUSIVE;"
                               "PRAGMA journal_mode=WAL;"
                               "PRAGMA synchronous=NORMAL;"
                               "PRAGMA temp_store=MEMORY;"
                               "BEGIN IMMEDIATE; COMMIT;";

static const char tables[] =
        "BEGIN IMMEDIATE;"
        "CREATE TABLE record(kind TEXT NOT NULL, row INTEGER NOT NULL, body TEXT NOT NULL,"
        " PRIMARY KEY(kind, row)) WITHOUT ROWID;"
        "CREATE TABLE service(region TEXT NOT NULL, account TEXT NOT NULL, mono_ms INTEGER, unix_ms INTEGER,"
        " machine_unix_ms INTEGER);";

struct state_file {
    char *path;
    sqlite3 *database;
    sqlite3_stmt *put, *remove, *each, *clock;
    local_store store;
    bool is_open; /* a transaction */
    char why[STATE_WHY_SIZE];
};

/* ---- what goes wrong ---- */

/* `what` with the path in it, and the reason that the system or SQLite gives. */
static bool fail(state_file *self, const char *what, const char *reason)
{
    snprintf(self->why, sizeof self->why, "%s --state %.4000s: %.500s", what, self->path, reason);
    return false;
}

static const char *reason_of(const state_file *self)
{
    switch (sqlite3_errcode(self->database)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another gamelift-local uses it; stop that one, or give this one another file";
    case SQLITE_NOTADB:
        return "it is not a state file of gamelift-local";
    case SQLITE_CORRUPT:
        return "it is damaged; remove it, or put a copy in its place";
    case SQLITE_FULL:
        return "there is no space left";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
        return "the file and its folder have to be writable";
    default:
        return sqlite3_errmsg(self->database);
    }
}

static bool fail_to_write(state_file *self)
{
    return fail(self, "cannot write", reason_of(self));
}

static bool fail_to_use(state_file *self)
{
    return fail(self, "cannot use", reason_of(self));
}

/* ---- statements ---- */

static bool run(state_file *self, const char *sql)
{
    return sqlite3_exec(self->database, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* Runs a statement that returns no rows. */
static bool step(sqlite3_stmt *statement)
{
    int result = sqlite3_step(statement);
    return sqlite3_reset(statement) == SQLITE_OK && result == SQLITE_DONE;
}

static bool begin(state_file *self)
{
    if (!self->is_open && !run(self, "BEGIN"))
        return false;
    self->is_open = true;
    return true;
}

/* ---- the store ---- */

static bool put(void *user, const char *kind, uint64_t row, const char *body, size_t length)
{
    state_file *self = user;
    bool good = begin(self) && sqlite3_bind_text(self->put, 1, kind, -1, SQLITE_STATIC) == SQLITE_OK &&
                sqlite3_bind_int64(self->put, 2, (int64_t)row) == SQLITE_OK &&
                sqlite3_bind_text(self->put, 3, body, (int)length, SQLITE_STATIC) == SQLITE_OK &&
                step(self->put);
    return good || fail_to_write(self);
}

static bool take_out(void *user, const char *kind, uint64_t row)
{
    state_file *self = user;
    bool good = begin(self) && sqlite3_bind_text(self->remove, 1, kind, -1, SQLITE_STATIC) == SQLITE_OK &&
                sqlite3_bind_int64(self->remove, 2, (int64_t)row) == SQLITE_OK && step(self->remove);
    return good || fail_to_write(self);
}

static bool commit(void *user, glift__time now)
{
    state_file *self = user;
    bool good = begin(self) && sqlite3_bind_int64(self->clock, 1, (int64_t)now.mono_ms) == SQLITE_OK &&
                sqlite3_bind_int64(self->clock, 2, now.unix_ms) == SQLITE_OK &&
                sqlite3_bind_int64(self->clock, 3, glift__clock_unix_ms()) == SQLITE_OK &&
                step(self->clock) && run(self, "COMMIT");
    self->is_open = self->is_open && !good;
    return good || fail_to_write(self);
}

static bool each(void *user, const char *kind, local_row_fn row, void *arg)
{
    state_file *self = user;
    bool good = sqlite3_bind_text(self->each, 1, kind, -1, SQLITE_STATIC) == SQLITE_OK;
    int result = SQLITE_DONE;
    while (good && (result = sqlite3_step(self->each)) == SQLITE_ROW)
        good = row(arg, (uint64_t)sqlite3_column_int64(self->each, 0),
                (const char *)sqlite3_column_text(self->each, 1),
                (size_t)sqlite3_column_bytes(self->each, 1));
    bool whole = sqlite3_reset(self->each) == SQLITE_OK && result != SQLITE_ERROR;
    if (!good)
        return fail(self, "cannot use", "see the line above");
    return whole || fail_to_use(self);
}

const local_store *state_file_store(state_file *file)
{
    return &file->store;
}

/* ---- opening ---- */

/* Whoever may write to the folder has perhaps put something there that is not a file of ours. It holds
 * tokens: a new one is for its owner only, and what SQLite puts beside it is like it. */
static bool make_file(state_file *self)
{
    bool is_plain;
    if (local_file_ensure(self->path, &is_plain))
        return true;
    return fail(self, "cannot open",
            !is_plain        ? "it is no plain file"
            : errno == ELOOP ? "it is a symbolic link; give the file that it leads to"
                             : strerror(errno));
}

/* The only value of the first row. */
static bool ask(state_file *self, const char *sql, int64_t *out)
{
    sqlite3_stmt *statement = NULL;
    bool good = sqlite3_prepare_v2(self->database, sql, -1, &statement, NULL) == SQLITE_OK &&
                sqlite3_step(statement) == SQLITE_ROW;
    *out = good ? sqlite3_column_int64(statement, 0) : 0;
    return sqlite3_finalize(statement) == SQLITE_OK && good;
}

static bool make_tables(state_file *self, const char *region, const char *account)
{
    char *sql = sqlite3_mprintf("%s"
                                "INSERT INTO service VALUES(%Q, %Q, NULL, NULL, NULL);"
                                "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT;",
            tables, region, account, APPLICATION_ID, VERSION);
    bool good = sql != NULL && run(self, sql);
    sqlite3_free(sql);
    return good || fail_to_write(self);
}

/* Its ARNs name both. */
static bool check_names(state_file *self, const char *region, const char *account)
{
    sqlite3_stmt *statement = NULL;
    char text[400];
    bool same = false;
    if (sqlite3_prepare_v2(self->database, "SELECT region, account FROM service", -1, &statement, NULL) !=
                    SQLITE_OK ||
            sqlite3_step(statement) != SQLITE_ROW) {
        sqlite3_finalize(statement);
        return fail(self, "cannot use", "it is damaged; remove it, or put a copy in its place");
    }
    const char *its_region = (const char *)sqlite3_column_text(statement, 0);
    const char *its_account = (const char *)sqlite3_column_text(statement, 1);
    same = strcmp(its_region, region) == 0 && strcmp(its_account, account) == 0;
    snprintf(text, sizeof text,
            "it was made with --region %.100s --account %.20s, and goes on with them only", its_region,
            its_account);
    sqlite3_finalize(statement);
    return same || fail(self, "cannot use", text);
}

static bool check_version(state_file *self, int64_t application, int64_t version)
{
    if (application != APPLICATION_ID)
        return fail(self, "cannot use", "it is a database of another program");
    if (version > VERSION)
        return fail(self, "cannot use", "a newer gamelift-local has written it");
    return version == VERSION ||
           fail(self, "cannot use", "an older gamelift-local has written it; remove it");
}

static bool check_whole(state_file *self)
{
    int64_t damaged = 0;
    return (ask(self, "SELECT count(*) FROM pragma_quick_check(1) WHERE quick_check <> 'ok'", &damaged) &&
                   damaged == 0) ||
           fail(self, "cannot use", "it is damaged; remove it, or put a copy in its place");
}

static bool prepare(state_file *self)
{
    const struct {
        sqlite3_stmt **to;
        const char *sql;
    } all[] = {
            {&self->put, "INSERT INTO record VALUES(?1, ?2, ?3)"
                         " ON CONFLICT(kind, row) DO UPDATE SET body = excluded.body"},
            {&self->remove, "DELETE FROM record WHERE kind = ?1 AND row = ?2"},
            {&self->each, "SELECT row, body FROM record WHERE kind = ?1 ORDER BY row"},
            {&self->clock, "UPDATE service SET mono_ms = ?1, unix_ms = ?2, machine_unix_ms = ?3"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (sqlite3_prepare_v3(self->database, all[i].sql, -1, SQLITE_PREPARE_PERSISTENT, all[i].to, NULL) !=
                SQLITE_OK)
            return fail_to_use(self);
    }
    return true;
}

static bool open_database(state_file *self, const char *region, const char *account)
{
    int64_t application, version, table_count;
    if (sqlite3_open_v2(self->path, &self->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
                    SQLITE_OK ||
            !run(self, settings) || !ask(self, "PRAGMA application_id", &application) ||
            !ask(self, "PRAGMA user_version", &version) ||
            !ask(self, "SELECT count(*) FROM sqlite_schema", &table_count))
        return fail_to_use(self);
    bool is_new = application == 0 && version == 0 && table_count == 0;
    if (is_new && !make_tables(self, region, account))
        return false;
    return (is_new || check_version(self, application, version)) && check_whole(self) &&
           check_names(self, region, account) && prepare(self);
}

state_file *state_file_open(
        const char *path, const char *region, const char *account, char why[STATE_WHY_SIZE])
{
    state_file *self = calloc(1, sizeof *self);
    if (self != NULL)
        self->path = strdup(path);
    if (self == NULL || self->path == NULL) {
        free(self);
        snprintf(why, STATE_WHY_SIZE, "out of memory");
        return NULL;
    }
    self->store = (local_store){.user = self, .put = put, .remove = take_out, .commit = commit, .each = each};
    if (make_file(self) && open_database(self, region, account))
        return self;
    snprintf(why, STATE_WHY_SIZE, "%s", self->why);
    state_file_close(self);
    return NULL;
}

void state_file_close(state_file *file)
{
    if (file == NULL)
        return;
    sqlite3_finalize(file->put);
    sqlite3_finalize(file->remove);
    sqlite3_finalize(file->each);
    sqlite3_finalize(file->clock);
    sqlite3_close(file->database);
    free(file->path);
    free(file);
}

/* ---- time, reset ---- */

bool state_file_time(const state_file *file, double scale, glift__time *out)
{
    sqlite3_stmt *statement = NULL;
    bool known = sqlite3_prepare_v2(file->database, "SELECT mono_ms, unix_ms, machine_unix_ms FROM service",
                         -1, &statement, NULL) == SQLITE_OK &&
                 sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) == SQLITE_INTEGER;
    if (known) {
        int64_t passed_ms = glift__clock_unix_ms() - sqlite3_column_int64(statement, 2);
        passed_ms = passed_ms > 0 ? llround((double)passed_ms * scale) : 0; /* it never runs backwards */
        out->mono_ms = (uint64_t)(sqlite3_column_int64(statement, 0) + passed_ms);
        out->unix_ms = sqlite3_column_int64(statement, 1) + passed_ms;
    }
    sqlite3_finalize(statement);
    return known;
}

bool state_file_clear(state_file *file)
{
    return (begin(file) && run(file, "DELETE FROM record")) || fail_to_write(file);
}

void state_file_keep(state_file *file)
{
    run(file, "ROLLBACK");
    file->is_open = false;
}

const char *state_file_why(const state_file *file)
{
    return file->why;
}
