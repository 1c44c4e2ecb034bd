/* SPDX-License-Identifier: Apache-2.0 */
#include "model/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* FNV-1a over the list's name and the serial: a token of another list, or a made-up one, does not fit. */
static uint32_t checksum(const char *list, uint64_t serial)
{
    uint32_t hash = 0x811C9DC5u;
    for (const char *c = list; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 0x01000193u;
    for (unsigned shift = 0; shift < 64; shift += 8)
        hash = (hash ^ (uint32_t)(serial >> shift & 0xFF)) * 0x01000193u;
    return hash;
}

static void write_token(const char *list, uint64_t serial, char token[LOCAL_PAGE_TOKEN_SIZE])
{
    snprintf(token, LOCAL_PAGE_TOKEN_SIZE, "%016" PRIx64 "%08" PRIx32, serial, checksum(list, serial));
}

bool local_page_begin(local_page *page, const char *list, const char *token, size_t limit, local_refusal *why)
{
    *page = (local_page){.list = list, .room = limit};
    if (token == NULL || token[0] == '\0')
        return true;
    char right[LOCAL_PAGE_TOKEN_SIZE];
    /* What sscanf makes of anything but a token is not written back as the same text.
     * NOLINTNEXTLINE(cert-err34-c) */
    if (strlen(token) == 24 && sscanf(token, "%16" SCNx64, &page->after) == 1) {
        write_token(list, page->after, right);
        if (strcmp(token, right) == 0)
            return true;
    }
    return local_refuse(why, LOCAL_INVALID_REQUEST, "NextToken is not a token of %s.", list);
}

bool local_page_takes(local_page *page, uint64_t serial)
{
    if (serial <= page->after || page->more)
        return false;
    if (page->room == 0) {
        page->more = true;
        return false;
    }
    page->room--;
    page->last = serial;
    return true;
}

void local_page_token(const local_page *page, char token[LOCAL_PAGE_TOKEN_SIZE])
{
    token[0] = '\0';
    if (page->more)
        write_token(page->list, page->last, token);
}
