/* Transforms that draw: RandomCrop and RandomHorizontalFlip. What they draw, and when, is torchvision's. */
#include <string.h>

#include "core/error.h"
#include "core/random.h"
#include "data/transforms.h"

static bool check_image(const char *operation, const Item *image)
{
    if (image->ndim == 3)
        return true;
    return error_raise(ERROR_SHAPE, operation, "expected an image of shape [C, H, W], got %lld dimensions",
                       (long long)image->ndim) != NULL;
}

/* -- RandomCrop -- */

typedef enum PaddingMode { PADDING_CONSTANT, PADDING_EDGE, PADDING_REFLECT, PADDING_SYMMETRIC } PaddingMode;
static const char *const padding_modes[] = {"constant", "edge", "reflect", "symmetric"};

typedef struct RandomCrop {
    Transform base;
    int64_t height, width;
    int64_t left, top, right, bottom;
    bool pad_if_needed;
    double fill;
    PaddingMode mode;
} RandomCrop;

/* Where position i of a padded line comes from in the line of n; -1: from nowhere, it is filled. */
static int64_t source(PaddingMode mode, int64_t i, int64_t n)
{
    if (i >= 0 && i < n)
        return i;
    switch (mode) {
    case PADDING_EDGE:
        return i < 0 ? 0 : n - 1;
    case PADDING_REFLECT:
        return i < 0 ? -i : 2 * (n - 1) - i;
    case PADDING_SYMMETRIC:
        return i < 0 ? -i - 1 : 2 * n - 1 - i;
    default:
        return -1;
    }
}

/* Writes the row of `width` elements that begins at column `x0` of the source row `from` (NULL: all fill). */
static void crop_row(const RandomCrop *crop, const char *from, int64_t from_width, int64_t x0, char *to,
                     size_t size, const void *fill)
{
    int64_t x = 0;
    while (x < crop->width) {
        int64_t inside = x0 + x;
        if (from != NULL && inside >= 0 && inside < from_width) {
            int64_t n = from_width - inside < crop->width - x ? from_width - inside : crop->width - x;
            memcpy(to + (size_t)x * size, from + (size_t)inside * size, (size_t)n * size);
            x += n;
        } else {
            int64_t column = from != NULL ? source(crop->mode, inside, from_width) : -1;
            memcpy(to + (size_t)x * size, column < 0 ? fill : from + (size_t)column * size, size);
            x++;
        }
    }
}

/* Cuts the window that begins at (y0, x0), in coordinates of the image before padding. */
static bool cut(const RandomCrop *crop, Item *image, int64_t y0, int64_t x0)
{
    const char *from = image->data;
    int64_t channels = image->shape[0], height = image->shape[1], width = image->shape[2];
    DType dtype = image->dtype;
    size_t size = dtype_size(dtype);
    char fill[16];
    scalar_write(dtype, fill, scalar_float(crop->fill));
    const int64_t shape[] = {channels, crop->height, crop->width};
    char *to = data_item_new(image, dtype, (Dims){3, shape});
    if (to == NULL)
        return false;
    for (int64_t c = 0; c < channels; c++)
        for (int64_t y = 0; y < crop->height; y++) {
            int64_t row = source(crop->mode, y0 + y, height);
            crop_row(crop, row < 0 ? NULL : from + (size_t)((c * height + row) * width) * size, width, x0, to,
                     size, fill);
            to += (size_t)crop->width * size;
        }
    return true;
}

static bool random_crop_apply(Transform *self, Item *image)
{
    const RandomCrop *crop = (const RandomCrop *)self;
    if (!check_image("RandomCrop", image))
        return false;
    int64_t left = crop->left, top = crop->top;
    int64_t height = image->shape[1] + crop->top + crop->bottom;
    int64_t width = image->shape[2] + crop->left + crop->right;
    if (crop->pad_if_needed && width < crop->width) { /* by what is missing, on both sides */
        left += crop->width - width;
        width += 2 * (crop->width - width);
    }
    if (crop->pad_if_needed && height < crop->height) {
        top += crop->height - height;
        height += 2 * (crop->height - height);
    }
    if (height < crop->height || width < crop->width)
        return error_raise(ERROR_VALUE, "RandomCrop",
                           "Required crop size (%lld, %lld) is larger than input image size (%lld, %lld)",
                           (long long)crop->height, (long long)crop->width, (long long)height,
                           (long long)width) != NULL;
    int64_t widest = crop->mode == PADDING_REFLECT ? 1 : 0;
    if (crop->mode != PADDING_CONSTANT && crop->mode != PADDING_EDGE &&
        (height - image->shape[1] - top > image->shape[1] - widest || top > image->shape[1] - widest ||
         width - image->shape[2] - left > image->shape[2] - widest || left > image->shape[2] - widest))
        return error_raise(ERROR_VALUE, "RandomCrop",
                           "Padding size should be less than the corresponding input dimension") != NULL;
    int64_t y = 0, x = 0;
    if (height != crop->height || width != crop->width) {
        if (!random_from_to(NULL, DTYPE_INT64, &y, 1, 0, height - crop->height + 1) ||
            !random_from_to(NULL, DTYPE_INT64, &x, 1, 0, width - crop->width + 1))
            return false;
    }
    return cut(crop, image, y - top, x - left);
}

static bool read_crop_args(const RandomCropArgs *args, RandomCrop *crop)
{
    bool pair = args->size_hw[0] != 0 || args->size_hw[1] != 0;
    crop->height = pair ? args->size_hw[0] : args->size;
    crop->width = pair ? args->size_hw[1] : args->size;
    if (crop->height <= 0 || crop->width <= 0)
        return error_raise(ERROR_VALUE, "RandomCrop", "size must be positive, got (%lld, %lld)",
                           (long long)crop->height, (long long)crop->width) != NULL;
    const int64_t *sides = args->padding_ltrb;
    bool each = sides[0] != 0 || sides[1] != 0 || sides[2] != 0 || sides[3] != 0;
    crop->left = each ? sides[0] : args->padding;
    crop->top = each ? sides[1] : args->padding;
    crop->right = each ? sides[2] : args->padding;
    crop->bottom = each ? sides[3] : args->padding;
    if (crop->left < 0 || crop->top < 0 || crop->right < 0 || crop->bottom < 0)
        return error_raise(ERROR_VALUE, "RandomCrop", "padding must not be negative") != NULL;
    crop->pad_if_needed = args->pad_if_needed;
    crop->fill = args->fill;
    for (int mode = 0; mode < 4; mode++)
        if (args->padding_mode != NULL && strcmp(args->padding_mode, padding_modes[mode]) == 0) {
            crop->mode = (PaddingMode)mode;
            return true;
        }
    return error_raise(ERROR_VALUE, "RandomCrop",
                       "Padding mode should be either constant, edge, reflect or symmetric") != NULL;
}

Transform *data_random_crop(const RandomCropArgs *args)
{
    RandomCrop read = {.fill = 0};
    if (!read_crop_args(args, &read))
        return NULL;
    RandomCrop *crop = data_transform_new(RandomCrop, "RandomCrop", random_crop_apply);
    if (crop == NULL)
        return NULL;
    read.base = crop->base;
    *crop = read;
    return &crop->base;
}

/* -- RandomHorizontalFlip -- */

typedef struct RandomHorizontalFlip {
    Transform base;
    float p;
} RandomHorizontalFlip;

static void flip_row(char *row, int64_t width, size_t size)
{
    if (size == 1) {
        for (int64_t x = 0; x < width / 2; x++) {
            char pixel = row[x];
            row[x] = row[width - 1 - x];
            row[width - 1 - x] = pixel;
        }
        return;
    }
    for (int64_t x = 0; x < width / 2; x++) {
        char pixel[16], *a = row + (size_t)x * size, *b = row + (size_t)(width - 1 - x) * size;
        memcpy(pixel, a, size);
        memcpy(a, b, size);
        memcpy(b, pixel, size);
    }
}

static bool random_horizontal_flip_apply(Transform *self, Item *image)
{
    const RandomHorizontalFlip *flip = (const RandomHorizontalFlip *)self;
    float u;
    if (!check_image("RandomHorizontalFlip", image) || !random_uniform(NULL, DTYPE_FLOAT32, &u, 1, 0.0, 1.0))
        return false;
    if (!(u < flip->p))
        return true;
    size_t size = dtype_size(image->dtype), row = (size_t)image->shape[2] * size;
    for (int64_t y = 0; y < image->shape[0] * image->shape[1]; y++)
        flip_row((char *)image->data + (size_t)y * row, image->shape[2], size);
    return true;
}

Transform *data_random_horizontal_flip(const RandomHorizontalFlipArgs *args)
{
    RandomHorizontalFlip *flip =
        data_transform_new(RandomHorizontalFlip, "RandomHorizontalFlip", random_horizontal_flip_apply);
    if (flip == NULL)
        return NULL;
    flip->p = (float)args->p;
    return &flip->base;
}
