/* Blocks of the bundled network: squeeze-and-excitation and the residual block that uses it. They are written
 * as a user writes modules (nn/blocks.c), and their state_dict keys are those of the Python they come from.
 */
#ifndef TAPER_NN_BLOCKS_H
#define TAPER_NN_BLOCKS_H

#include "core/keywords.h"
#include "nn/module.h"

TAPER_BEGIN_DECLS

typedef struct SEModuleArgs {
    char _;
    int64_t in_channels, reduction;
} SEModuleArgs;

/* SEModule(in_channels, reduction=16): x [n, c, h, w] times a factor in 0 .. 1 for each channel, which two
 * linear layers compute from the channels' means. Keys: fc.0.weight, fc.2.weight. ERROR_VALUE unless
 * reduction is positive. */
TAPER_API Module *nn_se_module(const SEModuleArgs *args);

typedef struct ResidualBlockArgs {
    char _;
    int64_t in_channels, out_channels, stride;
} ResidualBlockArgs;

/* ResidualBlock(in_channels, out_channels, stride=1): relu(se(bn2(conv2(relu(bn1(conv1(x)))))) +
 * shortcut(x)), where the convolutions are 3x3, the first with the stride, and shortcut is the identity, or a
 * 1x1 convolution and a BatchNorm where the shape changes. [n, in, h, w] -> [n, out, h', w']. */
TAPER_API Module *nn_residual_block(const ResidualBlockArgs *args);

#ifndef __cplusplus
#define nn_SEModule(...)                                                                                     \
    KEYWORDS(nn_se_module(&(SEModuleArgs){.in_channels = TENSOR_NONE, .reduction = 16, ._ = 0, __VA_ARGS__}))
#define nn_ResidualBlock(...)                                                                                \
    KEYWORDS(nn_residual_block(&(ResidualBlockArgs){                                                         \
        .in_channels = TENSOR_NONE, .out_channels = TENSOR_NONE, .stride = 1, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
