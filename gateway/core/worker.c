#include "gateway/core/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "gateway/core/request.h"

struct core_workers {
    struct base_queue *work;
    size_t count;
    pthread_t threads[];
};

static void *work(void *context)
{
    struct core_workers *workers = context;
    void *item;
    while (base_queue_take(workers->work, -1, &item) == 0) {
        struct core_request *request = item;
        request->resume(request);
    }
    return NULL;
}

void core_workers_free(struct core_workers *workers)
{
    if (!workers)
        return;
    for (size_t i = 0; i < workers->count; i++)
        pthread_join(workers->threads[i], NULL);
    free(workers);
}

int core_workers_new(struct base_queue *queue, size_t count, struct core_workers **ret_workers)
{
    struct core_workers *workers = calloc(1, sizeof(*workers) + count * sizeof(workers->threads[0]));
    if (!workers)
        return -ENOMEM;
    workers->work = queue;
    while (workers->count < count) {
        int r = pthread_create(&workers->threads[workers->count], NULL, work, workers);
        if (r != 0) {
            base_queue_close(queue);
            core_workers_free(workers);
            return -r;
        }
        workers->count++;
    }
    *ret_workers = workers;
    return 0;
}
