/* New tensors: of given values, of given memory, of random numbers.
 *
 *     Tensor *x = tensor_zeros(DIMS(2, 3));
 *     Tensor *w = tensor_randn(DIMS(4, 3), .dtype = DTYPE_FLOAT64, .requires_grad = true);
 *     Tensor *i = tensor_arange(10);
 *
 * PyTorch's keyword arguments follow the numbers, in any order. Under each macro is a function whose name
 * ends in _args, for bindings and C++; it takes NULL options as well. After tensor_manual_seed(seed) the
 * random ones give the bits of PyTorch on a CPU.
 *
 * Errors: ERROR_SHAPE (negative sizes), ERROR_DTYPE (a dtype that the function does not take), ERROR_VALUE (a
 * number that the dtype cannot hold, a range that is none), ERROR_DEVICE, ERROR_AUTOGRAD (a gradient of
 * integers), ERROR_MEMORY. */
#ifndef TAPER_AUTOGRAD_CREATION_H
#define TAPER_AUTOGRAD_CREATION_H

#include "core/keywords.h"
#include "core/random.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* PyTorch's keyword arguments of functions that make tensors. */
typedef struct TensorOptions {
    char _;
    DType dtype;          /* DTYPE_NONE: torch.get_default_dtype(), unless the function says otherwise */
    Device device;        /* the CPU; a type below 0: in the *_like functions x's, elsewhere the CPU */
    bool requires_grad;   /* floating point only */
    Generator *generator; /* of random numbers; NULL: generator_default() */
} TensorOptions;

/* -- of given values -- */

/* torch.empty: memory as it comes. torch.zeros, torch.ones. */
TAPER_API Tensor *tensor_empty_args(Dims size, const TensorOptions *options);
TAPER_API Tensor *tensor_zeros_args(Dims size, const TensorOptions *options);
TAPER_API Tensor *tensor_ones_args(Dims size, const TensorOptions *options);

/* torch.full(size, value): the value's kind decides the dtype: float, int64 or bool.
 * tensor_full(DIMS(2), 1.5) */
TAPER_API Tensor *tensor_full_args(Dims size, Scalar value, const TensorOptions *options);

/* torch.tensor(1.5): a 0-d tensor. tensor_scalar(1.5) is of the default dtype, tensor_scalar(3) int64. */
TAPER_API Tensor *tensor_scalar_args(Scalar value, const TensorOptions *options);

/* torch.arange(start, end, step): start, start + step, ... before end; int64 if all three are integers.
 * tensor_arange(5), tensor_arange(1, 5), tensor_arange(0, 1, 0.1); with options always all three:
 * tensor_arange(0, 5, 1, .dtype = DTYPE_FLOAT32). */
TAPER_API Tensor *tensor_arange_args(Scalar start, Scalar end, Scalar step, const TensorOptions *options);

/* torch.linspace(start, end, steps): `steps` numbers at even distances, both ends among them. */
TAPER_API Tensor *tensor_linspace_args(double start, double end, int64_t steps, const TensorOptions *options);

/* torch.eye(n, m): ones on the diagonal; m TENSOR_NONE: n. tensor_eye(3), tensor_eye(3, 4); with options
 * always both numbers. */
TAPER_API Tensor *tensor_eye_args(int64_t n, int64_t m, const TensorOptions *options);

/* torch.empty_like and so on: x's shape, dtype and device, and x's order of strides. */
TAPER_API Tensor *tensor_empty_like_args(const Tensor *x, const TensorOptions *options);
TAPER_API Tensor *tensor_zeros_like_args(const Tensor *x, const TensorOptions *options);
TAPER_API Tensor *tensor_ones_like_args(const Tensor *x, const TensorOptions *options);
TAPER_API Tensor *tensor_full_like_args(const Tensor *x, Scalar value, const TensorOptions *options);

/* -- of given memory -- */

/* torch.tensor(data): copies tensor_numel elements of `dtype` in row-major order from the host's memory.
 * ERROR_VALUE for NULL, unless there are no elements.
 * tensor_from_data((float[]){1, 2, 3, 4, 5, 6}, DIMS(2, 3), DTYPE_FLOAT32) */
TAPER_API Tensor *tensor_from_data(const void *data, Dims size, DType dtype);

typedef struct FromBlobArgs {
    char _;
    Dims strides;                            /* in elements; none given: row-major */
    Device device;                           /* whose memory it is */
    void (*deleter)(void *data, void *user); /* called when the last view is gone; NULL: nothing is */
    void *user;
} FromBlobArgs;

/* torch::from_blob: a tensor in memory of the caller's, which must live as long as any view of it. Strides
 * must not be negative. */
TAPER_API Tensor *tensor_from_blob_args(void *data, Dims size, DType dtype, const FromBlobArgs *args);

/* -- of random numbers -- */

/* torch.rand: uniform in [0, 1). torch.randn: normal. Floating point. The _like forms have x's shape, dtype,
 * device and order of strides. */
TAPER_API Tensor *tensor_rand_args(Dims size, const TensorOptions *options);
TAPER_API Tensor *tensor_randn_args(Dims size, const TensorOptions *options);
TAPER_API Tensor *tensor_rand_like_args(const Tensor *x, const TensorOptions *options);
TAPER_API Tensor *tensor_randn_like_args(const Tensor *x, const TensorOptions *options);

/* torch.normal(mean, std, size): floating point. */
TAPER_API Tensor *tensor_normal_args(double mean, double std, Dims size, const TensorOptions *options);

/* torch.randint(low, high, size), torch.randint_like: integers in [low, high), of any dtype; int64 for
 * randint. */
TAPER_API Tensor *tensor_randint_args(int64_t low, int64_t high, Dims size, const TensorOptions *options);
TAPER_API Tensor *tensor_randint_like_args(const Tensor *x, int64_t low, int64_t high,
                                           const TensorOptions *options);

/* torch.randperm(n): the numbers 0 to n - 1 in random order; int64 unless told otherwise. */
TAPER_API Tensor *tensor_randperm_args(int64_t n, const TensorOptions *options);

#ifndef __cplusplus
#define TENSOR_OPTIONS_(...)    (&(const TensorOptions){.device = {-1, 0}, ._ = 0, __VA_ARGS__})

#define tensor_empty(size, ...) KEYWORDS(tensor_empty_args((size), TENSOR_OPTIONS_(__VA_ARGS__)))
#define tensor_zeros(size, ...) KEYWORDS(tensor_zeros_args((size), TENSOR_OPTIONS_(__VA_ARGS__)))
#define tensor_ones(size, ...)  KEYWORDS(tensor_ones_args((size), TENSOR_OPTIONS_(__VA_ARGS__)))
#define tensor_full(size, value, ...)                                                                        \
    KEYWORDS(tensor_full_args((size), SCALAR(value), TENSOR_OPTIONS_(__VA_ARGS__)))
#define tensor_scalar(value, ...) KEYWORDS(tensor_scalar_args(SCALAR(value), TENSOR_OPTIONS_(__VA_ARGS__)))
#define tensor_linspace(start, end, steps, ...)                                                              \
    KEYWORDS(tensor_linspace_args((start), (end), (steps), TENSOR_OPTIONS_(__VA_ARGS__)))

#define tensor_empty_like(x, ...) KEYWORDS(tensor_empty_like_args((x), TENSOR_OPTIONS_(__VA_ARGS__)))
#define tensor_zeros_like(x, ...) KEYWORDS(tensor_zeros_like_args((x), TENSOR_OPTIONS_(__VA_ARGS__)))
#define tensor_ones_like(x, ...)  KEYWORDS(tensor_ones_like_args((x), TENSOR_OPTIONS_(__VA_ARGS__)))
#define tensor_full_like(x, value, ...)                                                                      \
    KEYWORDS(tensor_full_like_args((x), SCALAR(value), TENSOR_OPTIONS_(__VA_ARGS__)))

#define tensor_from_blob(data, size, dtype, ...)                                                             \
    KEYWORDS(tensor_from_blob_args((data), (size), (dtype), &(const FromBlobArgs){._ = 0, __VA_ARGS__}))

#define tensor_rand(size, ...)    KEYWORDS(tensor_rand_args((size), TENSOR_OPTIONS_(__VA_ARGS__)))
#define tensor_randn(size, ...)   KEYWORDS(tensor_randn_args((size), TENSOR_OPTIONS_(__VA_ARGS__)))
#define tensor_rand_like(x, ...)  KEYWORDS(tensor_rand_like_args((x), TENSOR_OPTIONS_(__VA_ARGS__)))
#define tensor_randn_like(x, ...) KEYWORDS(tensor_randn_like_args((x), TENSOR_OPTIONS_(__VA_ARGS__)))
#define tensor_normal(mean, std, size, ...)                                                                  \
    KEYWORDS(tensor_normal_args((mean), (std), (size), TENSOR_OPTIONS_(__VA_ARGS__)))
#define tensor_randint(low, high, size, ...)                                                                 \
    KEYWORDS(tensor_randint_args((low), (high), (size), TENSOR_OPTIONS_(__VA_ARGS__)))
#define tensor_randint_like(x, low, high, ...)                                                               \
    KEYWORDS(tensor_randint_like_args((x), (low), (high), TENSOR_OPTIONS_(__VA_ARGS__)))
#define tensor_randperm(n, ...) KEYWORDS(tensor_randperm_args((n), TENSOR_OPTIONS_(__VA_ARGS__)))

/* One, two, three numbers, or three with options: which of the four names stands in the eighth place. */
#define TENSOR_EIGHTH_(a, b, c, d, e, f, g, name, ...) name
#define tensor_arange(...)                                                                                   \
    TENSOR_EIGHTH_(__VA_ARGS__, TENSOR_ARANGE_N_, TENSOR_ARANGE_N_, TENSOR_ARANGE_N_, TENSOR_ARANGE_N_,      \
                   TENSOR_ARANGE_3_, TENSOR_ARANGE_2_, TENSOR_ARANGE_1_, 0)                                  \
    (__VA_ARGS__)
#define TENSOR_ARANGE_1_(end)              TENSOR_ARANGE_3_(0, end, 1)
#define TENSOR_ARANGE_2_(start, end)       TENSOR_ARANGE_3_(start, end, 1)
#define TENSOR_ARANGE_3_(start, end, step) tensor_arange_args(SCALAR(start), SCALAR(end), SCALAR(step), NULL)
#define TENSOR_ARANGE_N_(start, end, step, ...)                                                              \
    KEYWORDS(tensor_arange_args(SCALAR(start), SCALAR(end), SCALAR(step), TENSOR_OPTIONS_(__VA_ARGS__)))

#define tensor_eye(...)                                                                                      \
    TENSOR_EIGHTH_(__VA_ARGS__, TENSOR_EYE_N_, TENSOR_EYE_N_, TENSOR_EYE_N_, TENSOR_EYE_N_, TENSOR_EYE_N_,   \
                   TENSOR_EYE_2_, TENSOR_EYE_1_, 0)                                                          \
    (__VA_ARGS__)
#define TENSOR_EYE_1_(n)         tensor_eye_args((n), TENSOR_NONE, NULL)
#define TENSOR_EYE_2_(n, m)      tensor_eye_args((n), (m), NULL)
#define TENSOR_EYE_N_(n, m, ...) KEYWORDS(tensor_eye_args((n), (m), TENSOR_OPTIONS_(__VA_ARGS__)))
#endif

TAPER_END_DECLS

#endif
