/* Each derivative is one pass of a kernel from x, which is saved; when the gradient must itself be
 * differentiable (create_graph), it is computed by recorded operations instead. */
#include "autograd/ops/smooth.h"

#include <math.h>
#include <string.h>

#include "autograd/ops/activation.h"
#include "autograd/ops/choose.h"
#include "autograd/ops/compare.h"
#include "autograd/ops/divide.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/math.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/unary.h"

static Tensor *smooth(Tensor *self, OpId op, UnaryOp kernel, double a, double b)
{
    return unary_new(self, &(Unary){op, kernel, UNARY_SAVES_INPUT, false, a, b});
}

static Tensor *smooth_(Tensor *self, OpId op, UnaryOp kernel, double a, double b)
{
    return unary_in_place(self, &(Unary){op, kernel, UNARY_SAVES_INPUT, false, a, b});
}

/* -- elu, selu, celu: dy/dx = scale where x > 0, slope e^(x rate) elsewhere -- */

static void give_exponential(TapeNode *node, Tensor *grad, double scale, double slope, double rate)
{
    Tensor *x = tape_saved(node, 0);
    Tensor *left = tensor_mul(tensor_exp(tensor_mul(tensor_clamp_max(x, 0), rate)), slope);
    tape_give(node, 0, tensor_mul(grad, tensor_where(tensor_gt(x, 0), scale, left)));
}

void elu_backward(TapeNode *node, Tensor *grad)
{
    if (!unary_give(node, grad, UNARY_ELU))
        give_exponential(node, grad, 1, unary_args(node).a, 1);
}

Tensor *(tensor_elu)(Tensor *self, double alpha)
{
    return smooth(self, OP_ELU, UNARY_ELU, alpha, 0);
}

Tensor *(tensor_elu_)(Tensor *self, double alpha)
{
    return smooth_(self, OP_ELU_, UNARY_ELU, alpha, 0);
}

void selu_backward(TapeNode *node, Tensor *grad)
{
    if (!unary_give(node, grad, UNARY_SELU))
        give_exponential(node, grad, SELU_SCALE, SELU_SCALE * SELU_ALPHA, 1);
}

Tensor *tensor_selu(Tensor *self)
{
    return smooth(self, OP_SELU, UNARY_SELU, 0, 0);
}

Tensor *tensor_selu_(Tensor *self)
{
    return smooth_(self, OP_SELU_, UNARY_SELU, 0, 0);
}

void celu_backward(TapeNode *node, Tensor *grad)
{
    if (!unary_give(node, grad, UNARY_CELU))
        give_exponential(node, grad, 1, 1, 1 / unary_args(node).a);
}

static bool check_celu(const char *operation, double alpha)
{
    return alpha != 0 ||
           error_raise(ERROR_VALUE, operation, "ZeroDivisionError: alpha cannot be 0 for CELU") != NULL;
}

Tensor *(tensor_celu)(Tensor *self, double alpha)
{
    return check_celu("celu", alpha) ? smooth(self, OP_CELU, UNARY_CELU, alpha, 0) : NULL;
}

Tensor *(tensor_celu_)(Tensor *self, double alpha)
{
    return check_celu("celu_", alpha) ? smooth_(self, OP_CELU_, UNARY_CELU, alpha, 0) : NULL;
}

/* -- gelu: with P the normal distribution's cumulative function and p its density, d(x P(x)) = P(x) + x p(x).
 * P(x) is near (1 + tanh(u)) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3). -- */

/* p(x) = e^(-x^2 / 2) / sqrt(2 pi) */
static Tensor *normal_slope(Tensor *x)
{
    Tensor *cumulative = tensor_mul(tensor_add(tensor_erf(tensor_mul(x, M_SQRT1_2)), 1), 0.5);
    Tensor *density =
        tensor_mul(tensor_exp(tensor_mul(tensor_mul(x, x), -0.5)), 0.5 * M_2_SQRTPI * M_SQRT1_2);
    return tensor_add(cumulative, tensor_mul(x, density));
}

static Tensor *tanh_slope(Tensor *x)
{
    const double beta = M_2_SQRTPI * M_SQRT1_2, cubic = 0.044715;
    Tensor *squared = tensor_mul(x, x);
    Tensor *t = tensor_tanh(tensor_mul(tensor_mul(x, tensor_add(tensor_mul(squared, cubic), 1)), beta));
    Tensor *inner = tensor_mul(tensor_add(tensor_mul(squared, 3 * cubic), 1), beta);
    Tensor *right = tensor_mul(tensor_mul(x, tensor_rsub(tensor_mul(t, t), 1)), inner);
    return tensor_mul(tensor_add(tensor_add(t, 1), right), 0.5);
}

void gelu_backward(TapeNode *node, Tensor *grad)
{
    bool tanh = unary_args(node).a != 0;
    Tensor *x = tape_saved(node, 0);
    if (!unary_give(node, grad, tanh ? UNARY_GELU_TANH : UNARY_GELU))
        tape_give(node, 0, tensor_mul(grad, tanh ? tanh_slope(x) : normal_slope(x)));
}

Tensor *(tensor_gelu)(Tensor *self, const char *approximate)
{
    bool tanh = approximate != NULL && strcmp(approximate, "tanh") == 0;
    if (!tanh && (approximate == NULL || strcmp(approximate, "none") != 0))
        return error_raise(ERROR_VALUE, "gelu", "approximate argument must be either none or tanh.");
    return smooth(self, OP_GELU, tanh ? UNARY_GELU_TANH : UNARY_GELU, tanh, 0);
}

/* -- silu: with s = sigmoid(x), d(x s) = s (1 + x (1 - s)) -- */

void silu_backward(TapeNode *node, Tensor *grad)
{
    if (unary_give(node, grad, UNARY_SILU))
        return;
    Tensor *x = tape_saved(node, 0), *s = tensor_sigmoid(x);
    tape_give(node, 0, tensor_mul(grad, tensor_mul(s, tensor_add(tensor_mul(x, tensor_rsub(s, 1)), 1))));
}

Tensor *tensor_silu(Tensor *self)
{
    return smooth(self, OP_SILU, UNARY_SILU, 0, 0);
}

Tensor *tensor_silu_(Tensor *self)
{
    return smooth_(self, OP_SILU_, UNARY_SILU, 0, 0);
}

/* -- mish: with t = tanh(softplus(x)), d(x t) = t + x (1 - t^2) sigmoid(x) -- */

void mish_backward(TapeNode *node, Tensor *grad)
{
    if (unary_give(node, grad, UNARY_MISH))
        return;
    Tensor *x = tape_saved(node, 0), *t = tensor_tanh(tensor_softplus(x));
    Tensor *right = tensor_mul(tensor_mul(x, tensor_sigmoid(x)), tensor_rsub(tensor_mul(t, t), 1));
    tape_give(node, 0, tensor_mul(grad, tensor_add(t, right)));
}

Tensor *tensor_mish(Tensor *self)
{
    return smooth(self, OP_MISH, UNARY_MISH, 0, 0);
}

Tensor *tensor_mish_(Tensor *self)
{
    return smooth_(self, OP_MISH_, UNARY_MISH, 0, 0);
}

/* -- softplus: dy/dx = sigmoid(beta x), and 1 beyond the threshold -- */

void softplus_backward(TapeNode *node, Tensor *grad)
{
    if (unary_give(node, grad, UNARY_SOFTPLUS))
        return;
    UnaryArgs args = unary_args(node);
    Tensor *scaled = tensor_mul(tape_saved(node, 0), args.a);
    Tensor *slope = tensor_where(tensor_gt(scaled, args.b), 1.0, tensor_sigmoid(scaled));
    tape_give(node, 0, tensor_mul(grad, slope));
}

Tensor *(tensor_softplus)(Tensor *self, double beta, double threshold)
{
    return smooth(self, OP_SOFTPLUS, UNARY_SOFTPLUS, beta, threshold);
}

/* -- logsigmoid: dy/dx = sigmoid(-x) -- */

void logsigmoid_backward(TapeNode *node, Tensor *grad)
{
    if (!unary_give(node, grad, UNARY_LOGSIGMOID))
        tape_give(node, 0, tensor_mul(grad, tensor_sigmoid(tensor_neg(tape_saved(node, 0)))));
}

Tensor *tensor_logsigmoid(Tensor *self)
{
    return smooth(self, OP_LOGSIGMOID, UNARY_LOGSIGMOID, 0, 0);
}

/* -- made of other operations -- */

Tensor *tensor_softsign(Tensor *self)
{
    ERROR_OPERATION("softsign");
    return tensor_div(self, tensor_add(tensor_abs(self), 1));
}

Tensor *tensor_tanhshrink(Tensor *self)
{
    ERROR_OPERATION("tanhshrink");
    return tensor_sub(self, tensor_tanh(self));
}
