/* Borders around images (torch.nn.ZeroPad2d, ConstantPad2d, ReflectionPad2d, ReplicationPad2d,
 * CircularPad2d); see tensor_pad.
 *
 *     nn_ZeroPad2d(1), nn_ReflectionPad2d(.padding_lrtb = {1, 1, 2, 0})
 *
 * padding is one number for all sides, or four: left, right, top, bottom, as in PyTorch. Negative ones cut
 * off. Inputs are [n, c, h, w] or [c, h, w]. ERROR_VALUE for one and four at once, as nn_ZeroPad2d(1, 1, 2,
 * 2) would be, and for a value where it is not that of ConstantPad2d. */
#ifndef TAPER_NN_PADDING_H
#define TAPER_NN_PADDING_H

#include "core/keywords.h"
#include "nn/module.h"

TAPER_BEGIN_DECLS

typedef struct Pad2dArgs {
    char _;
    int64_t padding;
    double value;            /* ConstantPad2d only */
    int64_t padding_lrtb[4]; /* instead, where not all are 0 */
} Pad2dArgs;

/* nn.ZeroPad2d(padding), ConstantPad2d(padding, value). */
TAPER_API Module *nn_zero_pad2d(const Pad2dArgs *args);
TAPER_API Module *nn_constant_pad2d(const Pad2dArgs *args);
/* nn.ReflectionPad2d(padding): mirrored, without the edge. ReplicationPad2d: the edge again and again.
 * CircularPad2d: the other end. */
TAPER_API Module *nn_reflection_pad2d(const Pad2dArgs *args);
TAPER_API Module *nn_replication_pad2d(const Pad2dArgs *args);
TAPER_API Module *nn_circular_pad2d(const Pad2dArgs *args);

#ifndef __cplusplus
#define PAD2D_ARGS_(...)         (&(Pad2dArgs){._ = 0, __VA_ARGS__})
#define nn_ZeroPad2d(...)        KEYWORDS(nn_zero_pad2d(PAD2D_ARGS_(__VA_ARGS__)))
#define nn_ConstantPad2d(...)    KEYWORDS(nn_constant_pad2d(PAD2D_ARGS_(__VA_ARGS__)))
#define nn_ReflectionPad2d(...)  KEYWORDS(nn_reflection_pad2d(PAD2D_ARGS_(__VA_ARGS__)))
#define nn_ReplicationPad2d(...) KEYWORDS(nn_replication_pad2d(PAD2D_ARGS_(__VA_ARGS__)))
#define nn_CircularPad2d(...)    KEYWORDS(nn_circular_pad2d(PAD2D_ARGS_(__VA_ARGS__)))
#endif

TAPER_END_DECLS

#endif
