/* Where the program's own data lies: editions, messages, migrations, service descriptions. */
#ifndef BASE_DATA_H
#define BASE_DATA_H

#include "base/result.h"

/* The path of a file or folder below the data folder, which is $QAO_DATA, else ../share/qao beside the folder of the
 * running program (so an installed prefix may be moved). The caller frees. -ENOENT when the data folder is missing. */
int base_data_path(const char *below, char **ret_path) BASE_MUST_USE;

#endif
