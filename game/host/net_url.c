/* SPDX-License-Identifier: Apache-2.0 */
#include "net_url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse_port(int *out, const char *text, size_t length)
{
    char digits[6];
    if (length == 0 || length >= sizeof digits || strspn(text, "0123456789") < length)
        return false;
    memcpy(digits, text, length);
    digits[length] = '\0';
    *out = (int)strtol(digits, NULL, 10);
    return *out >= 1 && *out <= 65535;
}

bool net_url_parse(net_url *out, const char *url, const char *scheme, char *reason, size_t reason_size)
{
    size_t scheme_length = strlen(scheme);
    *out = (net_url){.port = 80};
    if (strncmp(url, scheme, scheme_length) != 0) {
        snprintf(reason, reason_size, "\"%.200s\" is not a URL that begins with %s", url, scheme);
        return false;
    }
    const char *host = url + scheme_length, *end = host + strcspn(host, "/?#");
    const char *colon = memchr(host, ':', (size_t)(end - host));
    size_t host_length = (size_t)((colon != NULL ? colon : end) - host);
    bool ok = host_length > 0 && host_length < sizeof out->host && strcspn(url, " \t\r\n#@") == strlen(url) &&
              (colon == NULL || parse_port(&out->port, colon + 1, (size_t)(end - colon - 1)));
    if (!ok) {
        snprintf(reason, reason_size, "\"%.200s\" is not of the form %shost:port/path", url, scheme);
        return false;
    }
    memcpy(out->host, host, host_length);
    int length = snprintf(out->path, sizeof out->path, "%s%s", *end == '/' ? "" : "/", end);
    if (length < 0 || (size_t)length >= sizeof out->path) {
        snprintf(reason, reason_size, "a URL path is longer than %d bytes", NET_MAX_URL);
        return false;
    }
    return true;
}
