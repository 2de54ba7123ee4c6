#include "autograd/ops/margin_loss.h"

#include "autograd/autograd.h"
#include "autograd/ops/choose.h"
#include "autograd/ops/compare.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/divide.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/loss_reduction.h"
#include "autograd/ops/math.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/vector_norm.h"
#include "autograd/ops/view.h"

/* -- cosine_similarity -- */

/* x / max(|x|, eps) along dim; the gradient of a norm below eps is the norm's own, as in PyTorch. */
static Tensor *normalised(Tensor *x, int64_t dim, double eps)
{
    Tensor *norm = tensor_norm(x, 2, DIMS(dim), .keepdim = true), *missing = NULL;
    autograd_no_grad missing = tensor_sub(tensor_clamp_min(norm, eps), norm);
    return tensor_div(x, tensor_add(norm, missing));
}

Tensor *(tensor_cosine_similarity)(Tensor *x1, Tensor *x2, int64_t dim, double eps)
{
    ERROR_OPERATION("cosine_similarity");
    static const char name[] = "cosine_similarity";
    if (x1 == NULL || x2 == NULL)
        return NULL;
    if (!(eps >= 0))
        return error_raise(ERROR_VALUE, name, "eps must be non-negative, got: %g", eps);
    DType dtype = kernel_result_type(TENSORS(x1, x2));
    if (!dtype_is_floating_point(dtype))
        return error_raise(ERROR_DTYPE, name,
                           "expected common dtype to be floating point, yet common dtype is %s",
                           dtype_scalar_name(dtype));
    int64_t shape[TENSOR_MAX_DIMS];
    int ndim = kernel_broadcast_shape(name, x1, x2, shape);
    if (ndim < 0)
        return NULL;
    Dims common = {ndim, shape};
    Tensor *a = tensor_to_dtype((tensor_expand)(x1, common), dtype);
    Tensor *b = tensor_to_dtype((tensor_expand)(x2, common), dtype);
    return tensor_sum(tensor_mul(normalised(a, dim, eps), normalised(b, dim, eps)), DIMS(dim));
}

/* -- losses -- */

Tensor *(tensor_hinge_embedding_loss)(Tensor *input, Tensor *target, double margin, const char *reduction)
{
    ERROR_OPERATION("hinge_embedding_loss");
    int how = loss_reduction("hinge_embedding_loss", reduction);
    if (how < 0 || input == NULL || target == NULL)
        return NULL;
    Tensor *apart = tensor_clamp_min(tensor_rsub(input, margin), 0);
    Tensor *loss = tensor_add(tensor_where(tensor_ne(target, 1), apart, 0),
                              tensor_where(tensor_ne(target, -1), input, 0));
    return loss_reduce(loss, how);
}

Tensor *(tensor_margin_ranking_loss)(Tensor *input1, Tensor *input2, Tensor *target, double margin,
                                     const char *reduction)
{
    ERROR_OPERATION("margin_ranking_loss");
    int how = loss_reduction("margin_ranking_loss", reduction);
    if (how < 0 || input1 == NULL || input2 == NULL || target == NULL)
        return NULL;
    char a[160], b[160], c[160];
    if (input1->ndim != input2->ndim || input1->ndim != target->ndim)
        return error_raise(ERROR_SHAPE, "margin_ranking_loss",
                           "margin_ranking_loss : All input tensors should have same dimension but got "
                           "sizes: input1: torch.Size(%s), input2: torch.Size(%s), target: torch.Size(%s) ",
                           tensor_shape_string(input1, a, sizeof a), tensor_shape_string(input2, b, sizeof b),
                           tensor_shape_string(target, c, sizeof c));
    Tensor *wrong = tensor_mul(tensor_neg(target), tensor_sub(input1, input2));
    return loss_reduce(tensor_clamp_min(tensor_add(wrong, margin), 0), how);
}

static bool check_cosine_embedding(const Tensor *input1, const Tensor *input2, const Tensor *target)
{
    char a[160], b[160];
    if (target->ndim > 1)
        return error_raise(ERROR_SHAPE, "cosine_embedding_loss",
                           "0D or 1D target tensor expected, multi-target not supported") != NULL;
    int expected = target->ndim + 1;
    return (input1->ndim == expected && input2->ndim == expected) ||
           error_raise(ERROR_SHAPE, "cosine_embedding_loss",
                       "%dD target tensor expects %dD input tensors, but found inputs with sizes %s and %s.",
                       target->ndim, expected, tensor_shape_string(input1, a, sizeof a),
                       tensor_shape_string(input2, b, sizeof b)) != NULL;
}

/* The sum of squares along the last dimension, kept from 0. */
static Tensor *square_length(Tensor *x)
{
    return tensor_add(tensor_sum(tensor_square(x), DIMS(-1)), 1e-12);
}

Tensor *(tensor_cosine_embedding_loss)(Tensor *input1, Tensor *input2, Tensor *target, double margin,
                                       const char *reduction)
{
    ERROR_OPERATION("cosine_embedding_loss");
    int how = loss_reduction("cosine_embedding_loss", reduction);
    if (how < 0 || input1 == NULL || input2 == NULL || target == NULL ||
        !check_cosine_embedding(input1, input2, target))
        return NULL;
    Tensor *length = tensor_sqrt(tensor_mul(square_length(input1), square_length(input2)));
    Tensor *cosine = tensor_div(tensor_sum(tensor_mul(input1, input2), DIMS(-1)), length);
    Tensor *alike = tensor_where(tensor_eq(target, 1), tensor_rsub(cosine, 1), 0);
    Tensor *apart = tensor_where(tensor_eq(target, -1), tensor_clamp_min(tensor_sub(cosine, margin), 0), 0);
    return loss_reduce(tensor_add(alike, apart), how);
}
