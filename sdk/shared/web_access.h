/* SPDX-License-Identifier: Apache-2.0 */
/* Who may talk to a program that listens on this machine: the one check of gamelift-local and of the arena.
 *
 * Any page that a browser here shows can reach a loopback port. The Origin that browsers send tells such
 * pages apart; the Host that they send tells a foreign name that was pointed at this machine (DNS rebinding).
 */
#ifndef WEB_ACCESS_H
#define WEB_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct web_access {
    const char *address;        /* that the program is bound to, beside the loopback's names; NULL: none */
    const char *const *origins; /* "https://play.example": pages that are welcome, and a Host that is ours */
    size_t origin_count;
    const char *const *hosts; /* "gamelift": further names that are ours */
    size_t host_count;
    bool any_host;       /* the program is for other machines, which call it by names that it does not know */
    bool any_local_page; /* pages of every port of the loopback and of `address` are welcome, not only the
                            program's own */
} web_access;

typedef enum web_verdict { WEB_WELCOME, WEB_FOREIGN_HOST, WEB_FOREIGN_PAGE } web_verdict;

/* The values of the headers; "" where they were not sent. */
web_verdict web_judge(const web_access *access, const char *host, const char *origin);

#endif
