#include "data/images.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"

static int64_t images_length(Dataset *self)
{
    return ((Images *)self)->n;
}

static bool images_get(Dataset *self, int64_t index, Sample *sample)
{
    const Images *images = (const Images *)self;
    const int64_t shape[] = {images->channels, images->height, images->width};
    size_t bytes = (size_t)(images->channels * images->height * images->width);
    uint8_t *pixels = data_item_new(&sample->input, DTYPE_UINT8, (Dims){3, shape});
    if (pixels == NULL)
        return false;
    memcpy(pixels, images->pixels + (size_t)index * bytes, bytes);
    return data_transform(images->transform, &sample->input) && data_set_label(sample, images->labels[index]);
}

static void images_destroy(Dataset *self)
{
    Images *images = (Images *)self;
    free(images->pixels);
    free(images->labels);
    object_release(images->transform);
}

static const DatasetType images_type = {"Images", images_length, images_get, images_destroy};

Images *data_images_new(const char *name, int64_t n, int64_t channels, int64_t height, int64_t width,
                        Transform *transform)
{
    Images *images = data_dataset_new(Images, &images_type);
    if (images == NULL)
        return NULL;
    images->n = n;
    images->channels = channels;
    images->height = height;
    images->width = width;
    images->transform = object_retain(transform);
    images->pixels = malloc((size_t)(n * channels * height * width) + 1);
    images->labels = malloc((size_t)n + 1);
    if (images->pixels == NULL || images->labels == NULL)
        return error_raise(ERROR_MEMORY, name, "out of memory for %lld images", (long long)n);
    return images;
}
