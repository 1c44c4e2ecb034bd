/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GAMELIFT_STATUS_H
#define GAMELIFT_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* GLIFT_API marks what the shared library exports; everything else is hidden. */
#if defined(GLIFT_STATIC)
#define GLIFT_API
#elif defined(_WIN32)
#if defined(GLIFT_BUILDING)
#define GLIFT_API __declspec(dllexport)
#else
#define GLIFT_API __declspec(dllimport)
#endif
#else
#define GLIFT_API __attribute__((visibility("default")))
#endif

/** What became of a call. 0 is success; values never change meaning, new ones are appended.
 *
 * The codes from UNAUTHORIZED to SERVICE are the service's own answers, mapped from its
 * StatusCode (wire protocol 4.1). The service's text travels in glift_result.message. */
typedef enum glift_status {
    GLIFT_OK = 0,
    GLIFT_ERR_ARGUMENT = 1,     /* an argument is missing, too long, or not of the required form */
    GLIFT_ERR_STATE = 2,        /* not allowed now: not ready, no game session, already ready, ended */
    GLIFT_ERR_MEMORY = 3,       /* out of memory; nothing was sent */
    GLIFT_ERR_TIMEOUT = 4,      /* no answer within the deadline; the service may or may not have acted */
    GLIFT_ERR_CANCELLED = 5,    /* ended by glift_server_cancel() or glift_cancel_request() */
    GLIFT_ERR_CLOSED = 6,       /* the server was destroyed before an answer came */
    GLIFT_ERR_CONNECT = 7,      /* no connection could be made; the message says why */
    GLIFT_ERR_UNAUTHORIZED = 8, /* 401 */
    GLIFT_ERR_FORBIDDEN = 9,    /* 403: token expired, wrong fleet or compute */
    GLIFT_ERR_NOT_FOUND = 10,   /* 404 */
    GLIFT_ERR_CONFLICT = 11,    /* 409 */
    GLIFT_ERR_THROTTLED = 12,   /* 429 */
    GLIFT_ERR_REJECTED = 13,    /* 400 and every other 4xx: the service says no */
    GLIFT_ERR_SERVICE = 14,     /* 5xx, or an answer that makes no sense */
    GLIFT_ERR_UNSUPPORTED = 15 /* not available here: container calls outside containers, another ABI version,
                                  an option that this library does not know */
} glift_status;

/** The name of a status as scripts see it: "OK", "ARGUMENT", ... "UNSUPPORTED"; "UNKNOWN" for other values.
 * The text is static. Thread: any. */
GLIFT_API const char *glift_status_name(glift_status status);

#ifdef __cplusplus
}
#endif
#endif
