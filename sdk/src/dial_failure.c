/* SPDX-License-Identifier: Apache-2.0 */

#include "dial_failure.h"

#include "connect_url.h"

#include <stdio.h>
#include <string.h>

/* So much of a secret gives it away: what repeats it may cut it short. */
#define TELLING_LENGTH 16

#define SIGNATURE_LENGTH 64 /* SHA-256 in hexadecimal digits */

static bool has_signature(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        size_t digits = strspn(at, "0123456789abcdefABCDEF");
        if (digits >= SIGNATURE_LENGTH)
            return true;
        at += digits > 0 ? digits - 1 : 0;
    }
    return false;
}

bool glift__tells_a_secret(const char *text, const char *const *secrets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char beginning[TELLING_LENGTH + 1];
        snprintf(beginning, sizeof beginning, "%s", secrets[i] != NULL ? secrets[i] : "");
        if (beginning[0] != '\0' && strstr(text, beginning) != NULL)
            return true;
    }
    return strstr(text, "Authorization=") != NULL || strstr(text, "X-Amz-") != NULL || has_signature(text);
}

/* The ErrorMessage of a refused handshake's body (P17); "" where there is none, or where it tells a secret.
 */
static void read_error_message(
        char *out, size_t size, const char *body, const char *const *secrets, size_t secret_count)
{
    out[0] = '\0';
    glift__frame *frame = NULL;
    if (glift__frame_open(body, strlen(body), &frame) != GLIFT_OK)
        return;
    const char *message = glift__frame_envelope(frame).message;
    if (!glift__tells_a_secret(message, secrets, secret_count))
        snprintf(out, size, "%s", message);
    glift__frame_close(frame);
}

static const char *advice(int http_status)
{
    switch (http_status) {
    case 401:
        return "the authorization is not valid: get a fresh auth token, or check the AWS keys and the clock";
    case 403:
        return "the auth token may have expired, the process id may be in use already, or fleet id and host "
               "id "
               "do not belong to it";
    case 404:
        return "nothing answers there: check the WebSocket URL";
    case 429:
        return "too many connects at a time; dialling goes on at longer intervals";
    default:
        return http_status >= 500 ? "the service has a problem; dialling goes on"
                                  : "the service refuses this process";
    }
}

static glift_status status_of_http(int http_status)
{
    switch (http_status) {
    case 401:
        return GLIFT_ERR_UNAUTHORIZED;
    case 403:
        return GLIFT_ERR_FORBIDDEN;
    case 429:
        return GLIFT_ERR_THROTTLED;
    default:
        return GLIFT_ERR_CONNECT;
    }
}

static void describe_refusal(glift__dial_failure *out, const glift__socket_end *end, const char *host,
        const char *const *secrets, size_t secret_count)
{
    char message[200];
    read_error_message(message, sizeof message, end->text, secrets, secret_count);
    out->status = status_of_http(end->code);
    out->overloaded = end->code == 429 || end->code == 403;
    snprintf(out->reason, sizeof out->reason, "%s refused the connection with HTTP %d%s%s%s: %s", host,
            end->code, message[0] != '\0' ? " (" : "", message, message[0] != '\0' ? ")" : "",
            advice(end->code));
}

void glift__dial_failure_of_end(glift__dial_failure *out, const glift__socket_end *end,
        const char *websocket_url, const char *const *secrets, size_t secret_count)
{
    glift__url url;
    const char *what, *text = glift__tells_a_secret(end->text, secrets, secret_count) ? "" : end->text;
    const char *host = glift__url_split(websocket_url, &url, &what) == GLIFT_OK ? url.host : "the service";
    const char *colon = text[0] != '\0' ? ": " : "";

    memset(out, 0, sizeof *out);
    out->status = GLIFT_ERR_CONNECT;
    switch (end->kind) {
    case GLIFT__END_NO_ADDRESS:
        snprintf(out->reason, sizeof out->reason,
                "the host name %s was not found%s%s: check the WebSocket URL and DNS", host, colon, text);
        break;
    case GLIFT__END_NO_CONNECTION:
        snprintf(out->reason, sizeof out->reason, "%s could not be reached%s%s", host, colon, text);
        break;
    case GLIFT__END_TLS:
        snprintf(out->reason, sizeof out->reason, "the TLS connection to %s failed%s%s", host, colon, text);
        break;
    case GLIFT__END_HANDSHAKE_REFUSED:
        describe_refusal(out, end, host, secrets, secret_count);
        break;
    case GLIFT__END_HANDSHAKE_TIMEOUT:
        out->status = GLIFT_ERR_TIMEOUT;
        snprintf(out->reason, sizeof out->reason, "%s did not answer the WebSocket handshake in time", host);
        break;
    case GLIFT__END_CLOSED:
        snprintf(out->reason, sizeof out->reason, "%s closed the connection with code %d%s%s", host,
                end->code, colon, text);
        break;
    case GLIFT__END_LOST:
        snprintf(out->reason, sizeof out->reason, "the connection to %s was lost%s%s", host, colon, text);
        break;
    }
}
