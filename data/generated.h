/* Generated: a data set in CIFAR-10's shape that needs no file, for trying things out and for tests.
 *
 * Each image shows one figure of random place, size and colour on a background of another
 * colour, with noise. The ten classes are the ten figures: disc, ring, square, frame, triangle, cross, x,
 * horizontal stripes, vertical stripes, checkerboard. Pixels and labels follow from seed, train and index
 * alone, so an image is the same whatever the number of images. */
#ifndef TAPER_DATA_GENERATED_H
#define TAPER_DATA_GENERATED_H

#include "data/transforms.h"

TAPER_BEGIN_DECLS

typedef struct GeneratedArgs {
    char _;
    bool train;           /* true; false: other images, for testing */
    int64_t length;       /* 0: 50,000 for training, 10,000 for testing */
    Transform *transform; /* NULL: none */
    uint64_t seed;        /* 0 */
} GeneratedArgs;

/* Samples are uint8 images [3, 32, 32], or what `transform` makes of them, with their int64 class. NULL after
 * ERROR_VALUE for a negative length. */
TAPER_API Dataset *data_generated(const GeneratedArgs *args);

/* "disc", "ring", ...: the name of a class; NULL for others than 0 to 9. */
TAPER_API const char *data_generated_class(int64_t label);

#ifndef __cplusplus
#define data_Generated(...) KEYWORDS(data_generated(&(GeneratedArgs){.train = true, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
