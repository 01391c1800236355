#include "gateway/front/delivery.h"

#include "base/clock.h"
#include "gateway/front/front.h"
#include "gateway/link/channel.h"
#include "gateway/link/front_message.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct delivery {
    uint64_t id;
    int fd;          /* a duplicate: the connection may be closed meanwhile */
    uint64_t target; /* bytes acknowledged once all of the reply is */
    int64_t deadline_us;
};

struct front_deliveries {
    struct front *front;
    pthread_mutex_t mutex;
    size_t max, count;
    struct delivery open[];
};

void front_delivery_report(struct front *front, uint64_t id, bool delivered)
{
    const struct link_delivery delivery = {.id = id, .delivered = delivered};
    struct base_buffer body BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&body, 64);
    front_counters_add(&front->counters, delivered ? FRONT_COUNT_DELIVERED : FRONT_COUNT_UNDELIVERED);
    if (link_delivery_encode(&delivery, &body) == 0) {
        /* A gateway that is gone learns nothing and, for itself, counts the reply as undelivered. */
        int r = link_client_send(front->link, LINK_FRONT_DELIVERY, base_buffer_view(&body));
        (void) r;
    }
}

int front_deliveries_new(struct front *front, size_t max, struct front_deliveries **ret_deliveries)
{
    struct front_deliveries *deliveries = calloc(1, sizeof(*deliveries) + max * sizeof(deliveries->open[0]));
    if (!deliveries)
        return -ENOMEM;
    deliveries->front = front;
    deliveries->max = max;
    pthread_mutex_init(&deliveries->mutex, NULL);
    *ret_deliveries = deliveries;
    return 0;
}

enum { STATE_CLOSED = 7 }; /* TCP_CLOSE of the kernel, which has no name beside this header */

/* What the peer's machine has acknowledged since the connection began, and whether it still can acknowledge more: not
 * after a reset, nor when it was silent for too long. */
static bool read_acknowledged(int fd, uint64_t *ret_bytes, bool *ret_is_open)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof(info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 ||
        len < offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof(info.tcpi_bytes_acked))
        return false;
    *ret_bytes = info.tcpi_bytes_acked;
    *ret_is_open = info.tcpi_state != STATE_CLOSED;
    return true;
}

enum fate { UNDECIDED, DELIVERED, FAILED };

static enum fate fate_of(int fd, uint64_t target)
{
    uint64_t acknowledged;
    bool is_open;
    if (!read_acknowledged(fd, &acknowledged, &is_open))
        return FAILED;
    return acknowledged >= target ? DELIVERED : is_open ? UNDECIDED : FAILED;
}

static bool keep(struct front_deliveries *deliveries, uint64_t id, int fd, uint64_t target)
{
    int64_t deadline_us = base_clock_monotonic_us() + deliveries->front->settings->send_us;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0)
        return false;
    pthread_mutex_lock(&deliveries->mutex);
    bool kept = deliveries->count < deliveries->max;
    if (kept)
        deliveries->open[deliveries->count++] = (struct delivery){id, copy, target, deadline_us};
    pthread_mutex_unlock(&deliveries->mutex);
    if (!kept)
        close(copy);
    return kept;
}

void front_deliveries_add(struct front_deliveries *deliveries, uint64_t id, int fd)
{
    int unacknowledged = 0;
    uint64_t acknowledged = 0;
    bool is_open = false;
    bool known = ioctl(fd, SIOCOUTQ, &unacknowledged) == 0 && read_acknowledged(fd, &acknowledged, &is_open);
    if (known && unacknowledged > 0 && is_open && keep(deliveries, id, fd, acknowledged + (uint64_t) unacknowledged))
        return;
    front_delivery_report(deliveries->front, id, known && unacknowledged == 0);
}

/* Takes out one that is decided by now. */
static bool take_decided(struct front_deliveries *deliveries, int64_t now_us, uint64_t *ret_id, bool *ret_delivered)
{
    bool found = false;
    pthread_mutex_lock(&deliveries->mutex);
    for (size_t i = 0; i < deliveries->count && !found; i++) {
        struct delivery *delivery = &deliveries->open[i];
        enum fate fate = fate_of(delivery->fd, delivery->target);
        if (fate == UNDECIDED && now_us < delivery->deadline_us)
            continue;
        found = true;
        *ret_id = delivery->id;
        *ret_delivered = fate == DELIVERED;
        close(delivery->fd);
        *delivery = deliveries->open[--deliveries->count];
    }
    pthread_mutex_unlock(&deliveries->mutex);
    return found;
}

void front_deliveries_check(struct front_deliveries *deliveries, int64_t now_us)
{
    uint64_t id;
    bool delivered;
    while (take_decided(deliveries, now_us, &id, &delivered))
        front_delivery_report(deliveries->front, id, delivered);
}

void front_deliveries_free(struct front_deliveries *deliveries)
{
    if (!deliveries)
        return;
    front_deliveries_check(deliveries, INT64_MAX);
    pthread_mutex_destroy(&deliveries->mutex);
    free(deliveries);
}
