/* SPDX-License-Identifier: Apache-2.0 */
#include "model/access.h"

#include <string.h>

#include "base/text.h"
#include "model/model.h"

bool local_token_is_valid(const char *token)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t length = strlen(token);
    return length >= LOCAL_TOKEN_LEAST && length <= LOCAL_TOKEN_MOST && strspn(token, letters) == length;
}

/* How long it takes tells nothing of the place where they differ. */
static bool is_token(const char *token, const char *text, size_t length)
{
    unsigned char difference = 0;
    if (strlen(token) != length)
        return false;
    for (size_t i = 0; i < length; i++)
        difference |= (unsigned char)(token[i] ^ text[i]);
    return difference == 0;
}

static bool is_in_credential(const char *token, const char *credential)
{
    return is_token(token, credential, strcspn(credential, "/"));
}

static bool is_in_authorization(const char *token, const char *authorization)
{
    static const char bearer[] = "bearer ", signature[] = "aws4-hmac-sha256 ", credential[] = "Credential=";
    if (glift__starts_with_letters(authorization, bearer)) {
        const char *text = authorization + strlen(bearer);
        text += strspn(text, " ");
        return is_token(token, text, strlen(text));
    }
    if (!glift__starts_with_letters(authorization, signature))
        return false;
    const char *at = strstr(authorization, credential);
    return at != NULL && is_in_credential(token, at + strlen(credential));
}

static bool is_in_query(const char *token, const char *query)
{
    static const char name[] = "token=";
    while (*query != '\0') {
        size_t length = strcspn(query, "&");
        if (strncmp(query, name, strlen(name)) == 0)
            return is_token(token, query + strlen(name), length - strlen(name));
        query += length + (query[length] == '&');
    }
    return false;
}

bool local_admits_client(const local_service *service, const char *authorization, const char *query)
{
    const char *token = service->access_token;
    return token == NULL || is_in_authorization(token, authorization) || is_in_query(token, query);
}

bool local_admits_credential(const local_service *service, const char *credential)
{
    return service->access_token == NULL || is_in_credential(service->access_token, credential);
}
