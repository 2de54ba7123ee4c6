/* Stochastic gradient descent (torch.optim.SGD). */
#ifndef TAPER_OPTIM_SGD_H
#define TAPER_OPTIM_SGD_H

#include "optim/optimizer.h"

TAPER_BEGIN_DECLS

typedef struct SGDArgs {
    char _;
    double lr;           /* 1e-3 */
    double momentum;     /* 0: there is no buffer */
    double dampening;    /* 0 */
    double weight_decay; /* 0 */
    bool nesterov;
    bool maximize;
} SGDArgs;

/* optim.SGD(params, lr=0.001, momentum=0, dampening=0, weight_decay=0, nesterov=False, maximize=False):
 *
 *     g = grad + weight_decay * param               (-grad to maximize)
 *     buffer = momentum * buffer + (1 - dampening) * g       (g in the first step)
 *     param -= lr * (buffer, or g + momentum * buffer for nesterov)
 *
 * in PyTorch's order of arithmetic, so that the numbers are the same bits. ERROR_VALUE for numbers below zero
 * and for nesterov without momentum or with dampening. */
TAPER_API Optimizer *optim_sgd(TensorList params, const SGDArgs *args);

#ifndef __cplusplus
#define optim_SGD(params, ...)                                                                               \
    KEYWORDS(optim_sgd((params), &(const SGDArgs){.lr = 1e-3, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
