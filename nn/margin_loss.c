#include "nn/margin_loss.h"

#include "autograd/ops/margin_loss.h"
#include "nn/layer.h"

/* -- losses -- */

typedef struct MarginLoss {
    Module base;
    double margin;
    const char *reduction;
} MarginLoss;

static Tensor *hinge_embedding_loss_call(Module *module, TensorList inputs)
{
    const MarginLoss *self = (const MarginLoss *)module;
    return (tensor_hinge_embedding_loss)(inputs.items[0], inputs.items[1], self->margin, self->reduction);
}

static Tensor *margin_ranking_loss_call(Module *module, TensorList inputs)
{
    const MarginLoss *self = (const MarginLoss *)module;
    return (tensor_margin_ranking_loss)(inputs.items[0], inputs.items[1], inputs.items[2], self->margin,
                                        self->reduction);
}

static Tensor *cosine_embedding_loss_call(Module *module, TensorList inputs)
{
    const MarginLoss *self = (const MarginLoss *)module;
    return (tensor_cosine_embedding_loss)(inputs.items[0], inputs.items[1], inputs.items[2], self->margin,
                                          self->reduction);
}

static const ModuleType HingeEmbeddingLoss_type = {.name = "HingeEmbeddingLoss",
                                                   .size = sizeof(MarginLoss),
                                                   .n_inputs = 2,
                                                   .forward = hinge_embedding_loss_call};

static const ModuleType MarginRankingLoss_type = {.name = "MarginRankingLoss",
                                                  .size = sizeof(MarginLoss),
                                                  .n_inputs = 3,
                                                  .forward = margin_ranking_loss_call};

static const ModuleType CosineEmbeddingLoss_type = {.name = "CosineEmbeddingLoss",
                                                    .size = sizeof(MarginLoss),
                                                    .n_inputs = 3,
                                                    .forward = cosine_embedding_loss_call};

static Module *new_margin_loss(const ModuleType *type, const MarginRankingLossArgs *args)
{
    const char *reduction = layer_reduction(type->name, args->reduction, false);
    MarginLoss *self = reduction != NULL ? (MarginLoss *)(void *)nn_module_alloc(type) : NULL;
    if (self == NULL)
        return NULL;
    self->margin = args->margin;
    self->reduction = reduction;
    return &self->base;
}

Module *nn_hinge_embedding_loss(const MarginRankingLossArgs *args)
{
    return new_margin_loss(&HingeEmbeddingLoss_type, args);
}

Module *nn_margin_ranking_loss(const MarginRankingLossArgs *args)
{
    return new_margin_loss(&MarginRankingLoss_type, args);
}

Module *nn_cosine_embedding_loss(const MarginRankingLossArgs *args)
{
    return new_margin_loss(&CosineEmbeddingLoss_type, args);
}

/* -- CosineSimilarity -- */

typedef struct CosineSimilarity {
    Module base;
    int64_t dim;
    double eps;
} CosineSimilarity;

static Tensor *cosine_similarity_call(Module *module, TensorList inputs)
{
    const CosineSimilarity *self = (const CosineSimilarity *)module;
    return (tensor_cosine_similarity)(inputs.items[0], inputs.items[1], self->dim, self->eps);
}

static const ModuleType CosineSimilarity_type = {.name = "CosineSimilarity",
                                                 .size = sizeof(CosineSimilarity),
                                                 .n_inputs = 2,
                                                 .forward = cosine_similarity_call};

Module *nn_cosine_similarity(const CosineSimilarityArgs *args)
{
    CosineSimilarity *self = nn_new(CosineSimilarity);
    if (self == NULL)
        return NULL;
    self->dim = args->dim;
    self->eps = args->eps;
    return &self->base;
}
