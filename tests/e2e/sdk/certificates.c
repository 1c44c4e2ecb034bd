/* SPDX-License-Identifier: Apache-2.0 */
#include "certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

static EVP_PKEY *authority_key;
static X509 *authority;

static void check(int condition)
{
    if (!condition) {
        printf("Bail out! certificates cannot be made\n");
        exit(1);
    }
}

static char own_directory[] = "/tmp/gamelift-certificates-XXXXXX";

static void remove_own_directory(void)
{
    char command[sizeof own_directory + 16];
    snprintf(command, sizeof command, "rm -r %s", own_directory);
    if (system(command) != 0)
        printf("# %s is left behind\n", own_directory);
}

const char *certificates_directory(void)
{
    static const char *made;
    if (made == NULL) {
        made = mkdtemp(own_directory);
        check(made != NULL && atexit(remove_own_directory) == 0);
    }
    return made;
}

static void add_extension(X509 *certificate, int id, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, id, value);
    check(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

static X509 *new_certificate(EVP_PKEY *key, const char *common_name, int days)
{
    static long serial = 1;
    X509 *certificate = X509_new();
    check(certificate != NULL && X509_set_version(certificate, 2) == 1 &&
            X509_set_pubkey(certificate, key) == 1);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -2 * 24 * 3600L);
    X509_gmtime_adj(X509_getm_notAfter(certificate), days * 24 * 3600L);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
            (const unsigned char *)common_name, -1, -1, 0);
    return certificate;
}

static void sign(X509 *certificate)
{
    check(X509_set_issuer_name(certificate, X509_get_subject_name(authority)) == 1 &&
            X509_sign(certificate, authority_key, EVP_sha256()) > 0);
}

static FILE *create(const char *directory, const char *name, const char *suffix)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.%s", directory, name, suffix);
    FILE *file = fopen(path, "w");
    check(file != NULL);
    return file;
}

static void write_certificate(const char *directory, const char *name, X509 *certificate)
{
    FILE *file = create(directory, name, "pem");
    check(PEM_write_X509(file, certificate) == 1 && fclose(file) == 0);
}

void certificates_authority(const char *directory, const char *name)
{
    X509_free(authority);
    EVP_PKEY_free(authority_key);
    authority_key = EVP_EC_gen("P-256");
    check(authority_key != NULL);
    authority = new_certificate(authority_key, name, 30);
    add_extension(authority, NID_basic_constraints, "critical,CA:TRUE");
    sign(authority);
    write_certificate(directory, name, authority);
}

void certificates_leaf(const char *directory, const char *name, const char *names, int days)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    check(key != NULL);
    X509 *certificate = new_certificate(key, name, days);
    add_extension(certificate, NID_subject_alt_name, names);
    sign(certificate);
    write_certificate(directory, name, certificate);
    FILE *file = create(directory, name, "key");
    check(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1 && fclose(file) == 0);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

void certificates_bundle(const char *directory, const char *name, int count)
{
    FILE *file = create(directory, name, "pem");
    for (int i = 0; i < count; i++) {
        char common_name[32];
        snprintf(common_name, sizeof common_name, "root %d", i);
        X509 *root = new_certificate(authority_key, common_name, 30);
        check(X509_set_issuer_name(root, X509_get_subject_name(root)) == 1 &&
                X509_sign(root, authority_key, EVP_sha256()) > 0 && PEM_write_X509(file, root) == 1);
        X509_free(root);
    }
    check(PEM_write_X509(file, authority) == 1 && fclose(file) == 0);
}
