/* Batch normalisation: y = (x - mean_c) rstd_c weight_c + bias_c for each channel c of x [N, C, ...].
 *
 * Training reads x twice forward, for the statistics and for y, and backward x and the gradient twice each.
 *
 * The variance is taken in one pass around a pivot, an element of the channel: the sum of (x - pivot)^2 in
 * double loses nothing unless the pivot is millions of deviations away from the mean.
 *
 * Backward, with xhat = (x - mean) rstd and sums over the n elements of a channel:
 *   grad_bias = sum g,   grad_weight = sum g xhat,
 *   grad_x = weight rstd (g - sum g / n - xhat sum (g xhat) / n).
 * Reference: Ioffe, Szegedy, "Batch Normalization", 2015. */
#include <math.h>

#include "core/cpu/channel_pass.h"
#include "core/cpu/kernels.h"

static double get(const Tensor *x, int64_t i)
{
    const void *data = tensor_address(x);
    return x->dtype == DTYPE_FLOAT32 ? (double)((const float *)data)[i * x->strides[0]]
                                     : ((const double *)data)[i * x->strides[0]];
}

static void put(Tensor *x, int64_t i, double value)
{
    void *data = tensor_address(x);
    if (x->dtype == DTYPE_FLOAT32)
        ((float *)data)[i * x->strides[0]] = (float)value;
    else
        ((double *)data)[i * x->strides[0]] = value;
}

/* The first element of a channel. */
static double pivot_of(const ChannelPass *pass, int64_t c)
{
    const void *first = pass->data[0] + c * pass->channel[0] * (int64_t)pass->element;
    double pivot = pass->dtype == DTYPE_FLOAT32 ? (double)*(const float *)first : *(const double *)first;
    return isfinite(pivot) ? pivot : 0;
}

/* mean and rstd of x, and the running estimates moved towards them. Leaves them as k[0] and k[1]. */
static void statistics(ChannelPass *pass, Tensor *mean, Tensor *rstd, Tensor *running_mean,
                       Tensor *running_var, double momentum, double eps)
{
    for (int64_t c = 0; c < pass->channels; c++)
        pass->k[c * PASS_COEFFICIENTS] = pivot_of(pass, c);
    channel_pass_moments(pass);
    double n = (double)pass->count;
    for (int64_t c = 0; c < pass->channels; c++) {
        double *k = pass->k + c * PASS_COEFFICIENTS, s = pass->sums[c];
        double squares = pass->sums[pass->channels + c] - s * s / n;
        if (squares < 0)
            squares = 0;
        k[0] += s / n;
        k[1] = 1 / sqrt(squares / n + eps);
        put(mean, c, k[0]);
        put(rstd, c, k[1]);
        if (running_mean)
            put(running_mean, c, momentum * k[0] + (1 - momentum) * get(running_mean, c));
        if (running_var)
            put(running_var, c, momentum * (squares / (n - 1)) + (1 - momentum) * get(running_var, c));
    }
}

bool cpu_batch_norm(Tensor *out, Tensor *mean, Tensor *rstd, const Tensor *x, const Tensor *weight,
                    const Tensor *bias, Tensor *running_mean, Tensor *running_var, bool training,
                    double momentum, double eps)
{
    ChannelPass pass;
    const Tensor *operands[] = {x, out};
    if (!channel_pass_start(&pass, "batch_norm", operands, 2))
        return false;
    if (training && pass.count > 0)
        statistics(&pass, mean, rstd, running_mean, running_var, momentum, eps);
    for (int64_t c = 0; c < pass.channels; c++) {
        double *k = pass.k + c * PASS_COEFFICIENTS;
        if (!training) {
            k[0] = get(mean, c);
            k[1] = get(rstd, c);
        }
        double scale = k[1] * (weight ? get(weight, c) : 1);
        k[1] = (bias ? get(bias, c) : 0) - k[0] * scale;
        k[0] = scale;
    }
    channel_pass_scale(&pass);
    channel_pass_end(&pass);
    return true;
}

/* With given statistics the layer is linear, and its gradient reads grad alone. */
static bool input_gradient_linear(Tensor *grad_x, const Tensor *grad, const Tensor *weight,
                                  const Tensor *rstd)
{
    ChannelPass pass;
    const Tensor *operands[] = {grad, grad_x};
    if (!channel_pass_start(&pass, "batch_norm_backward", operands, 2))
        return false;
    for (int64_t c = 0; c < pass.channels; c++) {
        pass.k[c * PASS_COEFFICIENTS] = get(rstd, c) * (weight ? get(weight, c) : 1);
        pass.k[c * PASS_COEFFICIENTS + 1] = 0;
    }
    channel_pass_scale(&pass);
    channel_pass_end(&pass);
    return true;
}

/* In training: grad weight rstd, less what reaches the channel's mean and variance. */
static void input_gradient(ChannelPass *pass, const Tensor *weight, const Tensor *rstd)
{
    double n = (double)pass->count;
    for (int64_t c = 0; c < pass->channels; c++) {
        double r = get(rstd, c), scale = r * (weight ? get(weight, c) : 1);
        double *k = pass->k + c * PASS_COEFFICIENTS, mean = k[0];
        k[0] = scale;
        k[1] = mean;
        k[2] = -scale * r * r * pass->sums[pass->channels + c] / n;
        k[3] = -scale * pass->sums[c] / n;
    }
    channel_pass_gradient(pass);
}

bool cpu_batch_norm_backward(Tensor *grad_x, Tensor *grad_weight, Tensor *grad_bias, const Tensor *grad,
                             const Tensor *x, const Tensor *weight, const Tensor *mean, const Tensor *rstd,
                             bool training)
{
    if (grad_x && !training) {
        if (!input_gradient_linear(grad_x, grad, weight, rstd))
            return false;
        grad_x = NULL;
    }
    if (!training && grad_weight == NULL && grad_bias == NULL)
        return true;
    ChannelPass pass;
    const Tensor *operands[] = {x, grad, grad_x};
    if (!channel_pass_start(&pass, "batch_norm_backward", operands, grad_x ? 3 : 2))
        return false;
    for (int64_t c = 0; c < pass.channels; c++)
        pass.k[c * PASS_COEFFICIENTS] = get(mean, c);
    channel_pass_products(&pass);
    for (int64_t c = 0; c < pass.channels; c++) {
        if (grad_bias)
            put(grad_bias, c, pass.sums[c]);
        if (grad_weight)
            put(grad_weight, c, pass.sums[pass.channels + c] * get(rstd, c));
    }
    if (grad_x)
        input_gradient(&pass, weight, rstd);
    channel_pass_end(&pass);
    return true;
}
