/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOCAL_WINDOWS_WIDE_H
#define LOCAL_WINDOWS_WIDE_H

#include <wchar.h>

/* The text in the system's form, to be freed. NULL: it is no UTF-8, or there is no memory; errno says which.
 */
wchar_t *local_widen(const char *text);

#endif
