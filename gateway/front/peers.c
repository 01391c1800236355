#include "gateway/front/peers.h"

#include "base/bytes.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct peer {
    char address[FRONT_ADDRESS_TEXT_MAX]; /* empty: free */
    size_t count;
};

/* Open addressing, at most half full; a freed place is filled again by moving what follows it. */
struct front_peers {
    pthread_mutex_t mutex;
    size_t total, total_max, per_address_max, mask;
    struct peer places[];
};

int front_peers_new(size_t connections_max, size_t per_address_max, struct front_peers **ret_peers)
{
    size_t size = 16;
    while (size < connections_max * 2)
        size *= 2;
    struct front_peers *peers = calloc(1, sizeof(*peers) + size * sizeof(peers->places[0]));
    if (!peers)
        return -ENOMEM;
    peers->total_max = connections_max;
    peers->per_address_max = per_address_max;
    peers->mask = size - 1;
    pthread_mutex_init(&peers->mutex, NULL);
    *ret_peers = peers;
    return 0;
}

void front_peers_free(struct front_peers *peers)
{
    if (!peers)
        return;
    pthread_mutex_destroy(&peers->mutex);
    free(peers);
}

/* Who chooses addresses to collide needs that many real ones, and walks at most connections_max places. */
static size_t home_of(const struct front_peers *peers, const char *address)
{
    uint64_t hash = base_bytes_hash(base_bytes_text(address));
    return (size_t) (hash ^ hash >> 32) & peers->mask;
}

/* The address's place, or the free one where it belongs. */
static size_t find(const struct front_peers *peers, const char *address)
{
    size_t at = home_of(peers, address);
    while (peers->places[at].count > 0 && strcmp(peers->places[at].address, address) != 0)
        at = (at + 1) & peers->mask;
    return at;
}

int front_peers_take(struct front_peers *peers, const char *address)
{
    pthread_mutex_lock(&peers->mutex);
    struct peer *peer = &peers->places[find(peers, address)];
    bool full = peers->total == peers->total_max || peer->count >= peers->per_address_max ||
                strlen(address) >= sizeof(peer->address);
    if (!full) {
        if (peer->count == 0)
            memcpy(peer->address, address, strlen(address) + 1);
        peer->count++;
        peers->total++;
    }
    pthread_mutex_unlock(&peers->mutex);
    return full ? FRONT_PEERS_FULL : 0;
}

/* Closes the gap: each following entry that may stand nearer to its home moves into it. */
static void close_gap(struct front_peers *peers, size_t gap)
{
    for (size_t at = (gap + 1) & peers->mask; peers->places[at].count > 0; at = (at + 1) & peers->mask) {
        size_t home = home_of(peers, peers->places[at].address);
        if (((at - home) & peers->mask) < ((at - gap) & peers->mask))
            continue;
        peers->places[gap] = peers->places[at];
        peers->places[at].count = 0;
        gap = at;
    }
}

void front_peers_release(struct front_peers *peers, const char *address)
{
    pthread_mutex_lock(&peers->mutex);
    size_t at = find(peers, address);
    if (peers->places[at].count > 0) {
        peers->total--;
        if (--peers->places[at].count == 0)
            close_gap(peers, at);
    }
    pthread_mutex_unlock(&peers->mutex);
}
