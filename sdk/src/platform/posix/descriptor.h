/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GLIFT__POSIX_DESCRIPTOR_H
#define GLIFT__POSIX_DESCRIPTOR_H

/* A game that was started without stdin, stdout or stderr prints to whatever gets their numbers. Moves a
 * socket to a number above them, so that nothing of what is printed is sent. -1, with errno, stays what it
 * is, and is what becomes of a socket for which there is no other number. */
int glift__above_standard_files(int descriptor);

#endif
