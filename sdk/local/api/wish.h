/* SPDX-License-Identifier: Apache-2.0 */
/* What a page asks for, whether by the query of a GET or by a subscription of the live feed: a list of
 * things, one thing, messages, or the overview. */
#ifndef LOCAL_WISH_H
#define LOCAL_WISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define API_LIST_MAX     500 /* rows of one answer */
#define API_LIST_DEFAULT 60
#define API_MESSAGES_MAX 1000 /* entries of one answer */
#define API_WISH_TEXT    256
#define API_WISH_KEY     640 /* the ARN of a game session may have 512 */

typedef enum api_wish_what {
    API_WISH_LIST,
    API_WISH_DETAIL,
    API_WISH_MESSAGES,
    API_WISH_OVERVIEW
} api_wish_what;

typedef enum api_status_wish { API_ANY_STATUS, API_STATUS_OK, API_STATUS_ERROR } api_status_wish;

typedef struct api_wish {
    api_wish_what what;
    const struct api_view *view; /* of a list or a thing */
    char states[API_WISH_TEXT];  /* "READY,HOSTING"; "": any */
    char text[API_WISH_TEXT];    /* that is part of one of a thing's texts, in any case; "": any */
    size_t offset, limit;        /* limit 0: the default */
    bool oldest_first;
    char key[API_WISH_KEY], id[API_WISH_KEY]; /* of a thing: its serial as text, or what it is called */
    uint64_t after, before;                   /* of messages; before 0: none is too new */
    char process_id[API_WISH_KEY], action[API_WISH_KEY], kinds[API_WISH_TEXT];
    api_status_wish status;
} api_wish;

#define API_WHY_SIZE 256

/* "list", "detail", "messages" or "overview". False: it is none of them. */
bool api_wish_begin(api_wish *wish, const char *what);
/* Of one parameter. False: *why is a sentence about what is wrong. */
bool api_wish_set(api_wish *wish, const char *name, const char *value, char why[API_WHY_SIZE]);
/* After the last one. */
bool api_wish_check(const api_wish *wish, char why[API_WHY_SIZE]);
/* All parameters of a query, as it came; the one called "token" is not ours to read. */
bool api_wish_read(api_wish *wish, const char *query, char why[API_WHY_SIZE]);

/* Whether a word is one of a list with commas between them; an empty list has all of them. */
bool api_is_listed(const char *list, const char *word);
/* Whether the text has this part, in any case. */
bool api_has_part(const char *text, const char *part);

#endif
