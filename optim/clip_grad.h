/* Gradients made smaller before a step (torch.nn.utils.clip_grad). Parameters without a gradient do not
 * count.
 *
 *     tensor_backward(loss);
 *     optim_clip_grad_norm_(nn_parameters(model), 1.0);
 *     optim_step(optimizer); */
#ifndef TAPER_OPTIM_CLIP_GRAD_H
#define TAPER_OPTIM_CLIP_GRAD_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

typedef struct ClipGradNormArgs {
    char _;
    double norm_type; /* 2; INFINITY: the largest absolute value */
    bool error_if_nonfinite;
} ClipGradNormArgs;

/* clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False): multiplies all gradients by
 * max_norm / (total_norm + 1e-6) where that is below 1. Returns total_norm, a 0-d tensor: the norm of all
 * gradients as of one vector. ERROR_VALUE, with the gradients as they were, if it is not finite and
 * error_if_nonfinite. */
TAPER_API Tensor *optim_clip_grad_norm(TensorList parameters, double max_norm, const ClipGradNormArgs *args);

/* clip_grad_value_(parameters, clip_value): every element of a gradient comes between -clip_value and
 * clip_value. */
TAPER_API bool optim_clip_grad_value_(TensorList parameters, double clip_value);

#ifndef __cplusplus
#define optim_clip_grad_norm_(parameters, max_norm, ...)                                                     \
    KEYWORDS(optim_clip_grad_norm((parameters), (max_norm),                                                  \
                                  &(const ClipGradNormArgs){.norm_type = 2, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
