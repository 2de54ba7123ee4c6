#include "autograd/ops/regression_loss.h"

#include <math.h>
#include <string.h>

#include "autograd/autograd.h"
#include "autograd/ops/choose.h"
#include "autograd/ops/divide.h"
#include "autograd/ops/extreme.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/loss_reduction.h"
#include "autograd/ops/math.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reshape.h"

static bool check_floats(const char *operation, const char *kernel, Tensor *input, Tensor *target)
{
    if (input == NULL || target == NULL)
        return false;
    DType dtype = kernel_result_type(TENSORS(input, target));
    return dtype_is_floating_point(dtype) ||
           error_raise(ERROR_DTYPE, operation, "\"%s\" not implemented for '%s'", kernel,
                       dtype_scalar_name(dtype)) != NULL;
}

Tensor *(tensor_mse_loss)(Tensor *input, Tensor *target, const char *reduction)
{
    ERROR_OPERATION("mse_loss");
    int how = loss_reduction("mse_loss", reduction);
    if (how < 0 || !check_floats("mse_loss", "mse_cpu", input, target))
        return NULL;
    return loss_reduce(tensor_square(tensor_sub(input, target)), how);
}

Tensor *(tensor_l1_loss)(Tensor *input, Tensor *target, const char *reduction)
{
    ERROR_OPERATION("l1_loss");
    int how = loss_reduction("l1_loss", reduction);
    return how >= 0 ? loss_reduce(tensor_abs(tensor_sub(input, target)), how) : NULL;
}

/* With d the difference and m what lies within width of it: m (d - m / 2), which is d^2 / 2 up to width and a
 * line beyond. Of the distance |d| the second derivative at 0 would be lost. */
static Tensor *rounded_distance(Tensor *input, Tensor *target, double width)
{
    Tensor *d = tensor_sub(input, target), *m = tensor_clamp(d, -width, width);
    return tensor_mul(m, tensor_sub(d, m, .alpha = 0.5));
}

Tensor *(tensor_smooth_l1_loss)(Tensor *input, Tensor *target, const char *reduction, double beta)
{
    ERROR_OPERATION("smooth_l1_loss");
    int how = loss_reduction("smooth_l1_loss", reduction);
    if (how < 0 || input == NULL || target == NULL)
        return NULL;
    if (!(beta >= 0))
        return error_raise(ERROR_VALUE, "smooth_l1_loss",
                           "smooth_l1_loss does not support negative values for beta.");
    if (beta == 0)
        return (tensor_l1_loss)(input, target, reduction);
    if (!check_floats("smooth_l1_loss", "smooth_l1_cpu", input, target))
        return NULL;
    Tensor *loss = rounded_distance(input, target, beta);
    return loss_reduce(beta == 1 ? loss : tensor_div(loss, beta), how);
}

Tensor *(tensor_huber_loss)(Tensor *input, Tensor *target, const char *reduction, double delta)
{
    ERROR_OPERATION("huber_loss");
    int how = loss_reduction("huber_loss", reduction);
    if (how < 0 || input == NULL || target == NULL)
        return NULL;
    if (!(delta > 0))
        return error_raise(ERROR_VALUE, "huber_loss",
                           "huber_loss does not support non-positive values for delta.");
    if (!check_floats("huber_loss", "huber_cpu", input, target))
        return NULL;
    return loss_reduce(rounded_distance(input, target, delta), how);
}

/* -- gaussian_nll_loss -- */

/* var as it broadcasts to input: its shape, or with size 1 in the last dimension. NULL after ERROR_VALUE. */
static Tensor *fitting_variance(const Tensor *input, Tensor *var)
{
    int64_t n = input->ndim;
    bool leading = memcmp(var->shape, input->shape, (size_t)(n > 0 ? n - 1 : 0) * sizeof(int64_t)) == 0;
    if (tensor_same_shape(input, var) || var->ndim == 0)
        return var;
    if (n > 0 && var->ndim == n - 1 && leading)
        return tensor_unsqueeze(var, -1);
    if (n > 0 && var->ndim == n && leading && var->shape[n - 1] == 1)
        return var;
    return error_raise(ERROR_VALUE, "gaussian_nll_loss", "var is of incorrect size");
}

/* max(var, eps), with var's gradient also where eps was taken. */
static Tensor *at_least(Tensor *var, double eps)
{
    Tensor *missing = NULL;
    autograd_no_grad missing = tensor_sub(tensor_clamp_min(var, eps), var);
    return tensor_add(var, missing);
}

Tensor *(tensor_gaussian_nll_loss)(Tensor *input, Tensor *target, Tensor *var, bool full, double eps,
                                   const char *reduction)
{
    ERROR_OPERATION("gaussian_nll_loss");
    if (input == NULL || target == NULL || var == NULL)
        return NULL;
    Tensor *fitting = fitting_variance(input, var);
    if (fitting == NULL)
        return NULL;
    Tensor *least = var->numel > 0 ? tensor_min(tensor_detach(var)) : NULL;
    if (var->numel > 0 && least == NULL)
        return NULL;
    if (least != NULL && tensor_item(least) < 0)
        return error_raise(ERROR_VALUE, "gaussian_nll_loss", "var has negative entry/entries");
    int how = loss_reduction("gaussian_nll_loss", reduction);
    if (how < 0)
        return NULL;
    Tensor *v = at_least(fitting, eps);
    Tensor *error = tensor_div(tensor_square(tensor_sub(input, target)), v);
    Tensor *loss = tensor_mul(tensor_add(tensor_log(v), error), 0.5);
    return loss_reduce(full ? tensor_add(loss, 0.5 * log(2 * M_PI)) : loss, how);
}
