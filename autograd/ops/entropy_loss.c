#include "autograd/ops/entropy_loss.h"

#include <string.h>

#include "autograd/autograd.h"
#include "autograd/ops/choose.h"
#include "autograd/ops/compare.h"
#include "autograd/ops/divide.h"
#include "autograd/ops/extreme.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/loss_reduction.h"
#include "autograd/ops/math.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/smooth.h"
#include "autograd/tape.h"

/* -- binary_cross_entropy -- */

/* With p the input and t the target: d/dp = (p - t) / (p (1 - p)), d/dt = log(1 - p) - log(p). The divisor is
 * kept from 0, as in PyTorch, which the clamped logarithms would not give. */
static void elements_backward(TapeNode *node, Tensor *grad)
{
    Tensor *p = tape_saved(node, 0), *t = tape_saved(node, 1);
    if (tape_needs(node, 0)) {
        Tensor *divisor = tensor_clamp_min(tensor_mul(tensor_rsub(p, 1), p), 1e-12);
        tape_give(node, 0, tensor_div(tensor_mul(grad, tensor_sub(p, t)), divisor));
    }
    if (tape_needs(node, 1))
        tape_give(node, 1, tensor_mul(grad, tensor_sub(tensor_log1p(tensor_neg(p)), tensor_log(p))));
}

/* (t - 1) log(1 - p) - t log p */
static Tensor *elements(Tensor *p, Tensor *t)
{
    static const AutogradFunction function = {"BinaryCrossEntropyBackward", elements_backward};
    Tensor *loss = NULL;
    autograd_no_grad
    {
        Tensor *log_p = tensor_clamp_min(tensor_log(p), -100);
        Tensor *log_q = tensor_clamp_min(tensor_log1p(tensor_neg(p)), -100);
        loss = tensor_sub(tensor_mul(tensor_sub(t, 1), log_q), tensor_mul(t, log_p));
    }
    return autograd_record(&function, loss, INPUTS(p, t), SAVES(p, t), NULL, 0);
}

static bool check_probabilities(const char *name, Tensor *x)
{
    Tensor *least = NULL, *largest = NULL;
    autograd_no_grad
    {
        least = tensor_min(x);
        largest = tensor_max(x);
    }
    if (least == NULL || largest == NULL)
        return false;
    return (tensor_item(least) >= 0 && tensor_item(largest) <= 1) ||
           error_raise(ERROR_VALUE, "binary_cross_entropy", "all elements of %s should be between 0 and 1",
                       name) != NULL;
}

static bool check_binary(Tensor *input, Tensor *target)
{
    static const char name[] = "binary_cross_entropy";
    char a[160], b[160];
    if (!tensor_same_shape(input, target))
        return error_raise(ERROR_VALUE, name,
                           "Using a target size (torch.Size(%s)) that is different to the input size "
                           "(torch.Size(%s)) is deprecated. Please ensure they have the same size.",
                           tensor_shape_string(target, a, sizeof a),
                           tensor_shape_string(input, b, sizeof b)) != NULL;
    if (input->dtype != target->dtype)
        return error_raise(ERROR_DTYPE, name, "Found dtype %s but expected %s",
                           dtype_scalar_name(target->dtype), dtype_scalar_name(input->dtype)) != NULL;
    if (!dtype_is_floating_point(input->dtype))
        return error_raise(ERROR_DTYPE, name, "\"binary_cross_entropy\" not implemented for '%s'",
                           dtype_scalar_name(input->dtype)) != NULL;
    return input->numel == 0 ||
           (check_probabilities("input", input) && check_probabilities("target", target));
}

Tensor *(tensor_binary_cross_entropy)(Tensor *input, Tensor *target, Tensor *weight, const char *reduction)
{
    ERROR_OPERATION("binary_cross_entropy");
    int how = loss_reduction("binary_cross_entropy", reduction);
    if (how < 0 || input == NULL || target == NULL || !check_binary(input, target))
        return NULL;
    Tensor *loss = elements(input, target);
    return loss_reduce(weight != NULL ? tensor_mul(loss, weight) : loss, how);
}

/* With x the input: (1 - t) x - w log sigmoid(x), where w = 1 + (pos_weight - 1) t. */
Tensor *(tensor_binary_cross_entropy_with_logits)(Tensor *input, Tensor *target, Tensor *weight,
                                                  const char *reduction, Tensor *pos_weight)
{
    ERROR_OPERATION("binary_cross_entropy_with_logits");
    static const char name[] = "binary_cross_entropy_with_logits";
    int how = loss_reduction(name, reduction);
    if (how < 0 || input == NULL || target == NULL)
        return NULL;
    char a[160], b[160];
    if (!tensor_same_shape(input, target))
        return error_raise(ERROR_VALUE, name,
                           "Target size (torch.Size(%s)) must be the same as input size (torch.Size(%s))",
                           tensor_shape_string(target, a, sizeof a), tensor_shape_string(input, b, sizeof b));
    Tensor *log_p = tensor_logsigmoid(input);
    if (pos_weight != NULL)
        log_p = tensor_mul(tensor_add(tensor_mul(tensor_sub(pos_weight, 1), target), 1), log_p);
    Tensor *loss = tensor_sub(tensor_mul(tensor_rsub(target, 1), input), log_p);
    return loss_reduce(weight != NULL ? tensor_mul(loss, weight) : loss, how);
}

/* -- kl_div -- */

/* target (log target - input), where 0 log 0 = 0. */
static Tensor *divergence(Tensor *input, Tensor *target, bool log_target)
{
    if (log_target)
        return tensor_mul(tensor_exp(target), tensor_sub(target, input));
    Tensor *entropy = tensor_mul(target, tensor_log(target));
    entropy = tensor_masked_fill(entropy, tensor_eq(target, 0), 0);
    return tensor_sub(entropy, tensor_mul(target, input));
}

Tensor *(tensor_kl_div)(Tensor *input, Tensor *target, const char *reduction, bool log_target)
{
    ERROR_OPERATION("kl_div");
    bool batch_mean = reduction != NULL && strcmp(reduction, "batchmean") == 0;
    int how = batch_mean ? LOSS_SUM : loss_reduction("kl_div", reduction);
    if (how < 0 || input == NULL || target == NULL)
        return NULL;
    if (!dtype_is_floating_point(input->dtype) || !dtype_is_floating_point(target->dtype))
        return error_raise(ERROR_DTYPE, "kl_div", "kl_div: Integral inputs not supported.");
    Tensor *loss = loss_reduce(divergence(input, target, log_target), how);
    return batch_mean && input->ndim > 0 ? tensor_div(loss, input->shape[0]) : loss;
}
