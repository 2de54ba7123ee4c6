#include "pattern.h"

#include <unistd.h>

enum { PIXELS = 3 * 32 * 32 };

static int64_t pattern_length(Dataset *self)
{
    return ((Pattern *)self)->n;
}

static bool pattern_get(Dataset *self, int64_t index, Sample *sample)
{
    Pattern *pattern = (Pattern *)self;
    if (index == pattern->broken)
        return error_raise(ERROR_VALUE, "Pattern", "sample %lld is broken", (long long)index) != NULL;
    if (pattern->delay && index % 7 == 0)
        usleep(2000);
    uint8_t *pixels = data_item_new(&sample->input, DTYPE_UINT8, DIMS(3, 32, 32));
    if (pixels == NULL)
        return false;
    for (int64_t i = 0; i < PIXELS; i++)
        pixels[i] = (uint8_t)((uint32_t)(index * PIXELS + i) * 2654435761u >> 13);
    return data_transform(pattern->transform, &sample->input) &&
           data_set_label(sample, index % pattern->classes);
}

static void pattern_destroy(Dataset *self)
{
    object_release(((Pattern *)self)->transform);
}

static const DatasetType pattern_type = {"Pattern", pattern_length, pattern_get, pattern_destroy};

Pattern *pattern_new(int64_t n, int64_t classes, Transform *transform)
{
    Pattern *pattern = data_dataset_new(Pattern, &pattern_type);
    pattern->n = n;
    pattern->classes = classes;
    pattern->transform = object_retain(transform);
    pattern->broken = -1;
    return pattern;
}

Transform *reference_transform(void)
{
    return data_Compose(data_RandomCrop(32, .padding = 4), data_RandomHorizontalFlip(), data_ToTensor(),
                        data_Normalize({0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}));
}
