/* Random numbers into tensors that are there (new ones: autograd/creation.h).
 *
 * Each function fills x in place and returns it; x's history and gradient end there. After
 * tensor_manual_seed(seed) the numbers are those of PyTorch on a CPU, bit for bit, in the order of memory. A
 * NULL generator stands for generator_default(). ERROR_VALUE for a range or parameter that is none,
 * ERROR_DTYPE, ERROR_AUTOGRAD as for every in-place operation. */
#ifndef TAPER_AUTOGRAD_OPS_RANDOM_H
#define TAPER_AUTOGRAD_OPS_RANDOM_H

#include "core/keywords.h"
#include "core/random.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* x.uniform_(from, to): floating point, in [from, to). tensor_uniform_(x), tensor_uniform_(x, -1, 1) */
TAPER_API Tensor *tensor_uniform_(Tensor *self, double from, double to, Generator *generator);
/* x.normal_(mean, std): floating point. tensor_normal_(x), tensor_normal_(x, 0, 0.02, .generator = g) */
TAPER_API Tensor *tensor_normal_(Tensor *self, double mean, double std, Generator *generator);
/* x.bernoulli_(p): ones with probability p, else zeros; any dtype. tensor_bernoulli_(x), where p is 0.5 */
TAPER_API Tensor *tensor_bernoulli_(Tensor *self, double p, Generator *generator);
/* x.random_(from, to): integers in [from, to), any dtype. Without `to` (TENSOR_NONE) those from 0 to the
 * largest of x's dtype (floats: to 2^24 or 2^53); `from` must be 0 then (ERROR_VALUE). tensor_random_(x),
 * tensor_random_(x, 0, 10), and with one number, as in PyTorch, tensor_random_(x, 10) for 0 and 10. */
TAPER_API Tensor *tensor_random_(Tensor *self, int64_t from, int64_t to, Generator *generator);

#ifndef __cplusplus
typedef struct TensorUniformArgs {
    char _;
    double from, to;
    Generator *generator;
} TensorUniformArgs;
typedef struct TensorNormalArgs {
    char _;
    double mean, std;
    Generator *generator;
} TensorNormalArgs;
typedef struct TensorBernoulliArgs {
    char _;
    double p;
    Generator *generator;
} TensorBernoulliArgs;
typedef struct TensorRandomArgs {
    char _;
    int64_t from, to;
    Generator *generator;
} TensorRandomArgs;
static inline Tensor *tensor_uniform_with(Tensor *self, const TensorUniformArgs *args)
{
    return (tensor_uniform_)(self, args->from, args->to, args->generator);
}
static inline Tensor *tensor_normal_with(Tensor *self, const TensorNormalArgs *args)
{
    return (tensor_normal_)(self, args->mean, args->std, args->generator);
}
static inline Tensor *tensor_bernoulli_with(Tensor *self, const TensorBernoulliArgs *args)
{
    return (tensor_bernoulli_)(self, args->p, args->generator);
}
static inline Tensor *tensor_random_with(Tensor *self, const TensorRandomArgs *args)
{
    bool one = args->to == TENSOR_NONE && args->from != TENSOR_NONE;
    int64_t from = one || args->from == TENSOR_NONE ? 0 : args->from;
    return (tensor_random_)(self, from, one ? args->from : args->to, args->generator);
}
#define tensor_uniform_(self, ...)                                                                           \
    KEYWORDS(tensor_uniform_with((self), &(const TensorUniformArgs){.to = 1, ._ = 0, __VA_ARGS__}))
#define tensor_normal_(self, ...)                                                                            \
    KEYWORDS(tensor_normal_with((self), &(const TensorNormalArgs){.std = 1, ._ = 0, __VA_ARGS__}))
#define tensor_bernoulli_(self, ...)                                                                         \
    KEYWORDS(tensor_bernoulli_with((self), &(const TensorBernoulliArgs){.p = 0.5, ._ = 0, __VA_ARGS__}))
#define tensor_random_(self, ...)                                                                            \
    KEYWORDS(tensor_random_with(                                                                             \
        (self), &(const TensorRandomArgs){.from = TENSOR_NONE, .to = TENSOR_NONE, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
