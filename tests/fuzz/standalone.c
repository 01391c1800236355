/* Runs a fuzz target over the files of its corpus, and over each of them cut at every length and with every byte
 * changed once (bounded), for builds without libFuzzer. The sanitizers tell what goes wrong. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20, MUTATIONS_MAX = 2048 };

/* A copy of exactly this size, so that a read past its end is seen. */
static void run_one(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (!copy)
        abort();
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_mutations(uint8_t *data, size_t size)
{
    size_t step = size / MUTATIONS_MAX + 1;
    for (size_t i = 0; i < size; i += step) {
        run_one(data, i);
        uint8_t was = data[i];
        static const uint8_t changes[] = {0x01, 0x80, 0xff};
        for (size_t j = 0; j < sizeof(changes); j++) {
            data[i] = was ^ changes[j];
            run_one(data, size);
        }
        data[i] = was;
    }
}

static int run_file(const char *path)
{
    static uint8_t data[INPUT_MAX];
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    size_t size = fread(data, 1, sizeof(data), file);
    fclose(file);
    run_one(data, size);
    run_mutations(data, size);
    return 1;
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (!folder) {
            count += run_file(argv[i]);
            continue;
        }
        const struct dirent *entry;
        while ((entry = readdir(folder))) {
            char path[4096];
            if (entry->d_name[0] == '.')
                continue;
            snprintf(path, sizeof(path), "%s/%s", argv[i], entry->d_name);
            count += run_file(path);
        }
        closedir(folder);
    }
    run_one((const uint8_t *) "", 0);
    printf("%d corpus files\n", count);
    return count > 0 ? 0 : 1;
}
