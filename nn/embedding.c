#include "nn/embedding.h"

#include "autograd/ops/copy.h"
#include "autograd/ops/index.h"
#include "autograd/ops/view.h"
#include "core/error.h"
#include "nn/init.h"
#include "nn/layer.h"

typedef struct Embedding {
    Module base;
    int64_t num_embeddings, embedding_dim, padding_idx;
} Embedding;

static Tensor *embedding_call(Module *module, TensorList inputs)
{
    return (tensor_embedding)(inputs.items[0], layer_parameter(module, 0),
                              ((const Embedding *)module)->padding_idx);
}

static void embedding_repr(const Module *module, FILE *out)
{
    const Embedding *self = (const Embedding *)module;
    fprintf(out, "%lld, %lld", (long long)self->num_embeddings, (long long)self->embedding_dim);
    if (self->padding_idx != TENSOR_NONE)
        fprintf(out, ", padding_idx=%lld", (long long)self->padding_idx);
}

static const ModuleType Embedding_type = {.name = "Embedding",
                                          .size = sizeof(Embedding),
                                          .n_inputs = 1,
                                          .forward = embedding_call,
                                          .extra_repr = embedding_repr};

/* weight with a row of zeros; NULL after an error. */
static Tensor *clear_row(Tensor *weight, int64_t row)
{
    if (weight == NULL || row == TENSOR_NONE)
        return weight;
    int64_t width = tensor_size(weight, 1);
    Tensor *vector = tensor_as_strided(weight, DIMS(width), DIMS(1), row * width);
    return tensor_zero_(vector) != NULL ? weight : NULL;
}

Module *nn_embedding(const EmbeddingArgs *args)
{
    int64_t n = args->num_embeddings, padding = args->padding_idx;
    if (!layer_given("Embedding", {"num_embeddings", n}, {"embedding_dim", args->embedding_dim}))
        return NULL;
    if (padding != TENSOR_NONE && (padding >= n || padding < -n))
        return error_raise(ERROR_VALUE, "Embedding", "Padding_idx must be within num_embeddings");
    if (padding != TENSOR_NONE && padding < 0)
        padding += n;
    Embedding *self = nn_new(Embedding);
    if (self == NULL)
        return NULL;
    self->num_embeddings = n;
    self->embedding_dim = args->embedding_dim;
    self->padding_idx = padding;
    Tensor *weight = layer_tensor(DIMS(n, args->embedding_dim), (LayerPlace){args->device, args->dtype});
    nn_register_parameter(&self->base, "weight", clear_row(nn_init_normal_(weight), padding));
    return layer_finished(&self->base);
}
