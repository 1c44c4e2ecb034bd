/* SPDX-License-Identifier: Apache-2.0 */
/* gamelift-local replay FILE -- COMMAND: the service's side of a recording, played to a server under test. */
#ifndef LOCAL_REPLAY_H
#define LOCAL_REPLAY_H

/* The arguments from "replay" on. The exit code: 0 where the server did as in the recording, 1 where it did
 * not, 2 where there was nothing to play. */
int local_replay(int count, char **arguments);

#endif
