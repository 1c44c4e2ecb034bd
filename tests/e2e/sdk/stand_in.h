/* SPDX-License-Identifier: Apache-2.0 */
/* A core for tests of the I/O thread: does what the test orders and notes what it is told, so that every
 * path of the transport can be walked, also those that the real core would avoid.
 *
 * It takes the place of core.c at link time. Notes are lines such as "opened 1", "closed 1 lost 0 reason",
 * "received 1 text", "fetched 1 200 body", "not sent: reason" (of a datagram). */
#ifndef STAND_IN_H
#define STAND_IN_H

#include "io/io.h"

/* A link with this core on `io`. `ca_file` "" is the system's. */
glift__core *stand_in_attach(glift_io *io, const char *ca_file, bool insecure, uint32_t handshake_timeout_ms);
glift__core *stand_in_attach_usual(glift_io *io); /* "", false, 10 s */

/* Orders, carried out soon. */
void stand_in_dial(glift__core *core, uint32_t socket, const char *url);
void stand_in_dial_port(glift__core *core, uint32_t socket, uint16_t port); /* ws://127.0.0.1:<port>/ */
void stand_in_say(glift__core *core, uint32_t socket, const char *text);
void stand_in_say_many(glift__core *core, uint32_t socket, const char *const *texts, size_t count);
void stand_in_close(glift__core *core, uint32_t socket, int code);
void stand_in_fetch(glift__core *core, uint32_t fetch, const char *url, uint32_t timeout_ms);
void stand_in_send_datagram(glift__core *core, const char *address, uint16_t port, const char *text);
void stand_in_detach(glift__core *core); /* waits for it, and frees the core */

/* The deadline that the core reports; its advance is noted as "advanced". */
void stand_in_set_deadline(glift__core *core, uint64_t mono_ms);

/* The next note must start with `start`; the rest of it, which lives until the next call. Ends the program
 * otherwise, or when no note comes within 10 s. */
const char *stand_in_expect(glift__core *core, const char *start);
/* No note comes for this long. */
void stand_in_expect_silence(glift__core *core, unsigned ms);

#endif
