/* SPDX-License-Identifier: Apache-2.0 */
/* glift__aligned: memory of this type may hold whatever C has. It is max_align_t, which Microsoft's C library
 * lacks. */
#ifndef GLIFT_ALIGNED_H
#define GLIFT_ALIGNED_H

typedef union glift__aligned {
    long long integer;
    long double number;
    void *object;
    void (*function)(void);
} glift__aligned;

#endif
