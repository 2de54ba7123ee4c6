/* Losses of similarities, which are to be beyond a margin (torch.nn.functional). target holds 1 and -1.
 * `reduction` is "none", "mean" or "sum" (ERROR_VALUE otherwise); operands are broadcast.
 *
 *     tensor_cosine_similarity(x1, x2), tensor_margin_ranking_loss(x1, x2, target, .margin = 0.1) */
#ifndef TAPER_AUTOGRAD_OPS_MARGIN_LOSS_H
#define TAPER_AUTOGRAD_OPS_MARGIN_LOSS_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* F.cosine_similarity: the sum over `dim` of x1 x2, divided by both norms, each at least eps (ERROR_VALUE for
 * a negative one). Defaults: dim 1, eps 1e-8. */
TAPER_API Tensor *tensor_cosine_similarity(Tensor *x1, Tensor *x2, int64_t dim, double eps);

/* F.hinge_embedding_loss: input where target is 1, max(0, margin - input) where it is -1. Default margin 1.
 */
TAPER_API Tensor *tensor_hinge_embedding_loss(Tensor *input, Tensor *target, double margin,
                                              const char *reduction);
/* F.margin_ranking_loss: max(0, -target (input1 - input2) + margin). Default margin 0. ERROR_SHAPE for
 * operands of different numbers of dimensions. */
TAPER_API Tensor *tensor_margin_ranking_loss(Tensor *input1, Tensor *input2, Tensor *target, double margin,
                                             const char *reduction);
/* F.cosine_embedding_loss: of inputs [N, D] and target [N], or [D] and 0-d: 1 - cos where target is 1,
 * max(0, cos - margin) where it is -1. Default margin 0. */
TAPER_API Tensor *tensor_cosine_embedding_loss(Tensor *input1, Tensor *input2, Tensor *target, double margin,
                                               const char *reduction);

/* The arguments by name. */
typedef struct TensorCosineSimilarityArgs {
    char _;
    int64_t dim;
    double eps;
} TensorCosineSimilarityArgs;
typedef struct TensorMarginLossArgs {
    char _;
    double margin;
    const char *reduction;
} TensorMarginLossArgs;

#ifndef __cplusplus
static inline Tensor *tensor_cosine_similarity_args(Tensor *x1, Tensor *x2,
                                                    const TensorCosineSimilarityArgs *args)
{
    return (tensor_cosine_similarity)(x1, x2, args->dim, args->eps);
}
#define tensor_cosine_similarity(x1, x2, ...)                                                                \
    KEYWORDS(tensor_cosine_similarity_args(                                                                  \
        (x1), (x2), &(const TensorCosineSimilarityArgs){.dim = 1, .eps = 1e-8, ._ = 0, __VA_ARGS__}))

static inline Tensor *tensor_hinge_embedding_loss_args(Tensor *input, Tensor *target,
                                                       const TensorMarginLossArgs *args)
{
    return (tensor_hinge_embedding_loss)(input, target, args->margin, args->reduction);
}
static inline Tensor *tensor_margin_ranking_loss_args(Tensor *input1, Tensor *input2, Tensor *target,
                                                      const TensorMarginLossArgs *args)
{
    return (tensor_margin_ranking_loss)(input1, input2, target, args->margin, args->reduction);
}
static inline Tensor *tensor_cosine_embedding_loss_args(Tensor *input1, Tensor *input2, Tensor *target,
                                                        const TensorMarginLossArgs *args)
{
    return (tensor_cosine_embedding_loss)(input1, input2, target, args->margin, args->reduction);
}
#define MARGIN_LOSS_ARGS_(...) (&(const TensorMarginLossArgs){.reduction = "mean", ._ = 0, __VA_ARGS__})
#define tensor_hinge_embedding_loss(input, target, ...)                                                      \
    KEYWORDS(tensor_hinge_embedding_loss_args((input), (target),                                             \
                                              MARGIN_LOSS_ARGS_(.margin = 1, ._ = 0, __VA_ARGS__)))
#define tensor_margin_ranking_loss(input1, input2, target, ...)                                              \
    KEYWORDS(tensor_margin_ranking_loss_args((input1), (input2), (target), MARGIN_LOSS_ARGS_(__VA_ARGS__)))
#define tensor_cosine_embedding_loss(input1, input2, target, ...)                                            \
    KEYWORDS(tensor_cosine_embedding_loss_args((input1), (input2), (target), MARGIN_LOSS_ARGS_(__VA_ARGS__)))
#endif

TAPER_END_DECLS

#endif
