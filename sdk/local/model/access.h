/* SPDX-License-Identifier: Apache-2.0 */
/* The token of --token: a secret that clients show where other machines can reach the service. */
#ifndef LOCAL_ACCESS_H
#define LOCAL_ACCESS_H

#include "model/desc.h"

/* So that it can be the access key id of AWS clients, too. */
#define LOCAL_TOKEN_LEAST 16
#define LOCAL_TOKEN_MOST  128

/* Letters, digits, '_' and '-', as many as there may be: nothing that a header or a query would have to
 * escape. */
bool local_token_is_valid(const char *token);

/* Whether a request shows the token: "Authorization: Bearer TOKEN", the credential of an AWS signature (which
 * is not verified), or the parameter "token" of the query. Always true for a service without a token. */
bool local_admits_client(const local_service *service, const char *authorization, const char *query);

/* Whether a credential ("TOKEN/date/region/service/aws4_request") begins with the token. */
bool local_admits_credential(const local_service *service, const char *credential);

#endif
