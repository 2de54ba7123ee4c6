#include "nn/init.h"

#include <string.h>
#include <strings.h>

#include "autograd/autograd.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/random.h"
#include "autograd/ops/view.h"
#include "core/error.h"
#include "core/scope.h"
#include "core/tensor_struct.h"

/* -- draws -- */

static Tensor *uniform(Tensor *tensor, double from, double to, Generator *generator)
{
    autograd_no_grad
    {
        tensor = (tensor_uniform_)(tensor, from, to, generator);
    }
    return tensor;
}

static Tensor *normal(Tensor *tensor, double mean, double std, Generator *generator)
{
    autograd_no_grad
    {
        tensor = (tensor_normal_)(tensor, mean, std, generator);
    }
    return tensor;
}

Tensor *nn_init_uniform_args(Tensor *tensor, const InitUniformArgs *args)
{
    return uniform(tensor, args->a, args->b, args->generator);
}

Tensor *nn_init_normal_args(Tensor *tensor, const InitNormalArgs *args)
{
    return normal(tensor, args->mean, args->std, args->generator);
}

/* -- constants -- */

Tensor *nn_init_constant_(Tensor *tensor, double val)
{
    autograd_no_grad
    {
        tensor = tensor != NULL ? tensor_fill_(tensor, val) : NULL;
    }
    return tensor;
}

Tensor *nn_init_ones_(Tensor *tensor)
{
    return nn_init_constant_(tensor, 1);
}

Tensor *nn_init_zeros_(Tensor *tensor)
{
    return nn_init_constant_(tensor, 0);
}

Tensor *nn_init_eye_(Tensor *tensor)
{
    if (tensor == NULL)
        return NULL;
    if (tensor->ndim != 2)
        return error_raise(ERROR_VALUE, "eye_", "Only tensors with 2 dimensions are supported");
    int64_t n = tensor->shape[0] < tensor->shape[1] ? tensor->shape[0] : tensor->shape[1];
    Scope scope = scope_open();
    autograd_no_grad
    {
        if (nn_init_zeros_(tensor) == NULL ||
            tensor_fill_(tensor_as_strided(tensor, DIMS(n), DIMS(tensor->strides[0] + tensor->strides[1]),
                                           TENSOR_NONE),
                         1) == NULL)
            tensor = NULL;
    }
    scope_close(scope);
    return tensor;
}

/* -- trunc_normal_ -- */

static double normal_cdf(double x)
{
    return (1 + erf(x / sqrt(2.0))) / 2;
}

/* What a number becomes in the tensor's dtype. */
static double rounded(DType dtype, double x)
{
    return dtype == DTYPE_FLOAT32 ? (double)(float)x : x;
}

/* Numbers in host memory that are drawn until each is accepted: a round draws as many as there are elements,
 * and those that still wait for theirs look at their own. */
typedef struct Rounds {
    DType dtype;
    int64_t n;
    void *drawn, *uniform; /* the second only where acceptance is drawn */
    void *values;
    char *accepted;
} Rounds;

static double number(const Rounds *r, const void *numbers, int64_t i)
{
    return scalar_to_double(scalar_read(r->dtype, (const char *)numbers + (size_t)i * dtype_size(r->dtype)));
}

static bool take(Rounds *r, int64_t i)
{
    size_t size = dtype_size(r->dtype);
    memcpy((char *)r->values + (size_t)i * size, (char *)r->drawn + (size_t)i * size, size);
    return true;
}

/* Most of the distribution is inside of [a, b]: what is outside is drawn again. */
static bool draw_inside(Rounds *r, const InitTruncNormalArgs *args)
{
    double low = rounded(r->dtype, args->a), high = rounded(r->dtype, args->b);
    for (bool all = false; !all;) {
        if (!random_normal(args->generator, r->dtype, r->drawn, r->n, args->mean, args->std))
            return false;
        all = true;
        for (int64_t i = 0; i < r->n; i++) {
            double x = number(r, r->drawn, i);
            if (!r->accepted[i])
                all &= r->accepted[i] = take(r, i) && !(x < low || x > high);
        }
    }
    return true;
}

/* Little of it is: numbers from [a, b] are accepted in proportion to the density. */
static bool draw_by_density(Rounds *r, const InitTruncNormalArgs *args)
{
    double mode = fmax(args->a, fmin(args->mean, args->b)), peak = (mode - args->mean) / args->std;
    double log_peak = -0.5 * (peak * peak);
    double mean = rounded(r->dtype, args->mean), std = rounded(r->dtype, args->std);
    for (bool all = false; !all;) {
        if (!random_uniform(args->generator, r->dtype, r->drawn, r->n, args->a, args->b) ||
            !random_uniform(args->generator, r->dtype, r->uniform, r->n, 0, 1))
            return false;
        all = true;
        for (int64_t i = 0; i < r->n; i++) {
            double z = rounded(r->dtype, rounded(r->dtype, number(r, r->drawn, i) - mean) / std);
            double log_density = rounded(r->dtype, rounded(r->dtype, -0.5 * rounded(r->dtype, z * z)) -
                                                       rounded(r->dtype, log_peak));
            double threshold = rounded(r->dtype, log(number(r, r->uniform, i)));
            if (!r->accepted[i])
                all &= r->accepted[i] = take(r, i) && !(threshold > log_density);
        }
    }
    return true;
}

Tensor *nn_init_trunc_normal_args(Tensor *tensor, const InitTruncNormalArgs *args)
{
    if (tensor == NULL)
        return NULL;
    Scope scope = scope_open();
    Rounds r = {.dtype = tensor->dtype, .n = tensor->numel};
    Tensor *values = tensor_new(tensor_dims(tensor), r.dtype, cpu_device(), "trunc_normal_");
    size_t bytes = (size_t)r.n * dtype_size(r.dtype) + 1;
    r.drawn = scope_alloc(bytes);
    r.uniform = scope_alloc(bytes);
    r.accepted = scope_alloc((size_t)r.n + 1);
    bool done = values != NULL && r.drawn != NULL && r.uniform != NULL && r.accepted != NULL;
    if (done) {
        double inside =
            normal_cdf((args->b - args->mean) / args->std) - normal_cdf((args->a - args->mean) / args->std);
        r.values = tensor_data_ptr(values);
        done = inside > 0.3 ? draw_inside(&r, args) : draw_by_density(&r, args);
    }
    autograd_no_grad
    {
        tensor = done ? tensor_copy_(tensor, values) : NULL;
    }
    scope_close(scope);
    return tensor;
}

/* -- by the fans of a weight -- */

static bool fans(const char *operation, const Tensor *tensor, double *fan_in, double *fan_out)
{
    if (tensor->ndim < 2)
        return error_raise(
                   ERROR_VALUE, operation,
                   "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions") != NULL;
    double each = 1;
    for (int d = 2; d < tensor->ndim; d++)
        each *= (double)tensor->shape[d];
    *fan_in = (double)tensor->shape[1] * each;
    *fan_out = (double)tensor->shape[0] * each;
    return true;
}

static bool xavier_std(const char *operation, const Tensor *tensor, double gain, double *std)
{
    double fan_in = 0, fan_out = 0;
    if (tensor == NULL || !fans(operation, tensor, &fan_in, &fan_out))
        return false;
    *std = gain * sqrt(2.0 / (fan_in + fan_out));
    return true;
}

Tensor *nn_init_xavier_uniform_args(Tensor *tensor, const InitXavierArgs *args)
{
    double std = 0;
    if (!xavier_std("xavier_uniform_", tensor, args->gain, &std))
        return NULL;
    return uniform(tensor, -(sqrt(3.0) * std), sqrt(3.0) * std, args->generator);
}

Tensor *nn_init_xavier_normal_args(Tensor *tensor, const InitXavierArgs *args)
{
    double std = 0;
    if (!xavier_std("xavier_normal_", tensor, args->gain, &std))
        return NULL;
    return normal(tensor, 0, std, args->generator);
}

double(nn_init_calculate_gain)(const char *nonlinearity, double param)
{
    static const char *const linear[] = {"linear",           "conv1d",           "conv2d",
                                         "conv3d",           "conv_transpose1d", "conv_transpose2d",
                                         "conv_transpose3d", "sigmoid"};
    nonlinearity = nonlinearity != NULL ? nonlinearity : "NULL";
    for (size_t i = 0; i < sizeof linear / sizeof *linear; i++)
        if (strcmp(nonlinearity, linear[i]) == 0)
            return 1;
    if (strcmp(nonlinearity, "tanh") == 0)
        return 5.0 / 3;
    if (strcmp(nonlinearity, "relu") == 0)
        return sqrt(2.0);
    if (strcmp(nonlinearity, "leaky_relu") == 0) {
        double slope = isnan(param) ? 0.01 : param;
        return sqrt(2.0 / (1 + slope * slope));
    }
    if (strcmp(nonlinearity, "selu") == 0)
        return 3.0 / 4;
    error_raise(ERROR_VALUE, "calculate_gain", "Unsupported nonlinearity %s", nonlinearity);
    return NAN;
}

static bool kaiming_std(const char *operation, const Tensor *tensor, const InitKaimingArgs *args, double *std)
{
    double fan_in = 0, fan_out = 0;
    const char *mode = args->mode != NULL ? args->mode : "NULL";
    bool in = strcasecmp(mode, "fan_in") == 0;
    if (!in && strcasecmp(mode, "fan_out") != 0)
        return error_raise(ERROR_VALUE, operation,
                           "Mode %s not supported, please use one of ['fan_in', 'fan_out']", mode) != NULL;
    if (!fans(operation, tensor, &fan_in, &fan_out))
        return false;
    double gain = (nn_init_calculate_gain)(args->nonlinearity, args->a);
    *std = gain / sqrt(in ? fan_in : fan_out);
    return !isnan(gain);
}

Tensor *nn_init_kaiming_uniform_args(Tensor *tensor, const InitKaimingArgs *args)
{
    double std = 0;
    if (tensor == NULL || tensor->numel == 0)
        return tensor;
    if (!kaiming_std("kaiming_uniform_", tensor, args, &std))
        return NULL;
    return uniform(tensor, -(sqrt(3.0) * std), sqrt(3.0) * std, args->generator);
}

Tensor *nn_init_kaiming_normal_args(Tensor *tensor, const InitKaimingArgs *args)
{
    double std = 0;
    if (tensor == NULL || tensor->numel == 0)
        return tensor;
    if (!kaiming_std("kaiming_normal_", tensor, args, &std))
        return NULL;
    return normal(tensor, 0, std, args->generator);
}
