/* Adam and AdamW (torch.optim). */
#ifndef TAPER_OPTIM_ADAM_H
#define TAPER_OPTIM_ADAM_H

#include "optim/optimizer.h"

TAPER_BEGIN_DECLS

typedef struct AdamArgs {
    char _;
    double lr;           /* 1e-3 */
    double betas[2];     /* {0.9, 0.999} */
    double eps;          /* 1e-8 */
    double weight_decay; /* Adam: 0; AdamW: 0.01 */
    bool amsgrad;        /* divide by the largest second moment so far */
    bool maximize;
    bool decoupled_weight_decay; /* as AdamW, which sets it */
} AdamArgs;

/* optim.Adam(params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, amsgrad=False, ...):
 *
 *     g = grad + weight_decay * param               (-grad to maximize)
 *     exp_avg = beta1 * exp_avg + (1 - beta1) * g
 *     exp_avg_sq = beta2 * exp_avg_sq + (1 - beta2) * g^2
 *     param -= lr / (1 - beta1^step) * exp_avg / (sqrt(exp_avg_sq) / sqrt(1 - beta2^step) + eps)
 *
 * and AdamW, where the decay is not part of the gradient: param *= 1 - lr * weight_decay. In PyTorch's order
 * of arithmetic, so that the numbers are the same bits but for the square root: here it is rounded correctly,
 * while PyTorch's, from MKL, is off in the last bit of one float32 number in five. ERROR_VALUE for numbers
 * below zero and betas outside [0, 1). The betas are the options "betas.0" and "betas.1" of a group. */
TAPER_API Optimizer *optim_adam(TensorList params, const AdamArgs *args);
TAPER_API Optimizer *optim_adamw(TensorList params, const AdamArgs *args);

#ifndef __cplusplus
#define OPTIM_ADAM_(f, params, decay, ...)                                                                   \
    KEYWORDS(f(                                                                                              \
        (params),                                                                                            \
        &(const AdamArgs){                                                                                   \
            .lr = 1e-3, .betas = {0.9, 0.999}, .eps = 1e-8, .weight_decay = (decay), ._ = 0, __VA_ARGS__}))
#define optim_Adam(params, ...)  OPTIM_ADAM_(optim_adam, params, 0, __VA_ARGS__)
#define optim_AdamW(params, ...) OPTIM_ADAM_(optim_adamw, params, 1e-2, __VA_ARGS__)
#endif

TAPER_END_DECLS

#endif
