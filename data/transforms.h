/* Transforms: what is done to each image on its way out of a dataset (torchvision.transforms).
 *
 *     Transform *transform = data_Compose(
 *         data_RandomCrop(32, .padding = 4), data_RandomHorizontalFlip(),
 *         data_ToTensor(), data_Normalize({0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}));
 *
 * Random ones draw from generator_default(), which in a DataLoader's worker is the worker's; they draw what
 * torchvision draws, in the same order.
 *
 * A transform of one's own is a function over an Item (data/dataset.h):
 *
 *     static bool invert(Transform *self, Item *image)
 *     {
 *         (void)self;
 *         uint8_t *pixels = image->data;
 *         for (int64_t i = 0; i < data_item_numel(image); i++)
 *             pixels[i] = 255 - pixels[i];
 *         return true;
 *     }
 *     data_Compose(data_Lambda(invert, NULL), data_ToTensor())
 *
 * or, with fields, a struct that begins with `Transform base`, made by data_transform_new(). */
#ifndef TAPER_DATA_TRANSFORMS_H
#define TAPER_DATA_TRANSFORMS_H

#include "data/dataset.h"

TAPER_BEGIN_DECLS

typedef struct Transform Transform;

struct Transform {
    Object base;
    const char *name;
    /* Changes the image in place; false after raising an error. Called by several threads at once. */
    bool (*apply)(Transform *self, Item *image);
    void (*destroy)(Transform *self); /* frees what the fields hold, not the struct; may be NULL */
    void *user;                       /* for data_Lambda's function */
};

/* Zeroed memory for a struct that begins with a Transform. NULL after ERROR_MEMORY, and ERROR_VALUE without a
 * function. */
TAPER_API Transform *data_transform_alloc(size_t size, const char *name,
                                          bool (*apply)(Transform *self, Item *image));
#define data_transform_new(Type, name, apply)                                                                \
    ((Type *)(void *)data_transform_alloc(sizeof(Type), name, apply))

/* transform(image); true for a NULL transform. */
TAPER_API bool data_transform(Transform *transform, Item *image);

/* transforms.Lambda: a function as a transform; `user` is kept in transform->user. */
TAPER_API Transform *data_Lambda(bool (*apply)(Transform *self, Item *image), void *user);

/* transforms.Compose: one after the other; it keeps them. NULL if one of them is. */
TAPER_API Transform *data_compose(Transform *const *transforms, int64_t n);

/* transforms.ToTensor: uint8 pixels become float32 between 0 and 1; other dtypes stay as they are. */
TAPER_API Transform *data_ToTensor(void);

/* transforms.Normalize(mean, std): (x - mean) / std for each channel of a float32 image. One pair of numbers
 * serves all channels; a std of zero is ERROR_VALUE. Images of another dtype are ERROR_DTYPE, of another
 * number of channels ERROR_SHAPE. */
enum { DATA_MAX_CHANNELS = 16 };
typedef struct NormalizeArgs {
    char _;
    double mean[DATA_MAX_CHANNELS], std[DATA_MAX_CHANNELS];
} NormalizeArgs;
TAPER_API Transform *data_normalize(const NormalizeArgs *args);

/* transforms.RandomCrop(size, padding=None, pad_if_needed=False, fill=0, padding_mode="constant"): a part of
 * that size from a random place. ERROR_VALUE for arguments out of range and, in the words of torchvision, for
 * an image that is smaller. */
typedef struct RandomCropArgs {
    char _;
    int64_t size;             /* height and width */
    int64_t padding;          /* on all four sides, before cropping */
    bool pad_if_needed;       /* also to the size, where the image is smaller */
    double fill;              /* the value of padding, 0 to 255 */
    const char *padding_mode; /* "constant", "edge", "reflect" or "symmetric" */
    int64_t size_hw[2];       /* instead of size: height, width */
    int64_t padding_ltrb[4];  /* instead of padding: left, top, right, bottom */
} RandomCropArgs;
TAPER_API Transform *data_random_crop(const RandomCropArgs *args);

/* transforms.RandomHorizontalFlip(p=0.5): the image mirrored, left to right, with probability p. */
typedef struct RandomHorizontalFlipArgs {
    char _;
    double p;
} RandomHorizontalFlipArgs;
TAPER_API Transform *data_random_horizontal_flip(const RandomHorizontalFlipArgs *args);

#ifndef __cplusplus
#define data_Compose(...)                                                                                    \
    data_compose((Transform *[]){__VA_ARGS__}, sizeof((Transform *[]){__VA_ARGS__}) / sizeof(Transform *))
#define data_Normalize(...) KEYWORDS(data_normalize(&(NormalizeArgs){._ = 0, __VA_ARGS__}))
#define data_RandomCrop(...)                                                                                 \
    KEYWORDS(data_random_crop(&(RandomCropArgs){.padding_mode = "constant", ._ = 0, __VA_ARGS__}))
#define data_RandomHorizontalFlip(...)                                                                       \
    KEYWORDS(data_random_horizontal_flip(&(RandomHorizontalFlipArgs){.p = 0.5, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
