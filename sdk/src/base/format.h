/* SPDX-License-Identifier: Apache-2.0 */
/* GLIFT__FORMAT(format_at, first): the compiler checks the arguments from number `first` on by the format,
 * which is argument number `format_at`. */
#ifndef GLIFT_FORMAT_H
#define GLIFT_FORMAT_H

#if defined(__MINGW32__)
#define GLIFT__FORMAT(format_at, first) __attribute__((format(gnu_printf, format_at, first)))
#elif defined(__GNUC__)
#define GLIFT__FORMAT(format_at, first) __attribute__((format(printf, format_at, first)))
#else
#define GLIFT__FORMAT(format_at, first)
#endif

#endif
