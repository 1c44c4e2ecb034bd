/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http_request.h"

#include <stdio.h>
#include <string.h>

static glift_status append(glift__text *out, const char *text)
{
    return glift__text_append(out, text, strlen(text));
}

static void describe_host(const glift__url *url, char *out, size_t size)
{
    bool is_ipv6 = strchr(url->host, ':') != NULL;
    int length = snprintf(out, size, is_ipv6 ? "[%s]" : "%s", url->host);
    if (url->port != (url->tls ? 443 : 80))
        snprintf(out + length, size - (size_t)length, ":%u", url->port);
}

glift_status glift__http_request_start(const glift__url *url, glift__text *out)
{
    char host[sizeof url->host + sizeof "[]:65535"];
    describe_host(url, host, sizeof host);
    glift_status status = append(out, "GET ");
    if (status == GLIFT_OK)
        status = append(out, url->path_and_query);
    if (status == GLIFT_OK)
        status = append(out, " HTTP/1.1\r\nHost: ");
    if (status == GLIFT_OK)
        status = append(out, host);
    return status == GLIFT_OK ? append(out, "\r\n") : status;
}

glift_status glift__http_get(const glift__url *url, glift__text *out)
{
    glift_status status = glift__http_request_start(url, out);
    return status == GLIFT_OK ? append(out, "Accept: */*\r\nConnection: close\r\n\r\n") : status;
}
