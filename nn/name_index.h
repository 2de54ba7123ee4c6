/* Names in the order they came in, found by hash: for the files of this folder. Not installed. */
#ifndef TAPER_NN_NAME_INDEX_H
#define TAPER_NN_NAME_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts zeroed. */
typedef struct NameIndex {
    char **names; /* copies of its own */
    uint64_t *hashes;
    int64_t n, capacity;
    int64_t *slots; /* a power of two of them: position + 1, 0 where free; collisions go to the next */
    int64_t n_slots;
} NameIndex;

/* The position of the name (of that length), -1 if it is not there. */
int64_t name_index_find(const NameIndex *index, const char *name, size_t length);
/* Appends a name that is not there yet; false, with nothing changed, where memory is short. */
bool name_index_add(NameIndex *index, const char *name);
/* Takes out the name at that position; those after it move up. */
void name_index_remove(NameIndex *index, int64_t position);
void name_index_free(NameIndex *index);

#endif
