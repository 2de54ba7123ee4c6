/* Convolutions of images, NCHW in any stride order.
 *
 * All of them are one pattern, the Gather of conv.h: each pixel of the result collects weighted pixels at
 * some offsets from its own place.
 *   - conv2d collects x at (r * dilation - padding), stepping by the stride.
 *   - The gradient of x collects the gradient of the result. Pixel y of x took part in row j of the result
 * with tap r where y = j * stride + r * dilation - padding; so the rows y of one remainder by the stride use
 * the same taps, and their j are neighbours. Each pair of remainders (one for stride 1, four for stride 2) is
 * a Gather of its own with its share of the taps, and no multiplication by the zeros of a stretched gradient
 * is made.
 *   - The gradient of the weights sums over the pixels instead: conv_weight.c.
 * Where each group has one channel in, a product of matrices has nothing to share: conv_depthwise.c. */
#include "core/cpu/conv.h"

#include <stdlib.h>
#include <string.h>

#include "core/cpu/kernels.h"
#include "core/error.h"
#include "core/threads.h"

Images images_of(const Tensor *x)
{
    return (Images){.data = tensor_address(x),
                    .n = x->shape[0],
                    .c = x->shape[1],
                    .h = x->shape[2],
                    .w = x->shape[3],
                    .sn = x->strides[0],
                    .sc = x->strides[1],
                    .sh = x->strides[2],
                    .sw = x->strides[3]};
}

static bool takes(const Tensor *x, const char *operation)
{
    if (x->dtype == DTYPE_FLOAT32 || x->dtype == DTYPE_FLOAT64)
        return true;
    return error_raise(ERROR_DTYPE, operation, "\"slow_conv2d_cpu\" not implemented for '%s'",
                       dtype_scalar_name(x->dtype)) != NULL;
}

/* The parameters with strides no larger than x and its borders, which do as well: there is one window then.
 * What is beyond any memory is refused here, so that no size below overflows. */
static bool within_reach(ConvParams *within, const ConvParams *p, const Tensor *x, const char *operation)
{
    double area = 1;
    *within = *p;
    for (int d = 0; d < 2; d++)
        area *= (double)x->shape[2 + d] + 2 * (double)p->padding[d];
    if (area > 0x1p36)
        return error_raise(ERROR_MEMORY, operation, "out of memory for the borders of the images") != NULL;
    for (int d = 0; d < 2; d++) {
        int64_t size = x->shape[2 + d] + 2 * p->padding[d];
        if (p->stride[d] > size)
            within->stride[d] = size > 0 ? size : 1;
    }
    return true;
}

static Tap *taps_new(const Tensor *weight, const char *operation)
{
    size_t n = (size_t)(weight->shape[2] * weight->shape[3]);
    Tap *taps = malloc((n + 1) * sizeof *taps);
    if (taps == NULL)
        error_raise(ERROR_MEMORY, operation, "out of memory for %zu taps", n);
    return taps;
}

/* The convolution of x to out; the taps are stored at `taps`. */
static Gather forward_of(const Tensor *out, const Tensor *x, const Tensor *weight, const Tensor *bias,
                         const ConvParams *p, Tap *taps)
{
    Gather g = {.dtype = out->dtype,
                .out = images_of(out),
                .in = images_of(x),
                .weight = tensor_address(weight),
                .weight_m = weight->strides[0],
                .weight_c = weight->strides[1],
                .weight_group = out->shape[1] / p->groups * weight->strides[0],
                .bias = bias,
                .step = {p->stride[0], p->stride[1]},
                .groups = p->groups,
                .taps = taps};
    for (int64_t r = 0; r < weight->shape[2]; r++)
        for (int64_t s = 0; s < weight->shape[3]; s++)
            taps[g.n_taps++] = (Tap){.dh = r * p->dilation[0] - p->padding[0],
                                     .dw = s * p->dilation[1] - p->padding[1],
                                     .weight = r * weight->strides[2] + s * weight->strides[3]};
    return g;
}

/* One channel in, and too few out for the rows of a matrix. */
static bool is_depthwise(int64_t in, int64_t out, int64_t groups)
{
    return in == groups && out < 8 * groups;
}

static bool gather(const Gather *g, const char *operation)
{
    if (g->out.n == 0 || g->out.c == 0 || g->out.h <= 0 || g->out.w <= 0)
        return true;
    if (is_depthwise(g->in.c, g->out.c, g->groups) && g->n_taps > 0)
        return conv_depthwise(g, operation);
    return conv_gather(g, operation);
}

bool cpu_conv2d(Tensor *out, const Tensor *x, const Tensor *weight, const Tensor *bias, const ConvParams *p)
{
    ConvParams within;
    if (!takes(out, "conv2d") || !within_reach(&within, p, x, "conv2d"))
        return false;
    Tap *taps = taps_new(weight, "conv2d");
    if (taps == NULL)
        return false;
    Gather g = forward_of(out, x, weight, bias, &within, taps);
    bool ok = gather(&g, "conv2d");
    free(taps);
    return ok;
}

/* The pixels of x whose row and column leave the remainders `phase` by the stride: every stride-th one. */
static Images phase_of(Images x, const ConvParams *p, const int64_t phase[2], size_t size)
{
    x.data += (phase[0] * x.sh + phase[1] * x.sw) * (int64_t)size;
    x.h = (x.h - phase[0] + p->stride[0] - 1) / p->stride[0];
    x.w = (x.w - phase[1] + p->stride[1] - 1) / p->stride[1];
    x.sh *= p->stride[0];
    x.sw *= p->stride[1];
    return x;
}

static void zero_part(void *context, int64_t begin, int64_t end)
{
    memset((char *)context + begin, 0, (size_t)(end - begin));
}

/* Where the stride is larger than the kernel, some pixels of x took no part: true if all were set to 0 at
 * once. */
static bool zero_unused(const Tensor *grad_x, const Tensor *weight, const ConvParams *p)
{
    bool all_used = p->stride[0] <= weight->shape[2] && p->stride[1] <= weight->shape[3];
    if (all_used || !tensor_is_dense(grad_x))
        return false;
    parallel_for(grad_x->numel * (int64_t)dtype_size(grad_x->dtype), 1 << 16, zero_part,
                 tensor_address(grad_x));
    return true;
}

/* Whether tap r reaches rows of this remainder, and from which row of the gradient relative to the first. */
static bool tap_in_phase(const ConvParams *p, int d, int64_t phase, int64_t r, int64_t *offset)
{
    int64_t at = phase + p->padding[d] - r * p->dilation[d];
    *offset = at / p->stride[d];
    return at % p->stride[d] == 0;
}

bool cpu_conv2d_backward_input(Tensor *grad_x, const Tensor *grad, const Tensor *weight, const ConvParams *p)
{
    ConvParams within;
    if (!takes(grad_x, "conv2d_backward_input") || !within_reach(&within, p, grad_x, "conv2d_backward_input"))
        return false;
    p = &within;
    Tap *taps = taps_new(weight, "conv2d_backward_input");
    bool ok = taps != NULL;
    Images x = images_of(grad_x);
    Gather g = {.dtype = grad_x->dtype,
                .in = images_of(grad),
                .weight = tensor_address(weight),
                .weight_m = weight->strides[1],
                .weight_c = weight->strides[0],
                .weight_group = grad->shape[1] / p->groups * weight->strides[0],
                .step = {1, 1},
                .groups = p->groups,
                .taps = taps};
    bool zeroed = ok && zero_unused(grad_x, weight, p);
    int64_t rows = p->stride[0] < x.h ? p->stride[0] : x.h, columns = p->stride[1] < x.w ? p->stride[1] : x.w;
    for (int64_t i = 0; ok && i < rows * columns; i++) {
        int64_t phase[2] = {i / columns, i % columns};
        g.out = phase_of(x, p, phase, dtype_size(g.dtype));
        g.n_taps = 0;
        for (int64_t r = 0; r < weight->shape[2]; r++)
            for (int64_t s = 0; s < weight->shape[3]; s++) {
                Tap tap = {.weight = r * weight->strides[2] + s * weight->strides[3]};
                if (tap_in_phase(p, 0, phase[0], r, &tap.dh) && tap_in_phase(p, 1, phase[1], s, &tap.dw))
                    taps[g.n_taps++] = tap;
            }
        if (g.n_taps > 0 || !zeroed)
            ok = gather(&g, "conv2d_backward_input");
    }
    free(taps);
    return ok;
}

static bool depthwise_weight(Tensor *grad_weight, const Tensor *grad, const Tensor *x, const ConvParams *p)
{
    Tap *taps = taps_new(grad_weight, "conv2d_backward_weight");
    if (taps == NULL)
        return false;
    Gather g = forward_of(grad, x, grad_weight, NULL, p, taps);
    bool ok = conv_depthwise_weight(&g, tensor_address(grad_weight), "conv2d_backward_weight");
    free(taps);
    return ok;
}

bool cpu_conv2d_backward_weight(Tensor *grad_weight, const Tensor *grad, const Tensor *x, const ConvParams *p)
{
    ConvParams within;
    if (!takes(grad_weight, "conv2d_backward_weight") ||
        !within_reach(&within, p, x, "conv2d_backward_weight"))
        return false;
    p = &within;
    if (is_depthwise(x->shape[1], grad->shape[1], p->groups) && grad->numel > 0 && grad_weight->numel > 0)
        return depthwise_weight(grad_weight, grad, x, p);
    return conv_weight(grad_weight, grad, x, p);
}
