/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/platform.h"

bool glift__roots_each(bool (*take)(void *user, const uint8_t *der, size_t size), void *user)
{
    (void)take;
    (void)user;
    return false; /* here they are files, where OpenSSL looks for them */
}
