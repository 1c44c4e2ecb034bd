/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates made on the spot, so that none in the tree can expire. */
#ifndef CERTIFICATES_H
#define CERTIFICATES_H

/* A directory for them, which goes when the program ends. */
const char *certificates_directory(void);

/* Make a certificate authority and write <directory>/<name>.pem. */
void certificates_authority(const char *directory, const char *name);

/* Write <directory>/<name>.pem and <name>.key, signed by the authority made last. `names` as OpenSSL takes
 * them: "DNS:localhost,IP:127.0.0.1". Valid from now - 2 days to now + `days`. */
void certificates_leaf(const char *directory, const char *name, const char *names, int days);

/* Write <directory>/<name>.pem: `count` other roots, and behind them the authority made last. */
void certificates_bundle(const char *directory, const char *name, int count);

#endif
