#include "autograd/ops/choose.h"

#include <float.h>

#include "autograd/ops/compare.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/logic.h"
#include "autograd/ops/math.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/unary.h"

/* -- where: the gradient goes where the element came from -- */

void where_backward(TapeNode *node, Tensor *grad)
{
    Tensor *condition = tape_saved(node, 0);
    if (tape_needs(node, 1))
        tape_give(node, 1, tensor_where(condition, grad, 0));
    if (tape_needs(node, 2))
        tape_give(node, 2, tensor_where(condition, 0, grad));
}

Tensor *(tensor_where)(Tensor *condition, Tensor *self, Tensor *other)
{
    if (condition == NULL || self == NULL || other == NULL)
        return NULL;
    if (condition->dtype == DTYPE_UINT8)
        condition = (Tensor *)kernel_cast(condition, DTYPE_BOOL);
    else if (condition->dtype != DTYPE_BOOL)
        return error_raise(ERROR_DTYPE, "where",
                           "where expected condition to be a boolean tensor, but got a tensor with dtype %s",
                           dtype_scalar_name(condition->dtype));
    Tensor *y = kernel_where("where", NULL, condition, self, other, DTYPE_NONE);
    return tape_record(OP_WHERE, y, INPUTS(condition, self, other), SAVES(condition));
}

/* -- masked_fill -- */

void masked_fill_backward(TapeNode *node, Tensor *grad)
{
    Tensor *mask = tape_saved(node, 0);
    if (tape_needs(node, 0))
        tape_give(node, 0, tensor_masked_fill(grad, mask, 0));
    if (tape_needs(node, 2))
        tape_give(node, 2, tensor_where(mask, grad, 0));
}

static bool check_masked_fill(const char *operation, const Tensor *self, const Tensor *mask,
                              const Tensor *value)
{
    if (self == NULL || mask == NULL || value == NULL)
        return false;
    if (mask->dtype != DTYPE_BOOL)
        return error_raise(ERROR_DTYPE, operation,
                           "masked_fill_ only supports boolean masks, but got mask with dtype %s",
                           dtype_c_name(mask->dtype)) != NULL;
    if (value->ndim != 0)
        return error_raise(ERROR_SHAPE, operation,
                           "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with %d "
                           "dimension(s).",
                           value->ndim) != NULL;
    bool known = value->is_number || !dtype_is_floating_point(self->dtype);
    return !known || scalar_check(self->dtype, kernel_scalar(value), operation);
}

Tensor *(tensor_masked_fill)(Tensor *self, Tensor *mask, Tensor *value)
{
    if (!check_masked_fill("masked_fill", self, mask, value))
        return NULL;
    Tensor *y = kernel_where("masked_fill", NULL, mask, value, self, self->dtype);
    return tape_record(OP_MASKED_FILL, y, INPUTS(self, mask, value), SAVES(mask));
}

Tensor *(tensor_masked_fill_)(Tensor *self, Tensor *mask, Tensor *value)
{
    if (!check_masked_fill("masked_fill_", self, mask, value) || !tape_check_inplace(self, "masked_fill_"))
        return NULL;
    Tensor *y = kernel_where("masked_fill_", self, mask, value, self, self->dtype);
    return tape_record(OP_MASKED_FILL_, y, INPUTS(self, mask, value), SAVES(mask));
}

/* -- clamp: the gradient passes within the bounds, and not on them; one that is infinite is none -- */

void clamp_backward(TapeNode *node, Tensor *grad)
{
    if (unary_give(node, grad, UNARY_CLAMP))
        return;
    UnaryArgs bounds = unary_args(node);
    Tensor *x = tape_saved(node, 0);
    if (bounds.a != -HUGE_VAL)
        grad = tensor_where(tensor_gt(x, bounds.a), grad, 0);
    if (bounds.b != HUGE_VAL)
        grad = tensor_where(tensor_lt(x, bounds.b), grad, 0);
    tape_give(node, 0, grad);
}

static bool check_clamp(const char *operation, const Tensor *min, const Tensor *max)
{
    return min != NULL || max != NULL ||
           error_raise(ERROR_VALUE, operation,
                       "torch.clamp: At least one of 'min' or 'max' must not be None") != NULL;
}

/* Integers have no kernel with bounds, whose numbers would be rounded. */
static Tensor *clamp_integers(const char *operation, Tensor *out, Tensor *self, Tensor *min, Tensor *max)
{
    DType dtype = kernel_result_type(TENSORS(self, min, max));
    if (dtype == DTYPE_BOOL)
        return error_raise(ERROR_UNSUPPORTED, operation, "\"clamp_scalar_cpu\" not implemented for 'Bool'");
    double low = min != NULL ? tensor_item(min) : -HUGE_VAL, high = max != NULL ? tensor_item(max) : HUGE_VAL;
    if (dtype != DTYPE_INT64) { /* which holds every bound; as doubles large ones would be rounded */
        if (!unary_integer_bounds(operation, dtype, &low, &high))
            return NULL;
        min = min != NULL ? tensor_number_int((int64_t)low) : NULL;
        max = max != NULL ? tensor_number_int((int64_t)high) : NULL;
    }
    Tensor *y = self;
    if (min != NULL)
        y = kernel_binary(operation, BINARY_MAXIMUM, out, y, min, false, 1);
    if (max != NULL)
        y = kernel_binary(operation, BINARY_MINIMUM, out, y, max, false, 1);
    return y;
}

static Tensor *clamp(OpId op, const char *operation, Tensor *out, Tensor *self, Tensor *min, Tensor *max)
{
    DType dtype = kernel_result_type(TENSORS(self, min, max));
    Tensor *before = self, *y;
    if (out != NULL && !tape_old_value(self, INPUTS(self), &before))
        return NULL;
    UnaryArgs bounds = {min != NULL ? tensor_item(min) : -HUGE_VAL,
                        max != NULL ? tensor_item(max) : HUGE_VAL};
    if (dtype_is_floating_point(dtype))
        y = kernel_unary(operation, UNARY_CLAMP, out, self, true, bounds.a, bounds.b);
    else
        y = clamp_integers(operation, out, self, min, max);
    return tape_record_args(op, y, INPUTS(self), SAVES(before), &bounds, sizeof bounds);
}

static bool is_bound(const Tensor *x)
{
    return x == NULL || x->is_number;
}

Tensor *(tensor_clamp)(Tensor *self, Tensor *min, Tensor *max)
{
    ERROR_OPERATION("clamp");
    if (self == NULL || !check_clamp("clamp", min, max))
        return NULL;
    if (is_bound(min) && is_bound(max))
        return clamp(OP_CLAMP, "clamp", NULL, self, min, max);
    if (min != NULL)
        self = (tensor_maximum)(self, min);
    return max != NULL ? (tensor_minimum)(self, max) : self;
}

Tensor *(tensor_clamp_)(Tensor *self, Tensor *min, Tensor *max)
{
    ERROR_OPERATION("clamp_");
    if (self == NULL || !check_clamp("clamp_", min, max) || !tape_check_inplace(self, "clamp_"))
        return NULL;
    if (is_bound(min) && is_bound(max))
        return clamp(OP_CLAMP_, "clamp_", self, self, min, max);
    Tensor *before = tape_wants(INPUTS(self, min, max)) ? tensor_clone(self) : self; /* which is saved */
    Tensor *y = (tensor_clamp)(before, min, max);
    return y != NULL && kernel_check_cast("clamp_", y->dtype, self->dtype) ? tensor_copy_(self, y) : NULL;
}

/* A bound of a keyword argument. */
static Tensor *bound(long double value)
{
    return isnan(value) ? NULL : tensor_number_keyword(value);
}

Tensor *tensor_clamp_args(Tensor *self, const TensorClampArgs *args)
{
    return (tensor_clamp)(self, bound(args->min), bound(args->max));
}

Tensor *tensor_clamp__args(Tensor *self, const TensorClampArgs *args)
{
    return (tensor_clamp_)(self, bound(args->min), bound(args->max));
}

Tensor *(tensor_clamp_min)(Tensor *self, Tensor *min)
{
    ERROR_OPERATION("clamp_min");
    return min != NULL ? (tensor_clamp)(self, min, NULL) : NULL;
}

Tensor *(tensor_clamp_min_)(Tensor *self, Tensor *min)
{
    ERROR_OPERATION("clamp_min_");
    return min != NULL ? (tensor_clamp_)(self, min, NULL) : NULL;
}

Tensor *(tensor_clamp_max)(Tensor *self, Tensor *max)
{
    ERROR_OPERATION("clamp_max");
    return max != NULL ? (tensor_clamp)(self, NULL, max) : NULL;
}

Tensor *(tensor_clamp_max_)(Tensor *self, Tensor *max)
{
    ERROR_OPERATION("clamp_max_");
    return max != NULL ? (tensor_clamp_)(self, NULL, max) : NULL;
}

/* -- nan_to_num -- */

Tensor *(tensor_nan_to_num)(Tensor *self, double nan, double posinf, double neginf)
{
    if (self == NULL || !dtype_is_floating_point(self->dtype))
        return tensor_clone(self);
    double largest = self->dtype == DTYPE_FLOAT32 ? FLT_MAX : DBL_MAX;
    Tensor *y = tensor_masked_fill(self, tensor_isnan(self), isnan(nan) ? 0 : nan);
    y = tensor_masked_fill(y, tensor_eq(self, HUGE_VAL), isnan(posinf) ? largest : posinf);
    return tensor_masked_fill(y, tensor_eq(self, -HUGE_VAL), isnan(neginf) ? -largest : neginf);
}
