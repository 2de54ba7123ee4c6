/* Adagrad (torch.optim.Adagrad). */
#ifndef TAPER_OPTIM_ADAGRAD_H
#define TAPER_OPTIM_ADAGRAD_H

#include "optim/optimizer.h"

TAPER_BEGIN_DECLS

typedef struct AdagradArgs {
    char _;
    double lr;                        /* 1e-2 */
    double lr_decay;                  /* 0 */
    double weight_decay;              /* 0 */
    double initial_accumulator_value; /* 0 */
    double eps;                       /* 1e-10 */
    bool maximize;
} AdagradArgs;

/* optim.Adagrad(params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, ...):
 *
 *     g = grad + weight_decay * param               (-grad to maximize)
 *     sum += g^2
 *     param -= lr / (1 + (step - 1) * lr_decay) * g / (sqrt(sum) + eps)
 *
 * The same bits as PyTorch's but for its square root (optim/adam.h). ERROR_VALUE for numbers below zero. */
TAPER_API Optimizer *optim_adagrad(TensorList params, const AdagradArgs *args);

#ifndef __cplusplus
#define optim_Adagrad(params, ...)                                                                           \
    KEYWORDS(optim_adagrad((params), &(const AdagradArgs){.lr = 1e-2, .eps = 1e-10, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
