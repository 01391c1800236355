/* Why a file or a connection could not be used, in words for people. */
#ifndef GATEWAY_CLI_REASON_H
#define GATEWAY_CLI_REASON_H

/* Of a negative errno as the rooms return it: strerror(), but "too large" and "not of the expected form" for what rooms
 * mean by -ENOBUFS and -EBADMSG. English; may be overwritten by the next call. One thread. */
const char *cli_reason_text(int r);

#endif
