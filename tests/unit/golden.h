/* SPDX-License-Identifier: Apache-2.0 */
/* The golden messages of assets/wire: <name>.<request|answer|push|document>[.<dialect>].json. */
#ifndef GOLDEN_H
#define GOLDEN_H

#include "test.h"

#if !defined(_WIN32) /* where test.h brings it */
#include <glob.h>
#endif

typedef struct golden {
    char name[96]; /* without folder and ".json" */
    char *bytes;   /* NUL-terminated, also */
    size_t length;
} golden;

static inline golden golden_from_path(const char *path)
{
    golden file = {0};
    const char *base = strrchr(path, '/') + 1;
    snprintf(file.name, sizeof file.name, "%.*s", (int)(strlen(base) - strlen(".json")), base);
    FILE *stream = fopen(path, "rb");
    CHECK(stream != NULL);
    CHECK(fseek(stream, 0, SEEK_END) == 0);
    file.length = (size_t)ftell(stream);
    rewind(stream);
    file.bytes = calloc(1, file.length + 1);
    CHECK(file.bytes != NULL);
    CHECK(fread(file.bytes, 1, file.length, stream) == file.length);
    fclose(stream);
    return file;
}

static inline golden golden_open(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, ASSETS "/wire/%s.json", name);
    return golden_from_path(path);
}

static inline void golden_close(golden *file)
{
    free(file->bytes);
}

/* Calls `visit` with each file whose name matches; at least `least` must. */
static inline void golden_each(const char *pattern, size_t least, void (*visit)(const golden *file))
{
    char path[512];
    glob_t found;
    snprintf(path, sizeof path, ASSETS "/wire/%s.json", pattern);
    CHECK_INT(glob(path, 0, NULL, &found), 0);
    CHECK(found.gl_pathc >= least);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        golden file = golden_from_path(found.gl_pathv[i]);
        visit(&file);
        golden_close(&file);
    }
    globfree(&found);
}

#endif
