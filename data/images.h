/* A dataset of equal uint8 images in memory: what CIFAR and Generated are inside. Not installed. */
#ifndef TAPER_DATA_IMAGES_H
#define TAPER_DATA_IMAGES_H

#include "data/transforms.h"

typedef struct Images {
    Dataset base;
    int64_t n, channels, height, width;
    uint8_t *pixels; /* [n, channels, height, width] */
    uint8_t *labels; /* [n] */
    Transform *transform;
} Images;

/* An empty one for `n` images, which belongs to the innermost scope; NULL after ERROR_MEMORY. */
Images *data_images_new(const char *name, int64_t n, int64_t channels, int64_t height, int64_t width,
                        Transform *transform);

#endif
