/* SPDX-License-Identifier: Apache-2.0 */
/* The roots that this system trusts: a store that it keeps up to date by itself. */
#include "platform/platform.h"

#include <windows.h>

#include <wincrypt.h>

bool glift__roots_each(bool (*take)(void *user, const uint8_t *der, size_t size), void *user)
{
    const CERT_CONTEXT *root = NULL;
    bool taken = true;
    HCERTSTORE store = CertOpenSystemStoreW(0, L"ROOT");
    if (store == NULL)
        return false;
    while (taken && (root = CertEnumCertificatesInStore(store, root)) != NULL)
        taken = take(user, root->pbCertEncoded, root->cbCertEncoded);
    if (root != NULL)
        CertFreeCertificateContext(root);
    CertCloseStore(store, 0);
    return taken;
}
