/* Inside of the CPU's convolutions: see conv.c for the plan of it all. */
#ifndef TAPER_CORE_CPU_CONV_H
#define TAPER_CORE_CPU_CONV_H

#include "core/backend.h"
#include "core/cpu/tile.h"

/* Four dimensions and their strides in elements: images, channels, height, width. */
typedef struct Images {
    char *data;
    int64_t n, c, h, w;
    int64_t sn, sc, sh, sw;
} Images;

Images images_of(const Tensor *x);

/* One element of the kernel: where it reads, relative to the window's first pixel, and its place in the
 * weights. */
typedef struct Tap {
    int64_t dh, dw;
    int64_t weight; /* offset in elements */
} Tap;

/* A convolution seen from its result. For every group, image n, row j and column i:
 *
 *     out[n][m][j][i] = bias[m] + sum over channels c and taps t of
 *                       weight[m * weight_m + c * weight_c + t.weight] * in[n][c][j * step[0] + t.dh][i *
 * step[1] + t.dw]
 *
 * where `in` counts as zero outside of its borders. out.c and in.c are the channels of all groups together.
 */
typedef struct Gather {
    DType dtype;
    Images out, in;
    const char *weight;
    int64_t weight_m, weight_c, weight_group; /* strides in elements; weight_group: from group to group */
    const Tensor *bias;                       /* or NULL */
    int64_t step[2], groups;
    const Tap *taps;
    int64_t n_taps;
} Gather;

bool conv_gather(const Gather *g, const char *operation);

/* The same where every group has one channel in, and the gradient of its weights, written with the weights'
 * strides (g->out: the gradient of the result; g->weight is not read). */
bool conv_depthwise(const Gather *g, const char *operation);
bool conv_depthwise_weight(const Gather *g, char *grad_weight, const char *operation);

/* The gradient of the weights, see conv_weight.c; p->groups may be anything. */
bool conv_weight(Tensor *grad_weight, const Tensor *grad, const Tensor *x, const ConvParams *p);

#endif
