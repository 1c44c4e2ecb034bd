/* SPDX-License-Identifier: Apache-2.0 */
/* gamelift-local --check-health: for whoever watches a container, in whose image there is no other program
 * that could ask. */
#ifndef LOCAL_HEALTH_H
#define LOCAL_HEALTH_H

/* The exit code: 0 if a gamelift-local serves at this port of the loopback, else 1, and stderr says why not.
 */
int health_check(int port);

#endif
