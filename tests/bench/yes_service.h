/* SPDX-License-Identifier: Apache-2.0 */
/* A service that says yes to everything, to one server at a time, on the clock of the unit tests. */
#ifndef YES_SERVICE_H
#define YES_SERVICE_H

#include "fake_io.h"
#include "game/server_state.h"

/* The program ends: what is measured would mean nothing. */
_Noreturn void yes_fail(const char *what);

/* Answers all that the server has written to this socket. */
void yes_answer_all(fake_socket *socket);

/* A server in a fresh world that is connected and ready. `run` seeds its random numbers; `done` is told of
 * ProcessReady. */
glift_server *yes_ready_server(unsigned run, glift_done_fn done);

#endif
