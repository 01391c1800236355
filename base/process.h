/* Limits of this process. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

/* Raises how many files may be open to wanted, or as far as allowed. False when that is fewer; *ret_limit is how many it is
 * now. */
bool base_process_files_raise(size_t wanted, size_t *ret_limit);

/* No core file, and no look into its memory by another process of the same user. False when either failed: errno. */
bool base_process_core_forbid(void);

#endif
