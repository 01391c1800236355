#include "gateway/cli/reason.h"

#include <errno.h>
#include <string.h>

const char *cli_reason_text(int r)
{
    switch (r) {
    case -ENOBUFS:
        return "it is larger than such a file can be";
    case -EBADMSG:
        return "it is not of the expected form";
    default:
        return strerror(-r);
    }
}
