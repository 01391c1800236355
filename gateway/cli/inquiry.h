/* One signed message for several services: a line for each as it is concluded, then each answer in turn. */
#ifndef GATEWAY_CLI_INQUIRY_H
#define GATEWAY_CLI_INQUIRY_H

#include "gateway/cli/sent.h"

/* Follows the parts of an inquiry that the gateway took: accepted is its checked reply. At most `seconds` are waited. With
 * save each part's papers go into a folder below it. Returns the exit status of the whole: 0 when every part is answered, 1
 * when one was refused or is not believed, 3 when one failed for now or is not answered yet, 2 when papers cannot be kept. */
int cli_inquiry_follow(struct cli_session *session, const struct cli_sent *sent, const struct cli_reply *accepted,
                       long seconds, const char *save);

#endif
