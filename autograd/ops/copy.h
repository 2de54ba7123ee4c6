/* Copies: of values, into other dtypes and memory formats, into existing tensors. */
#ifndef TAPER_AUTOGRAD_OPS_COPY_H
#define TAPER_AUTOGRAD_OPS_COPY_H

#include "autograd/ops/number.h"
#include "core/keywords.h"

TAPER_BEGIN_DECLS

/* x.clone(): the same values in memory of their own without gaps, in x's order of strides. */
TAPER_API Tensor *tensor_clone(Tensor *self);

typedef struct TensorToArgs {
    Device device; /* a type below 0: x's */
    char _;
    DType dtype; /* DTYPE_NONE: x's */
    bool copy;   /* a copy even if x is as wanted */
} TensorToArgs;

/* x.to(...): x on another device, of another dtype, or both; x itself if it is so already. The order of
 * strides stays, and gradients flow back to x's device and dtype. ERROR_DEVICE if the device is not there.
 *
 *     tensor_to(x, device)                  x.to(device)
 *     tensor_to(x, DTYPE_FLOAT64)           x.to(torch.float64)
 *     tensor_to(x, device, DTYPE_FLOAT64)   x.to(device, torch.float64)
 *     tensor_to(x, other)                   x.to(other): the tensor's device and dtype
 *     tensor_to(x, device, .copy = true)    a copy in any case */
TAPER_API Tensor *tensor_to_args(Tensor *self, const TensorToArgs *args);
TAPER_API Tensor *tensor_to_dtype(Tensor *self, DType dtype);
TAPER_API Tensor *tensor_to_device(Tensor *self, Device device);
/* x.type_as(other): x.to(other). */
TAPER_API Tensor *tensor_type_as(Tensor *self, const Tensor *other);
/* x.cpu(), x.float(), x.double(), x.long(), x.int(), x.bool(): as x.to(). */
TAPER_API Tensor *tensor_cpu(Tensor *self);
TAPER_API Tensor *tensor_float(Tensor *self);
TAPER_API Tensor *tensor_double(Tensor *self);
TAPER_API Tensor *tensor_long(Tensor *self);
TAPER_API Tensor *tensor_int(Tensor *self);
TAPER_API Tensor *tensor_bool(Tensor *self);

/* x.contiguous(memory_format): x itself if its memory has that order, else a copy that has.
 * "contiguous_format" is row-major, "channels_last" the order N, H, W, C of a 4-d tensor; ERROR_SHAPE for
 * another. tensor_contiguous(x), tensor_contiguous(x, .memory_format = TENSOR_CHANNELS_LAST). */
TAPER_API Tensor *tensor_contiguous(Tensor *self, const char *memory_format);
/* x.to(memory_format=memory_format): the same; "preserve_format" gives x itself. */
TAPER_API Tensor *tensor_to_memory_format(Tensor *self, const char *memory_format);

/* The names of the formats. */
#define TENSOR_CONTIGUOUS_FORMAT "contiguous_format"
#define TENSOR_CHANNELS_LAST     "channels_last"
#define TENSOR_PRESERVE_FORMAT   "preserve_format"

/* self.copy_(src): writes src, broadcast, converted and from whatever device, to self. ERROR_SHAPE if it does
 * not fit. */
TAPER_API Tensor *tensor_copy_(Tensor *self, Tensor *src);
/* self.fill_(value), value a number or a 0-d tensor; self.zero_(). */
TAPER_API Tensor *tensor_fill_(Tensor *self, Tensor *value);
TAPER_API Tensor *tensor_zero_(Tensor *self);

#ifndef __cplusplus
static inline Tensor *tensor_to_device_with(Tensor *self, Device device, const TensorToArgs *rest)
{
    TensorToArgs args = *rest;
    args.device = device;
    return tensor_to_args(self, &args);
}
static inline Tensor *tensor_to_dtype_with(Tensor *self, DType dtype, const TensorToArgs *rest)
{
    TensorToArgs args = *rest;
    args.dtype = dtype;
    return tensor_to_args(self, &args);
}
static inline Tensor *tensor_to_other_with(Tensor *self, const Tensor *other, const TensorToArgs *rest)
{
    TensorToArgs args = *rest;
    args.device = tensor_device(other);
    args.dtype = tensor_dtype(other);
    return other != NULL ? tensor_to_args(self, &args) : NULL;
}
#define tensor_to(self, to, ...)                                                                             \
    KEYWORDS(_Generic((to),                                                                                  \
        Device: tensor_to_device_with,                                                                       \
        Tensor *: tensor_to_other_with,                                                                      \
        const Tensor *: tensor_to_other_with,                                                                \
        default: tensor_to_dtype_with)((self), (to),                                                         \
                                       &(const TensorToArgs){.device = {-1, 0}, ._ = 0, __VA_ARGS__}))
typedef struct TensorContiguousArgs {
    char _;
    const char *memory_format;
} TensorContiguousArgs;
#define tensor_contiguous(self, ...)                                                                         \
    KEYWORDS(                                                                                                \
        (tensor_contiguous)((self), (&(const TensorContiguousArgs){                                          \
                                         .memory_format = TENSOR_CONTIGUOUS_FORMAT, ._ = 0, __VA_ARGS__})    \
                                        ->memory_format))
#define tensor_fill_(self, value) (tensor_fill_)((self), TENSOR_OR_NUMBER(value))
#endif

TAPER_END_DECLS

#endif
