/* Losses of similarities as modules (torch.nn.MarginRankingLoss, ...), and CosineSimilarity. The functions,
 * and their formulas, are in autograd/ops/margin_loss.h. `reduction` is "mean", "sum" or "none" (ERROR_VALUE
 * otherwise). */
#ifndef TAPER_NN_MARGIN_LOSS_H
#define TAPER_NN_MARGIN_LOSS_H

#include "core/keywords.h"
#include "nn/module.h"

TAPER_BEGIN_DECLS

typedef struct MarginRankingLossArgs {
    char _;
    double margin;
    const char *reduction;
} MarginRankingLossArgs;

/* nn.HingeEmbeddingLoss(margin=1.0, reduction="mean"): nn_forward(criterion, input, target). */
TAPER_API Module *nn_hinge_embedding_loss(const MarginRankingLossArgs *args);
/* nn.MarginRankingLoss(margin=0.0, reduction="mean"), nn.CosineEmbeddingLoss:
 * nn_forward(criterion, input1, input2, target). */
TAPER_API Module *nn_margin_ranking_loss(const MarginRankingLossArgs *args);
TAPER_API Module *nn_cosine_embedding_loss(const MarginRankingLossArgs *args);

typedef struct CosineSimilarityArgs {
    char _;
    int64_t dim;
    double eps;
} CosineSimilarityArgs;

/* nn.CosineSimilarity(dim=1, eps=1e-8): nn_forward(similarity, x1, x2). */
TAPER_API Module *nn_cosine_similarity(const CosineSimilarityArgs *args);

#ifndef __cplusplus
#define MARGIN_RANKING_LOSS_ARGS_(...) (&(const MarginRankingLossArgs){.reduction = "mean", __VA_ARGS__})
#define nn_HingeEmbeddingLoss(...)                                                                           \
    KEYWORDS(nn_hinge_embedding_loss(MARGIN_RANKING_LOSS_ARGS_(.margin = 1, ._ = 0, __VA_ARGS__)))
#define nn_MarginRankingLoss(...)                                                                            \
    KEYWORDS(nn_margin_ranking_loss(MARGIN_RANKING_LOSS_ARGS_(._ = 0, __VA_ARGS__)))
#define nn_CosineEmbeddingLoss(...)                                                                          \
    KEYWORDS(nn_cosine_embedding_loss(MARGIN_RANKING_LOSS_ARGS_(._ = 0, __VA_ARGS__)))
#define nn_CosineSimilarity(...)                                                                             \
    KEYWORDS(nn_cosine_similarity(&(const CosineSimilarityArgs){.dim = 1, .eps = 1e-8, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
