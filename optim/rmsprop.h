/* RMSprop (torch.optim.RMSprop). */
#ifndef TAPER_OPTIM_RMSPROP_H
#define TAPER_OPTIM_RMSPROP_H

#include "optim/optimizer.h"

TAPER_BEGIN_DECLS

typedef struct RMSpropArgs {
    char _;
    double lr;           /* 1e-2 */
    double alpha;        /* 0.99 */
    double eps;          /* 1e-8 */
    double weight_decay; /* 0 */
    double momentum;     /* 0 */
    bool centered;       /* divide by the deviation from the average gradient */
    bool maximize;
} RMSpropArgs;

/* optim.RMSprop(params, lr=0.01, alpha=0.99, eps=1e-08, weight_decay=0, momentum=0, centered=False, ...):
 *
 *     g = grad + weight_decay * param               (-grad to maximize)
 *     square_avg = alpha * square_avg + (1 - alpha) * g^2
 *     buffer = momentum * buffer + g / (sqrt(square_avg) + eps)     (centered: sqrt(square_avg - grad_avg^2))
 *     param -= lr * buffer
 *
 * The same bits as PyTorch's but for its square root (optim/adam.h). ERROR_VALUE for numbers below zero. */
TAPER_API Optimizer *optim_rmsprop(TensorList params, const RMSpropArgs *args);

#ifndef __cplusplus
#define optim_RMSprop(params, ...)                                                                           \
    KEYWORDS(optim_rmsprop(                                                                                  \
        (params), &(const RMSpropArgs){.lr = 1e-2, .alpha = 0.99, .eps = 1e-8, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
