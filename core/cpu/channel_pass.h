/* Passes over all elements of a few tensors of one shape [N, C, ...], channel by channel: what batch_norm is
 * made of. Each pass either takes two sums for every channel or computes an output with coefficients for
 * every channel, in the order in which memory lies:
 *
 *   rows      one channel after the other, each in rows of neighbouring elements (large images in NCHW);
 *   columns   all channels side by side, where they are neighbours in memory (channels_last, [N, C]);
 *   planes    also as columns, one for each element of an image: small images in NCHW, whose rows would be
 * too short. The sums of a channel's columns are added up at the end.
 *
 * The split into units of work depends on the shape alone, so the numbers do not depend on the number of
 * threads. */
#ifndef TAPER_CORE_CPU_CHANNEL_PASS_H
#define TAPER_CORE_CPU_CHANNEL_PASS_H

#include "core/cpu/norm_loops.h"
#include "core/tensor_struct.h"

enum { PASS_OPERANDS = 3, PASS_COEFFICIENTS = 4 };

typedef struct ChannelPass {
    const NormLoops *loops;
    DType dtype;
    size_t element; /* bytes */
    bool columns;
    int64_t channels, count; /* of channels; of elements of each */
    int64_t spread;          /* columns of one channel: 1, or the elements of a plane */

    /* The other dimensions in the memory order of the first operand, neighbours merged, innermost last. */
    int operands, n;
    int64_t size[TENSOR_MAX_DIMS], step[PASS_OPERANDS][TENSOR_MAX_DIMS];
    int64_t steps; /* their product: `count`, or without what is spread over columns */
    char *data[PASS_OPERANDS];
    int64_t channel[PASS_OPERANDS]; /* the stride from channel to channel */

    int64_t width, tile, tiles, chunk, chunks; /* of columns: all, together, how many; likewise of steps */
    double *sums;                              /* [2][channels], the result of a pass that takes sums */
    double *k;                                 /* [channels][PASS_COEFFICIENTS], set by the caller */

    double *partial; /* [chunks][2][width] */
    double *pivot;   /* [width] */
    void *k_columns; /* the coefficients as elements: for every tile, one list after the other */
    Device device;
    size_t bytes;
} ChannelPass;

/* Plans a pass and takes its memory; false after an error. channel_pass_end gives the memory back. */
bool channel_pass_start(ChannelPass *pass, const char *operation, const Tensor *const *operands, int n);
void channel_pass_end(ChannelPass *pass);

/* sums = sum (x - k[0]) and sum (x - k[0])^2, of the first operand. */
void channel_pass_moments(ChannelPass *pass);
/* sums = sum g and sum g (x - k[0]), with g the second operand. */
void channel_pass_products(ChannelPass *pass);
/* second operand = x k[0] + k[1] */
void channel_pass_scale(ChannelPass *pass);
/* third operand = g k[0] + (x - k[1]) k[2] + k[3] */
void channel_pass_gradient(ChannelPass *pass);

#endif
