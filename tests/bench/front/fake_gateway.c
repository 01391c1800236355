/* fake_gateway SOCKET: answers every request of qao-front at once with a small reply, so that only the front is
 * measured. Ends with its parent's standard input. */
#include "gateway/link/channel.h"
#include "gateway/link/front_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void on_frame(void *context, struct link_channel *channel, uint16_t type, struct base_bytes body)
{
    (void) context;
    struct link_request request;
    if (type != LINK_FRONT_REQUEST || link_request_parse(body, &request) != 0)
        return;
    const struct link_reply reply = {
        .id = request.id,
        .status = 200,
        .header_count = 1,
        .headers = {{base_bytes_text("Content-Type"), base_bytes_text("application/json")}},
        .body = base_bytes_text("{\"v\":\"qao.reply/1\"}\n"),
    };
    struct base_buffer frame BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&frame, 4096);
    if (link_reply_encode(&reply, &frame) != 0 ||
        link_channel_send(channel, LINK_FRONT_REPLY, base_buffer_view(&frame)) != 0)
        fprintf(stderr, "fake_gateway: a reply was lost\n");
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    const struct link_handler handler = {.frame = on_frame};
    const uid_t user = getuid();
    struct link_server *server = NULL;
    if (link_server_new(argv[1], 0600, &user, 1, LINK_REQUEST_FRAME_MAX, &handler, &server) < 0)
        return 1;
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    link_server_free(server);
    return 0;
}
