#include "nn/name_index.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a. */
static uint64_t hash_of(const char *name, size_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * UINT64_C(0x100000001b3);
    return hash;
}

int64_t name_index_find(const NameIndex *index, const char *name, size_t length)
{
    uint64_t hash = hash_of(name, length), mask = (uint64_t)index->n_slots - 1;
    for (uint64_t slot = hash & mask; index->n > 0 && index->slots[slot] != 0; slot = (slot + 1) & mask) {
        int64_t i = index->slots[slot] - 1;
        if (index->hashes[i] == hash && strlen(index->names[i]) == length &&
            memcmp(index->names[i], name, length) == 0)
            return i;
    }
    return -1;
}

static void fill_slot(NameIndex *index, int64_t position)
{
    uint64_t mask = (uint64_t)index->n_slots - 1, slot = index->hashes[position] & mask;
    while (index->slots[slot] != 0)
        slot = (slot + 1) & mask;
    index->slots[slot] = position + 1;
}

static void fill_slots(NameIndex *index)
{
    memset(index->slots, 0, (size_t)index->n_slots * sizeof index->slots[0]);
    for (int64_t i = 0; i < index->n; i++)
        fill_slot(index, i);
}

/* Twice the room, with at least half of the slots free. */
static bool grow(NameIndex *index)
{
    int64_t capacity = index->capacity > 0 ? 2 * index->capacity : 16;
    char **names = realloc(index->names, (size_t)capacity * sizeof *names);
    if (names != NULL)
        index->names = names;
    uint64_t *hashes = names != NULL ? realloc(index->hashes, (size_t)capacity * sizeof *hashes) : NULL;
    if (hashes != NULL)
        index->hashes = hashes;
    int64_t *slots = hashes != NULL ? malloc(2 * (size_t)capacity * sizeof *slots) : NULL;
    if (slots == NULL)
        return false;
    free(index->slots);
    index->slots = slots;
    index->n_slots = 2 * capacity;
    index->capacity = capacity;
    fill_slots(index);
    return true;
}

bool name_index_add(NameIndex *index, const char *name)
{
    if (index->n == index->capacity && !grow(index))
        return false;
    char *copy = strdup(name);
    if (copy == NULL)
        return false;
    index->names[index->n] = copy;
    index->hashes[index->n] = hash_of(name, strlen(name));
    fill_slot(index, index->n++);
    return true;
}

void name_index_remove(NameIndex *index, int64_t position)
{
    size_t after = (size_t)(--index->n - position);
    free(index->names[position]);
    memmove(&index->names[position], &index->names[position + 1], after * sizeof index->names[0]);
    memmove(&index->hashes[position], &index->hashes[position + 1], after * sizeof index->hashes[0]);
    fill_slots(index);
}

void name_index_free(NameIndex *index)
{
    for (int64_t i = 0; i < index->n; i++)
        free(index->names[i]);
    free(index->names);
    free(index->hashes);
    free(index->slots);
    *index = (NameIndex){0};
}
