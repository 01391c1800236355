/* Result codes and ownership attributes of every room.
 *
 * A function that can fail returns int: 0 done; a negative -errno is fatal and is passed up unread; a positive value is
 * a condition named by the called room, which its direct caller must handle and may not pass on. A security answer is
 * never an int: it is an enum or struct whose zero means deny or unknown. */
#ifndef BASE_RESULT_H
#define BASE_RESULT_H

#define BASE_MUST_USE __attribute__((warn_unused_result))
#define BASE_CLEANUP(destructor) __attribute__((cleanup(destructor)))
#define BASE_PRINTF(format_index, first_argument) __attribute__((format(printf, format_index, first_argument)))

#define BASE_ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Hands an owned pointer over and forgets it, so that its cleanup attribute finds NULL. */
#define BASE_TAKE(pointer)                                                                                             \
    __extension__({                                                                                                    \
        __typeof__(pointer) *base_take_from_ = &(pointer);                                                             \
        __typeof__(pointer) base_taken_ = *base_take_from_;                                                            \
        *base_take_from_ = NULL;                                                                                       \
        base_taken_;                                                                                                   \
    })

#endif
