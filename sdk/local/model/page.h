/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of a list that is walked in the order of serials: the token says after which one to go on, and for
 * which list it was made. Entities that come or go between two pages do no harm (S13). */
#ifndef LOCAL_PAGE_H
#define LOCAL_PAGE_H

#include "model/model.h"

#define LOCAL_PAGE_TOKEN_SIZE 32

typedef struct local_page {
    const char *list; /* its name */
    uint64_t after;   /* serials up to this one were on earlier pages */
    uint64_t last;    /* the last one that was taken */
    size_t room;
    bool more;
} local_page;

/* Token NULL or "": the first page. False: the token is not one of this list. */
bool local_page_begin(
        local_page *page, const char *list, const char *token, size_t limit, local_refusal *why);
/* True: this entity belongs on the page. */
bool local_page_takes(local_page *page, uint64_t serial);
/* The token of the next page; "" where there is none. */
void local_page_token(const local_page *page, char token[LOCAL_PAGE_TOKEN_SIZE]);

#endif
