/* Functions of one number, with their derivatives. Where the result says as much as the input, it is the
 * result that is saved. */
#include "autograd/ops/math.h"

#include <math.h>

#include "autograd/ops/divide.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/unary.h"

/* tensor_name and tensor_name_. */
#define FUNCTION(ID, name, saves, float_result)                                                              \
    Tensor *tensor_##name(Tensor *self)                                                                      \
    {                                                                                                        \
        return unary_new(self, &(Unary){OP_##ID, UNARY_##ID, saves, float_result, 0, 0});                    \
    }                                                                                                        \
    Tensor *tensor_##name##_(Tensor *self)                                                                   \
    {                                                                                                        \
        return unary_in_place(self, &(Unary){OP_##ID##_, UNARY_##ID, saves, float_result, 0, 0});            \
    }
#define OF_INPUT(ID, name)  FUNCTION(ID, name, UNARY_SAVES_INPUT, true)
#define OF_RESULT(ID, name) FUNCTION(ID, name, UNARY_SAVES_RESULT, true)

/* name_backward: the input's gradient from grad and `saved`. */
#define DERIVATIVE(name, saved, expression)                                                                  \
    void name##_backward(TapeNode *node, Tensor *grad)                                                       \
    {                                                                                                        \
        Tensor *saved = tape_saved(node, 0);                                                                 \
        tape_give(node, 0, expression);                                                                      \
    }

/* -- signs and squares, of integers too -- */

void neg_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, tensor_neg(grad));
}

static bool can_negate(const Tensor *x, const char *operation)
{
    return x == NULL || x->dtype != DTYPE_BOOL ||
           error_raise(ERROR_DTYPE, operation,
                       "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to "
                       "invert a mask, use the `~` or `logical_not()` operator instead.") != NULL;
}

Tensor *tensor_neg(Tensor *self)
{
    return can_negate(self, "neg")
               ? unary_new(self, &(Unary){.op = OP_NEG, .kernel = UNARY_NEG, .saves = UNARY_SAVES_NOTHING})
               : NULL;
}

Tensor *tensor_neg_(Tensor *self)
{
    return can_negate(self, "neg_")
               ? unary_in_place(self,
                                &(Unary){.op = OP_NEG_, .kernel = UNARY_NEG, .saves = UNARY_SAVES_NOTHING})
               : NULL;
}

FUNCTION(ABS, abs, UNARY_SAVES_INPUT, false)
DERIVATIVE(abs, x, tensor_mul(grad, tensor_sign(x)))

FUNCTION(SIGN, sign, UNARY_SAVES_NOTHING, false)

DERIVATIVE(square, x, tensor_mul(grad, tensor_mul(x, 2)))

/* The square of a bool is an integer, as that of pow(2). */
Tensor *tensor_square(Tensor *self)
{
    if (self != NULL && self->dtype == DTYPE_BOOL)
        self = (Tensor *)kernel_cast(self, DTYPE_INT64);
    return unary_new(self, &(Unary){.op = OP_SQUARE, .kernel = UNARY_SQUARE, .saves = UNARY_SAVES_INPUT});
}

Tensor *tensor_square_(Tensor *self)
{
    return unary_in_place(self,
                          &(Unary){.op = OP_SQUARE_, .kernel = UNARY_SQUARE, .saves = UNARY_SAVES_INPUT});
}

/* -- exponentials and logarithms -- */

OF_RESULT(EXP, exp)
DERIVATIVE(exp, y, tensor_mul(grad, y))

OF_RESULT(EXPM1, expm1)
DERIVATIVE(expm1, y, tensor_mul(grad, tensor_add(y, 1)))

OF_INPUT(LOG, log)
DERIVATIVE(log, x, tensor_div(grad, x))

OF_INPUT(LOG1P, log1p)
DERIVATIVE(log1p, x, tensor_div(grad, tensor_add(x, 1)))

OF_INPUT(LOG2, log2)
DERIVATIVE(log2, x, tensor_div(grad, tensor_mul(x, M_LN2)))

OF_INPUT(LOG10, log10)
DERIVATIVE(log10, x, tensor_div(grad, tensor_mul(x, M_LN10)))

/* -- roots and reciprocals -- */

OF_RESULT(SQRT, sqrt)
DERIVATIVE(sqrt, y, tensor_div(grad, tensor_mul(y, 2)))

OF_RESULT(RSQRT, rsqrt)
DERIVATIVE(rsqrt, y, tensor_mul(tensor_mul(grad, -0.5), tensor_mul(tensor_mul(y, y), y)))

OF_RESULT(RECIPROCAL, reciprocal)
DERIVATIVE(reciprocal, y, tensor_mul(tensor_neg(grad), tensor_mul(y, y)))

/* -- circular and hyperbolic functions -- */

OF_INPUT(SIN, sin)
DERIVATIVE(sin, x, tensor_mul(grad, tensor_cos(x)))

OF_INPUT(COS, cos)
DERIVATIVE(cos, x, tensor_neg(tensor_mul(grad, tensor_sin(x))))

OF_RESULT(TAN, tan)
DERIVATIVE(tan, y, tensor_mul(grad, tensor_add(tensor_mul(y, y), 1)))

OF_INPUT(ASIN, asin)
DERIVATIVE(asin, x, tensor_mul(grad, tensor_rsqrt(tensor_rsub(tensor_mul(x, x), 1))))

OF_INPUT(ACOS, acos)
DERIVATIVE(acos, x, tensor_neg(tensor_mul(grad, tensor_rsqrt(tensor_rsub(tensor_mul(x, x), 1)))))

OF_INPUT(ATAN, atan)
DERIVATIVE(atan, x, tensor_div(grad, tensor_add(tensor_mul(x, x), 1)))

OF_INPUT(SINH, sinh)
DERIVATIVE(sinh, x, tensor_mul(grad, tensor_cosh(x)))

OF_INPUT(COSH, cosh)
DERIVATIVE(cosh, x, tensor_mul(grad, tensor_sinh(x)))

/* -- the error function: d erf(x) = 2 / sqrt(pi) e^(-x^2) -- */

OF_INPUT(ERF, erf)
DERIVATIVE(erf, x, tensor_mul(tensor_mul(grad, M_2_SQRTPI), tensor_exp(tensor_neg(tensor_mul(x, x)))))

/* -- rounding: flat between its steps -- */

FUNCTION(FLOOR, floor, UNARY_SAVES_NOTHING, false)
FUNCTION(CEIL, ceil, UNARY_SAVES_NOTHING, false)
FUNCTION(ROUND, round, UNARY_SAVES_NOTHING, false)
FUNCTION(TRUNC, trunc, UNARY_SAVES_NOTHING, false)

/* -- questions: bool, without a derivative -- */

Tensor *tensor_isnan(Tensor *self)
{
    return kernel_unary("isnan", UNARY_ISNAN, NULL, self, false, 0, 0);
}

Tensor *tensor_isinf(Tensor *self)
{
    return kernel_unary("isinf", UNARY_ISINF, NULL, self, false, 0, 0);
}

Tensor *tensor_isfinite(Tensor *self)
{
    return kernel_unary("isfinite", UNARY_ISFINITE, NULL, self, false, 0, 0);
}
