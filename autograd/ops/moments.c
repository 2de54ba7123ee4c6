#include "autograd/ops/moments.h"

#include <math.h>

#include "autograd/ops/choose.h"
#include "autograd/ops/compare.h"
#include "autograd/ops/divide.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/reduced.h"
#include "autograd/tape.h"

typedef struct MomentArgs {
    Reduced reduced;
    double correction;
} MomentArgs;

static bool check_dtype(const char *operation, const char *named, const Tensor *self)
{
    return dtype_is_floating_point(self->dtype) ||
           error_raise(ERROR_DTYPE, operation, "%s only support floating point and complex dtypes", named) !=
               NULL;
}

static Tensor *variance(const char *operation, Tensor *self, Dims dim, double correction, bool keepdim)
{
    if (self == NULL || !check_dtype(operation, "std and var", self))
        return NULL;
    return kernel_reduce(operation, REDUCE_VAR, self, dim, keepdim, DTYPE_NONE, correction);
}

static Tensor *record(OpId op, Tensor *y, Tensor *self, Dims dim, double correction, bool keepdim)
{
    if (y == NULL)
        return NULL;
    MomentArgs args = {reduced_dims(self, dim, keepdim), correction};
    return tape_record_args(op, y, INPUTS(self), SAVES(self, y), &args, sizeof args);
}

static double correction_of(const Tensor *correction)
{
    return correction != NULL ? tensor_item(correction) : 1;
}

/* -- var: 2 (x - mean) / (n - correction) -- */

static Tensor *var_gradient(TapeNode *node, Tensor *grad, Tensor *x)
{
    const MomentArgs *args = tape_args(node);
    int64_t dims[TENSOR_MAX_DIMS];
    double count = (double)reduced_count(tape_input_dims(node, 0), args->reduced.dims);
    Tensor *mean = (tensor_mean)(x, reduced_list(node, dims), true, DTYPE_NONE);
    double factor = 2 / fmax(0, count - args->correction);
    return tensor_mul(tensor_mul(reduced_restore(node, grad), factor), tensor_sub(x, mean));
}

void var_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, var_gradient(node, grad, tape_saved(node, 0)));
}

Tensor *(tensor_var)(Tensor *self, Dims dim, Tensor *correction, bool keepdim)
{
    double c = correction_of(correction);
    return record(OP_VAR, variance("var", self, dim, c, keepdim), self, dim, c, keepdim);
}

/* -- std: var's, divided by 2 std; 0 where all elements are the same -- */

void std_backward(TapeNode *node, Tensor *grad)
{
    Tensor *x = tape_saved(node, 0), *y = tape_saved(node, 1);
    Tensor *zero = tensor_eq(y, 0);
    Tensor *grad_var = tensor_masked_fill(tensor_div(grad, tensor_mul(y, 2)), zero, 0);
    tape_give(node, 0, var_gradient(node, grad_var, x));
}

Tensor *(tensor_std)(Tensor *self, Dims dim, Tensor *correction, bool keepdim)
{
    double c = correction_of(correction);
    Tensor *var = variance("std", self, dim, c, keepdim);
    return record(OP_STD, kernel_unary("std", UNARY_SQRT, var, var, false, 0, 0), self, dim, c, keepdim);
}

/* -- both -- */

TensorVarMean(tensor_var_mean)(Tensor *self, Dims dim, Tensor *correction, bool keepdim)
{
    ERROR_OPERATION("var_mean");
    if (self == NULL || !check_dtype("var_mean", "var_mean", self))
        return (TensorVarMean){NULL, NULL};
    Tensor *var = (tensor_var)(self, dim, correction, keepdim);
    Tensor *mean = var != NULL ? (tensor_mean)(self, dim, keepdim, DTYPE_NONE) : NULL;
    return (TensorVarMean){mean != NULL ? var : NULL, mean};
}

TensorStdMean(tensor_std_mean)(Tensor *self, Dims dim, Tensor *correction, bool keepdim)
{
    ERROR_OPERATION("std_mean");
    if (self == NULL || !check_dtype("std_mean", "std_mean", self))
        return (TensorStdMean){NULL, NULL};
    Tensor *std = (tensor_std)(self, dim, correction, keepdim);
    Tensor *mean = std != NULL ? (tensor_mean)(self, dim, keepdim, DTYPE_NONE) : NULL;
    return (TensorStdMean){mean != NULL ? std : NULL, mean};
}
