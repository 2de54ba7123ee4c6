/* Dropout: elements that become 0 at random (torch.nn.functional). */
#ifndef TAPER_AUTOGRAD_OPS_DROPOUT_H
#define TAPER_AUTOGRAD_OPS_DROPOUT_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* F.dropout: in training each element is 0 with probability p, and 1 / (1 - p) times what it was otherwise;
 * not in training, or with p = 0, the result is input itself. The random numbers are PyTorch's, of the
 * default generator (tensor_manual_seed). ERROR_VALUE if p is not between 0 and 1, ERROR_DTYPE for integers.
 */
TAPER_API Tensor *tensor_dropout(Tensor *input, double p, bool training);
TAPER_API Tensor *tensor_dropout_(Tensor *input, double p, bool training);
/* F.dropout2d: whole channels, input[n, c], become 0 together. ERROR_SHAPE for fewer than 2 dimensions. */
TAPER_API Tensor *tensor_dropout2d(Tensor *input, double p, bool training);
TAPER_API Tensor *tensor_dropout2d_(Tensor *input, double p, bool training);

#ifndef __cplusplus
typedef struct TensorDropoutArgs {
    char _;
    double p;
    bool training;
} TensorDropoutArgs;
static inline Tensor *tensor_dropout_args(Tensor *(*f)(Tensor *, double, bool), Tensor *input,
                                          const TensorDropoutArgs *args)
{
    return f(input, args->p, args->training);
}
#define DROPOUT_(f, input, ...)                                                                              \
    KEYWORDS(tensor_dropout_args((f), (input),                                                               \
                                 &(TensorDropoutArgs){.p = 0.5, .training = true, ._ = 0, __VA_ARGS__}))
/* tensor_dropout(x), tensor_dropout(x, 0.2), tensor_dropout(x, .training = false) */
#define tensor_dropout(input, ...)    DROPOUT_(tensor_dropout, input, __VA_ARGS__)
#define tensor_dropout_(input, ...)   DROPOUT_(tensor_dropout_, input, __VA_ARGS__)
#define tensor_dropout2d(input, ...)  DROPOUT_(tensor_dropout2d, input, __VA_ARGS__)
#define tensor_dropout2d_(input, ...) DROPOUT_(tensor_dropout2d_, input, __VA_ARGS__)
#endif

TAPER_END_DECLS

#endif
