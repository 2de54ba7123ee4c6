/* A dataset of images of a fixed pattern, the same as in tests/reference/pattern.py, and the reference
 * script's transform. */
#ifndef TAPER_TESTS_PATTERN_H
#define TAPER_TESTS_PATTERN_H

#include <taper.h>

typedef struct Pattern {
    Dataset base;
    int64_t n, classes;
    Transform *transform;
    bool delay;     /* some samples are slow */
    int64_t broken; /* this sample fails; -1: none */
} Pattern;

/* n uint8 images [3, 32, 32]; the class of image i is i % classes. */
Pattern *pattern_new(int64_t n, int64_t classes, Transform *transform);

/* RandomCrop(32, padding=4), RandomHorizontalFlip, ToTensor, Normalize: the reference script's. */
Transform *reference_transform(void);

#endif
