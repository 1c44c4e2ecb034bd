/* SPDX-License-Identifier: Apache-2.0 */
/* These read the lines of an HTTP response's head, one by one. Every function says what is wrong with a line
 * (static text), or NULL. Lines come without their ends. */
#ifndef GLIFT_HTTP_HEAD_H
#define GLIFT_HTTP_HEAD_H

#include "wire/http_response.h"

/* Into a head that is zeroed. */
const char *glift__http_status_line(glift__http_head *head, const char *line, size_t length);

/* Takes from a header line what the head has a place for, and skips the others. */
const char *glift__http_header_line(glift__http_head *head, const char *line, size_t length);

/* Looks at a trailer as strictly as at a header, and skips it. */
const char *glift__http_trailer_line(const char *line, size_t length);

/* Looks, at the empty line, at what no single line shows. */
const char *glift__http_head_problem(const glift__http_head *head);

/* Whether the text has a control character other than a tab, which has no place in a line. */
bool glift__http_has_control(const char *text, size_t length);

#endif
