#include "data/transforms.h"

#include <stdlib.h>

#include "core/error.h"
#include "core/scope.h"

static void transform_destroy(Object *object)
{
    Transform *transform = (Transform *)object;
    if (transform->destroy != NULL)
        transform->destroy(transform);
    free(transform);
}

Transform *data_transform_alloc(size_t size, const char *name, bool (*apply)(Transform *, Item *))
{
    if (!error_check_given(name, "apply function", apply != NULL))
        return NULL;
    Transform *transform = calloc(1, size);
    if (transform == NULL)
        return error_raise(ERROR_MEMORY, name, "out of memory");
    transform->name = name;
    transform->apply = apply;
    object_init(&transform->base, transform_destroy);
    return scope_own(transform);
}

bool data_transform(Transform *transform, Item *image)
{
    return transform == NULL || transform->apply(transform, image);
}

Transform *data_Lambda(bool (*apply)(Transform *, Item *), void *user)
{
    Transform *transform = data_transform_new(Transform, "Lambda", apply);
    if (transform != NULL)
        transform->user = user;
    return transform;
}

/* -- Compose -- */

typedef struct Compose {
    Transform base;
    Transform **transforms;
    int64_t n;
} Compose;

static bool compose_apply(Transform *self, Item *image)
{
    Compose *compose = (Compose *)self;
    for (int64_t i = 0; i < compose->n; i++)
        if (!data_transform(compose->transforms[i], image))
            return false;
    return true;
}

static void compose_destroy(Transform *self)
{
    Compose *compose = (Compose *)self;
    for (int64_t i = 0; i < compose->n; i++)
        object_release(compose->transforms[i]);
    free(compose->transforms);
}

Transform *data_compose(Transform *const *transforms, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (transforms[i] == NULL)
            return NULL;
    Compose *compose = data_transform_new(Compose, "Compose", compose_apply);
    if (compose == NULL)
        return NULL;
    compose->transforms = calloc((size_t)n + 1, sizeof *compose->transforms);
    if (compose->transforms == NULL)
        return error_raise(ERROR_MEMORY, "Compose", "out of memory");
    compose->base.destroy = compose_destroy;
    for (compose->n = 0; compose->n < n; compose->n++)
        compose->transforms[compose->n] = object_retain(transforms[compose->n]);
    return &compose->base;
}

/* -- ToTensor -- */

static bool to_tensor_apply(Transform *self, Item *image)
{
    if (image->dtype != DTYPE_UINT8) /* torchvision also leaves other dtypes as they are */
        return true;
    const uint8_t *from = image->data;
    float *to = data_item_new(image, DTYPE_FLOAT32, (Dims){image->ndim, image->shape});
    (void)self;
    if (to == NULL)
        return false;
    int64_t n = data_item_numel(image);
    for (int64_t i = 0; i < n; i++)
        to[i] = (float)from[i] / 255.0f;
    return true;
}

Transform *data_ToTensor(void)
{
    return data_transform_new(Transform, "ToTensor", to_tensor_apply);
}

/* -- Normalize -- */

typedef struct Normalize {
    Transform base;
    int64_t n;
    float mean[DATA_MAX_CHANNELS], std[DATA_MAX_CHANNELS];
} Normalize;

static bool normalize_apply(Transform *self, Item *image)
{
    const Normalize *normalize = (const Normalize *)self;
    if (image->dtype != DTYPE_FLOAT32)
        return error_raise(ERROR_DTYPE, "Normalize", "Input tensor should be a float tensor. Got torch.%s.",
                           dtype_name(image->dtype)) != NULL;
    if (image->ndim < 3)
        return error_raise(ERROR_SHAPE, "Normalize",
                           "Expected tensor to be a tensor image of size (..., C, H, W). Got %lld dimensions",
                           (long long)image->ndim) != NULL;
    int64_t channels = image->shape[image->ndim - 3];
    if (normalize->n != 1 && normalize->n != channels)
        return error_raise(ERROR_SHAPE, "Normalize",
                           "The size of tensor a (%lld) must match the size of tensor b (%lld) at "
                           "non-singleton dimension 0",
                           (long long)channels, (long long)normalize->n) != NULL;
    int64_t pixels = image->shape[image->ndim - 2] * image->shape[image->ndim - 1];
    int64_t planes = pixels != 0 ? data_item_numel(image) / pixels : 0;
    for (int64_t plane = 0; plane < planes; plane++) {
        int64_t c = normalize->n == 1 ? 0 : plane % channels;
        float *x = (float *)image->data + plane * pixels, mean = normalize->mean[c], std = normalize->std[c];
        for (int64_t i = 0; i < pixels; i++)
            x[i] = (x[i] - mean) / std;
    }
    return true;
}

Transform *data_normalize(const NormalizeArgs *args)
{
    int64_t n = 0;
    for (int64_t c = 0; c < DATA_MAX_CHANNELS; c++)
        if (args->mean[c] != 0.0 || args->std[c] != 0.0)
            n = c + 1;
    for (int64_t c = 0; c < n || c == 0; c++)
        if ((float)args->std[c] == 0.0f)
            return error_raise(ERROR_VALUE, "Normalize",
                               "std evaluated to zero after conversion to torch.float32, leading to division "
                               "by zero.");
    Normalize *normalize = data_transform_new(Normalize, "Normalize", normalize_apply);
    if (normalize == NULL)
        return NULL;
    normalize->n = n;
    for (int64_t c = 0; c < n; c++) {
        normalize->mean[c] = (float)args->mean[c];
        normalize->std[c] = (float)args->std[c];
    }
    return &normalize->base;
}
