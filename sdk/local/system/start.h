/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOCAL_START_H
#define LOCAL_START_H

/* What main() begins with. Gives its arguments in UTF-8, and how many they are (C's own library may take a
 * command line of Windows apart in another way than the system does). What is printed is UTF-8 from now on,
 * too, and a reader who has gone is an error of whoever writes, and no signal. The numbers of stdin, stdout
 * and stderr are taken, whoever started us. NULL: out of memory. */
char **local_begin(int *count, char **arguments);

#endif
