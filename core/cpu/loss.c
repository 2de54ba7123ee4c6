/* Negative log likelihood: -weight[target] log_p[target], over contiguous [N, C, inner] and [N, inner]. */
#include <math.h>

#include "core/cpu/kernels.h"
#include "core/error.h"

enum { REDUCTION_NONE, REDUCTION_MEAN, REDUCTION_SUM };

static bool check_targets(const int64_t *target, int64_t n, int64_t classes, int64_t ignore_index)
{
    for (int64_t i = 0; i < n; i++)
        if (target[i] != ignore_index && (target[i] < 0 || target[i] >= classes))
            return error_raise(ERROR_INDEX, "nll_loss", "Target %lld is out of bounds.",
                               (long long)target[i]) != NULL;
    return true;
}

#define NLL_LOSS(T)                                                                                          \
    static void nll_##T(T *out, T *total_weight, const T *log_p, const int64_t *target, const T *weight,     \
                        int64_t batch, int64_t classes, int64_t inner, int reduction, int64_t ignore_index)  \
    {                                                                                                        \
        double sum = 0, total = 0;                                                                           \
        for (int64_t i = 0; i < batch * inner; i++) {                                                        \
            int64_t c = target[i];                                                                           \
            bool ignored = c == ignore_index;                                                                \
            double w = ignored ? 0 : weight != NULL ? (double)weight[c] : 1;                                 \
            double loss = ignored ? 0 : -w * (double)log_p[(i / inner * classes + c) * inner + i % inner];   \
            if (reduction == REDUCTION_NONE)                                                                 \
                out[i] = (T)loss;                                                                            \
            sum += loss;                                                                                     \
            total += w;                                                                                      \
        }                                                                                                    \
        *total_weight = (T)total;                                                                            \
        if (reduction != REDUCTION_NONE)                                                                     \
            *out = (T)(reduction == REDUCTION_MEAN ? sum / total : sum);                                     \
    }                                                                                                        \
                                                                                                             \
    static void nll_backward_##T(T *grad_x, const T *grad, const int64_t *target, const T *weight, T total,  \
                                 int64_t batch, int64_t classes, int64_t inner, int reduction,               \
                                 int64_t ignore_index)                                                       \
    {                                                                                                        \
        for (int64_t i = 0; i < batch * classes * inner; i++)                                                \
            grad_x[i] = 0;                                                                                   \
        for (int64_t i = 0; i < batch * inner; i++) {                                                        \
            int64_t c = target[i];                                                                           \
            if (c == ignore_index)                                                                           \
                continue;                                                                                    \
            T g = reduction == REDUCTION_NONE ? grad[i] : grad[0];                                           \
            T w = weight != NULL ? weight[c] : 1;                                                            \
            grad_x[(i / inner * classes + c) * inner + i % inner] =                                          \
                reduction == REDUCTION_MEAN ? -w * g / total : -w * g;                                       \
        }                                                                                                    \
    }

NLL_LOSS(float)
NLL_LOSS(double)

static const void *data_or_null(const Tensor *x)
{
    return x != NULL ? tensor_address(x) : NULL;
}

static bool check_dtype(DType dtype)
{
    return dtype == DTYPE_FLOAT32 || dtype == DTYPE_FLOAT64 ||
           error_raise(ERROR_DTYPE, "nll_loss", "\"nll_loss_out_frame\" not implemented for '%s'",
                       dtype_scalar_name(dtype)) != NULL;
}

bool cpu_nll_loss(Tensor *out, Tensor *total_weight, const Tensor *log_p, const Tensor *target,
                  const Tensor *weight, int reduction, int64_t ignore_index)
{
    int64_t batch = log_p->shape[0], classes = log_p->shape[1], inner = batch > 0 ? target->numel / batch : 0;
    if (!check_dtype(log_p->dtype) ||
        !check_targets(tensor_address(target), target->numel, classes, ignore_index))
        return false;
    if (log_p->dtype == DTYPE_FLOAT32)
        nll_float(tensor_address(out), tensor_address(total_weight), tensor_address(log_p),
                  tensor_address(target), data_or_null(weight), batch, classes, inner, reduction,
                  ignore_index);
    else
        nll_double(tensor_address(out), tensor_address(total_weight), tensor_address(log_p),
                   tensor_address(target), data_or_null(weight), batch, classes, inner, reduction,
                   ignore_index);
    return true;
}

bool cpu_nll_loss_backward(Tensor *grad_x, const Tensor *grad, const Tensor *target, const Tensor *weight,
                           const Tensor *total_weight, int reduction, int64_t ignore_index)
{
    int64_t batch = grad_x->shape[0], classes = grad_x->shape[1],
            inner = batch > 0 ? target->numel / batch : 0;
    if (!check_dtype(grad_x->dtype))
        return false;
    if (grad_x->dtype == DTYPE_FLOAT32)
        nll_backward_float(tensor_address(grad_x), tensor_address(grad), tensor_address(target),
                           data_or_null(weight), *(const float *)tensor_address(total_weight), batch, classes,
                           inner, reduction, ignore_index);
    else
        nll_backward_double(tensor_address(grad_x), tensor_address(grad), tensor_address(target),
                            data_or_null(weight), *(const double *)tensor_address(total_weight), batch,
                            classes, inner, reduction, ignore_index);
    return true;
}
