#include "base/sandbox.h"

#include <errno.h>

int base_sandbox_enter(const struct base_sandbox *sandbox, struct base_sandbox_state *ret_state)
{
    (void) sandbox;
    *ret_state = (struct base_sandbox_state){0};
    return 0;
}
