/* Channels into space and back (torch.nn.PixelShuffle, PixelUnshuffle). */
#ifndef TAPER_NN_PIXEL_SHUFFLE_H
#define TAPER_NN_PIXEL_SHUFFLE_H

#include "nn/module.h"

TAPER_BEGIN_DECLS

/* nn.PixelShuffle(r): [..., c r r, h, w] -> [..., c, h r, w r]; nn.PixelUnshuffle(r): back. */
TAPER_API Module *nn_pixel_shuffle(int64_t upscale_factor);
TAPER_API Module *nn_pixel_unshuffle(int64_t downscale_factor);

#ifndef __cplusplus
#define nn_PixelShuffle(upscale_factor)     nn_pixel_shuffle(upscale_factor)
#define nn_PixelUnshuffle(downscale_factor) nn_pixel_unshuffle(downscale_factor)
#endif

TAPER_END_DECLS

#endif
