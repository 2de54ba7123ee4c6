/* FNV-1a, the hash that stands for long results in the vectors against PyTorch. */
#ifndef TAPER_TESTS_FNV1A_H
#define TAPER_TESTS_FNV1A_H

#include <stddef.h>
#include <stdint.h>

#define FNV1A_START UINT64_C(0xCBF29CE484222325)

/* Goes on from `hash`, FNV1A_START at first, with n bytes. */
static inline uint64_t fnv1a(uint64_t hash, const void *data, size_t n)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
    return hash;
}

#endif
