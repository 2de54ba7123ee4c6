/* Random numbers in tensors of any strides. As in PyTorch the numbers come in the order of memory: along the
 * dimension of the smallest stride first. That is row-major order for whatever is laid out in rows. */
#include "core/cpu/kernels.h"
#include "core/random.h"
#include "core/scope.h"

enum { SINGLY = 15 }; /* as many normal numbers as random_normal makes one by one */

/* A distribution: fills n elements of contiguous memory. */
typedef struct Distribution {
    enum { UNIFORM, NORMAL, BERNOULLI, INTEGERS } kind;
    double a, b;
    const int64_t *range; /* of integers; NULL: all */
    Generator *generator;
    bool singly; /* normal numbers one by one, however many */
} Distribution;

static bool draw(const Distribution *d, DType dtype, void *out, int64_t n)
{
    if (d->kind == UNIFORM)
        return random_uniform(d->generator, dtype, out, n, d->a, d->b);
    if (d->kind == BERNOULLI)
        return random_bernoulli(d->generator, dtype, out, n, d->a);
    if (d->kind == INTEGERS)
        return d->range != NULL ? random_from_to(d->generator, dtype, out, n, d->range[0], d->range[1])
                                : random_any(d->generator, dtype, out, n);
    int64_t step = d->singly && n > SINGLY ? SINGLY : n;
    for (int64_t i = 0; i < n || i == 0; i += step > 0 ? step : 1)
        if (!random_normal(d->generator, dtype, (char *)out + (size_t)i * dtype_size(dtype),
                           n - i < step ? n - i : step, d->a, d->b))
            return false;
    return true;
}

/* out with its dimensions in the order of their strides, the largest first. */
static Tensor *in_memory_order(const Tensor *out)
{
    int64_t shape[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS];
    for (int d = 0; d < out->ndim; d++) {
        int at = d;
        for (; at > 0 && strides[at - 1] < out->strides[d]; at--) {
            shape[at] = shape[at - 1];
            strides[at] = strides[at - 1];
        }
        shape[at] = out->shape[d];
        strides[at] = out->strides[d];
    }
    return tensor_new_view(out, (Dims){out->ndim, shape}, strides, out->offset);
}

static bool fill(Tensor *out, const Distribution *d)
{
    if (tensor_is_dense(out) || out->numel == 0)
        return draw(d, out->dtype, tensor_address(out), out->numel);
    Scope scope = scope_open();
    Tensor *ordered = in_memory_order(out);
    Tensor *drawn =
        ordered != NULL ? tensor_new(tensor_dims(ordered), out->dtype, tensor_device(out), "random") : NULL;
    bool done = drawn != NULL && draw(d, out->dtype, tensor_address(drawn), drawn->numel) &&
                cpu_copy_tensor(ordered, drawn);
    scope_close(scope);
    return done;
}

bool cpu_uniform(Tensor *out, double from, double to, Generator *generator)
{
    return fill(out, &(Distribution){.kind = UNIFORM, .a = from, .b = to, .generator = generator});
}

/* PyTorch makes normal numbers by sixteens in contiguous tensors alone. */
bool cpu_normal(Tensor *out, double mean, double std, Generator *generator)
{
    return fill(out, &(Distribution){.kind = NORMAL,
                                     .a = mean,
                                     .b = std,
                                     .generator = generator,
                                     .singly = !tensor_is_contiguous(out)});
}

bool cpu_bernoulli(Tensor *out, double p, Generator *generator)
{
    return fill(out, &(Distribution){.kind = BERNOULLI, .a = p, .generator = generator});
}

bool cpu_random(Tensor *out, const int64_t *range, Generator *generator)
{
    return fill(out, &(Distribution){.kind = INTEGERS, .range = range, .generator = generator});
}
