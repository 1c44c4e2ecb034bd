/* SPDX-License-Identifier: Apache-2.0 */
/* Who may talk to the service (S84): the program's own page, and whoever calls it by a name of the loopback.
 */
#include "listen/listen_internal.h"

#include "web_access.h"

const char *listen_refuse_request(const listen_request *request)
{
    static const web_access only_us = {0};
    switch (web_judge(&only_us, request->host, request->origin)) {
    case WEB_FOREIGN_HOST:
        return "gamelift-local answers to 127.0.0.1 and localhost only: this request names another Host.";
    case WEB_FOREIGN_PAGE:
        return "gamelift-local does not talk to pages of other origins: open its own page instead.";
    case WEB_WELCOME:
        break;
    }
    return "";
}
