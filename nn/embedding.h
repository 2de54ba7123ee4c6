/* A table of vectors that are looked up by number (torch.nn.Embedding). */
#ifndef TAPER_NN_EMBEDDING_H
#define TAPER_NN_EMBEDDING_H

#include "core/keywords.h"
#include "nn/module.h"

TAPER_BEGIN_DECLS

typedef struct EmbeddingArgs {
    char _;
    int64_t num_embeddings, embedding_dim;
    int64_t padding_idx; /* TENSOR_NONE: none */
    Device device;
    DType dtype;
} EmbeddingArgs;

/* nn.Embedding(num_embeddings, embedding_dim, padding_idx=None): int64 [...] -> [..., embedding_dim].
 * Parameter: weight [num_embeddings, embedding_dim], from the normal distribution; row padding_idx (negative:
 * from the end) is zero and gets no gradient. ERROR_VALUE: "Padding_idx must be within num_embeddings".
 * PyTorch's max_norm, scale_grad_by_freq and sparse gradients are not there. */
TAPER_API Module *nn_embedding(const EmbeddingArgs *args);

#ifndef __cplusplus
#define nn_Embedding(...)                                                                                    \
    KEYWORDS(nn_embedding(&(EmbeddingArgs){.num_embeddings = TENSOR_NONE,                                    \
                                           .embedding_dim = TENSOR_NONE,                                     \
                                           .padding_idx = TENSOR_NONE,                                       \
                                           ._ = 0,                                                           \
                                           __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
