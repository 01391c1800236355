#include "audit/high_water.h"

#include "audit/signer.h"
#include "audit/tree.h"
#include "base/file.h"
#include "base/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A slot: magic, u32 length, checkpoint, zeros, and in its last 32 bytes the SHA-256 of all before them. */
enum { SLOT_BYTES = 8192, DIGEST_BYTES = 32, MAGIC_BYTES = 16, SLOTS = 2 };
static const char magic[MAGIC_BYTES] = "qao.high-water/1";

struct audit_high_water {
    int fd;
    unsigned next; /* the slot that may be overwritten */
};

static void slot_encode(const struct audit_head *head, uint8_t ret_slot[static SLOT_BYTES])
{
    memset(ret_slot, 0, SLOT_BYTES);
    memcpy(ret_slot, magic, MAGIC_BYTES);
    for (int i = 0; i < 4; i++)
        ret_slot[MAGIC_BYTES + i] = (uint8_t) (head->checkpoint_len >> (24 - 8 * i));
    memcpy(ret_slot + MAGIC_BYTES + 4, head->checkpoint, head->checkpoint_len);
    audit_sha256(base_bytes_of(ret_slot, SLOT_BYTES - DIGEST_BYTES), ret_slot + SLOT_BYTES - DIGEST_BYTES);
}

enum slot {
    SLOT_TORN = 0, /* empty, or a write that was cut short */
    SLOT_FOREIGN,  /* whole, but not a checkpoint of this log */
    SLOT_GOOD,
};

static enum slot slot_parse(const uint8_t slot[static SLOT_BYTES], const struct audit_vkey *log,
                            struct audit_head *ret_head)
{
    uint8_t digest[DIGEST_BYTES];
    audit_sha256(base_bytes_of(slot, SLOT_BYTES - DIGEST_BYTES), digest);
    if (memcmp(digest, slot + SLOT_BYTES - DIGEST_BYTES, DIGEST_BYTES) != 0 || memcmp(slot, magic, MAGIC_BYTES) != 0)
        return SLOT_TORN;
    struct base_reader reader = base_reader_of(base_bytes_of(slot + MAGIC_BYTES, SLOT_BYTES - MAGIC_BYTES));
    struct base_bytes note = base_reader_field(&reader, AUDIT_CHECKPOINT_MAX);
    struct audit_checkpoint checkpoint;
    if (audit_checkpoint_verify(note, log, &checkpoint) != AUDIT_NOTE_VERIFIED)
        return SLOT_FOREIGN;
    ret_head->size = checkpoint.size;
    ret_head->root = checkpoint.root;
    ret_head->checkpoint_len = note.len;
    memcpy(ret_head->checkpoint, note.data, note.len);
    return SLOT_GOOD;
}

int audit_high_water_create(const char *path, const struct audit_head *head)
{
    uint8_t slots[SLOTS * SLOT_BYTES] = {0};
    slot_encode(head, slots);
    return base_file_replace(path, base_bytes_of(slots, sizeof(slots)), 0600);
}

static void file_free(struct audit_high_water **file)
{
    audit_high_water_free(*file);
}

int audit_high_water_open(const char *path, const struct audit_vkey *log, struct audit_high_water **ret_file,
                          struct audit_head *ret_head)
{
    BASE_CLEANUP(file_free) struct audit_high_water *file = calloc(1, sizeof(*file));
    if (!file)
        return -ENOMEM;
    file->fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (file->fd < 0)
        return -errno;
    if (flock(file->fd, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? -EBUSY : -errno;
    uint8_t slots[SLOTS * SLOT_BYTES];
    ssize_t got = pread(file->fd, slots, sizeof(slots), 0);
    if (got < 0)
        return -errno;
    if (got != (ssize_t) sizeof(slots))
        return -EBADMSG;
    bool is_found = false;
    for (unsigned i = 0; i < SLOTS; i++) {
        struct audit_head head;
        enum slot slot = slot_parse(slots + i * SLOT_BYTES, log, &head);
        if (slot == SLOT_FOREIGN)
            return -EBADMSG;
        if (slot == SLOT_TORN || (is_found && head.size <= ret_head->size))
            continue;
        *ret_head = head;
        file->next = (i + 1) % SLOTS;
        is_found = true;
    }
    if (!is_found)
        return -EBADMSG;
    *ret_file = BASE_TAKE(file);
    return 0;
}

void audit_high_water_free(struct audit_high_water *file)
{
    if (!file)
        return;
    if (file->fd >= 0)
        close(file->fd);
    free(file);
}

int audit_high_water_write(struct audit_high_water *file, const struct audit_head *head)
{
    uint8_t slot[SLOT_BYTES];
    slot_encode(head, slot);
    size_t done = 0;
    while (done < SLOT_BYTES) {
        ssize_t put = pwrite(file->fd, slot + done, SLOT_BYTES - done, (off_t) (file->next * SLOT_BYTES + done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return put < 0 ? -errno : -EIO;
        done += (size_t) put;
    }
    if (fdatasync(file->fd) < 0)
        return -errno;
    file->next = (file->next + 1) % SLOTS;
    return 0;
}
