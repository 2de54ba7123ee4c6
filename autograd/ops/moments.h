/* Variances and standard deviations.
 *
 * `dim` names the dimensions that go, none given: all; keepdim keeps them with size 1. The sum of squared
 * deviations is divided by n - correction, at least 0; correction NULL: 1. Floating point (ERROR_DTYPE
 * otherwise); ERROR_INDEX as in reduce.h.
 *
 *     tensor_var(x), tensor_std(x, 1, .correction = 0, .keepdim = true), tensor_var(x, DIMS(0, 2)) */
#ifndef TAPER_AUTOGRAD_OPS_MOMENTS_H
#define TAPER_AUTOGRAD_OPS_MOMENTS_H

#include "autograd/ops/number.h"
#include "core/keywords.h"

TAPER_BEGIN_DECLS

typedef struct TensorVarMean {
    Tensor *var, *mean;
} TensorVarMean;
typedef struct TensorStdMean {
    Tensor *std, *mean;
} TensorStdMean;

/* torch.var; torch.std, its root, whose gradient is 0 where it is 0. */
TAPER_API Tensor *tensor_var(Tensor *self, Dims dim, Tensor *correction, bool keepdim);
TAPER_API Tensor *tensor_std(Tensor *self, Dims dim, Tensor *correction, bool keepdim);
/* torch.var_mean, torch.std_mean: both. The members are NULL after an error. */
TAPER_API TensorVarMean tensor_var_mean(Tensor *self, Dims dim, Tensor *correction, bool keepdim);
TAPER_API TensorStdMean tensor_std_mean(Tensor *self, Dims dim, Tensor *correction, bool keepdim);

#ifndef __cplusplus
typedef struct TensorVarArgs {
    char _;
    Dims dim;
    double correction;
    bool keepdim;
} TensorVarArgs;
static inline Tensor *tensor_var_args(Tensor *self, const TensorVarArgs *args)
{
    int64_t number;
    return (tensor_var)(self, dims_or_number(args->dim, &number), tensor_number_float(args->correction),
                        args->keepdim);
}
static inline Tensor *tensor_std_args(Tensor *self, const TensorVarArgs *args)
{
    int64_t number;
    return (tensor_std)(self, dims_or_number(args->dim, &number), tensor_number_float(args->correction),
                        args->keepdim);
}
static inline TensorVarMean tensor_var_mean_args(Tensor *self, const TensorVarArgs *args)
{
    int64_t number;
    return (tensor_var_mean)(self, dims_or_number(args->dim, &number), tensor_number_float(args->correction),
                             args->keepdim);
}
static inline TensorStdMean tensor_std_mean_args(Tensor *self, const TensorVarArgs *args)
{
    int64_t number;
    return (tensor_std_mean)(self, dims_or_number(args->dim, &number), tensor_number_float(args->correction),
                             args->keepdim);
}
#define VAR_ARGS_(...)             (&(const TensorVarArgs){.dim = DIMS_NOT_GIVEN, .correction = 1, ._ = 0, __VA_ARGS__})
#define tensor_var(self, ...)      KEYWORDS(tensor_var_args((self), VAR_ARGS_(__VA_ARGS__)))
#define tensor_std(self, ...)      KEYWORDS(tensor_std_args((self), VAR_ARGS_(__VA_ARGS__)))
#define tensor_var_mean(self, ...) KEYWORDS(tensor_var_mean_args((self), VAR_ARGS_(__VA_ARGS__)))
#define tensor_std_mean(self, ...) KEYWORDS(tensor_std_mean_args((self), VAR_ARGS_(__VA_ARGS__)))
#endif

TAPER_END_DECLS

#endif
