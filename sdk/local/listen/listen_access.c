/* SPDX-License-Identifier: Apache-2.0 */
/* Who may talk to the service (S84): the program's own page, and whoever calls it by a name that is its own;
 * from other machines, whoever shows the token. */
#include "listen/listen_internal.h"

#include <string.h>

#include "model/access.h"

const char *listen_refuse_request(const local_listener *listener, const listen_request *request)
{
    switch (web_judge(&listener->access, request->host, request->origin)) {
    case WEB_FOREIGN_HOST:
        return "gamelift-local answers to 127.0.0.1, localhost, the address of --listen and the names of "
               "--allow-host only: this request names another Host.";
    case WEB_FOREIGN_PAGE:
        return "gamelift-local does not talk to pages of other origins: open its own page instead.";
    case WEB_WELCOME:
        break;
    }
    return "";
}

/* Whoever watches a container asks for its health, and holds no secret. */
bool listen_is_admitted(const local_listener *listener, const listen_request *request)
{
    bool asks_for_health =
            strcmp(request->method, "GET") == 0 && strcmp(request->path, "/_local/health") == 0;
    return asks_for_health || local_admits_client(listener->service, request->authorization, request->query);
}
