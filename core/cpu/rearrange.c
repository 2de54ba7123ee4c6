/* Flips and triangles. */
#include <string.h>

#include "core/cpu/elements.h"
#include "core/cpu/kernels.h"
#include "core/error.h"
#include "core/threads.h"

enum { WORK = 32768 };

/* A flipped tensor is one that starts at its last element and steps backwards. */
bool cpu_flip(Tensor *out, const Tensor *x, uint32_t dims)
{
    Tensor from = *x;
    if (x->numel == 0)
        return true;
    for (int d = 0; d < x->ndim; d++)
        if (dims >> d & 1) {
            from.offset += (x->shape[d] - 1) * x->strides[d];
            from.strides[d] = -x->strides[d];
        }
    return cpu_copy_tensor(out, &from);
}

typedef struct Triangle {
    bool upper;
    Tensor *out;
    const Tensor *x;
    int64_t diagonal;
} Triangle;

/* A row of a matrix: what is kept and what becomes 0. */
#define TRIANGLE_ROW(bits)                                                                                   \
    static void triangle_row_##bits(char *to, int64_t so, const char *from, int64_t sx, int64_t begin,       \
                                    int64_t end, int64_t n)                                                  \
    {                                                                                                        \
        raw##bits *out = (raw##bits *)to;                                                                    \
        const raw##bits *x = (const raw##bits *)from;                                                        \
        for (int64_t i = 0; i < begin; i++)                                                                  \
            out[i * so] = 0;                                                                                 \
        for (int64_t i = begin; i < end; i++)                                                                \
            out[i * so] = x[i * sx];                                                                         \
        for (int64_t i = end; i < n; i++)                                                                    \
            out[i * so] = 0;                                                                                 \
    }
TRIANGLE_ROW(8)
TRIANGLE_ROW(32)
TRIANGLE_ROW(64)

static int64_t within(int64_t place, int64_t n)
{
    return place < 0 ? 0 : place > n ? n : place;
}

static void triangle_rows(void *context, int64_t begin, int64_t end)
{
    const Triangle *t = context;
    const Tensor *out = t->out, *x = t->x;
    int last = x->ndim - 1;
    int64_t n = x->shape[last], rows = x->shape[last - 1];
    int64_t size = (int64_t)dtype_size(x->dtype);
    for (int64_t row = begin; row < end; row++) {
        int64_t to = 0, from = 0, rest = row;
        for (int d = last - 1; d >= 0; d--) {
            to += rest % x->shape[d] * out->strides[d];
            from += rest % x->shape[d] * x->strides[d];
            rest /= x->shape[d];
        }
        int64_t edge = row % rows + t->diagonal;
        int64_t first = t->upper ? within(edge, n) : 0, stop = t->upper ? n : within(edge + 1, n);
        char *to_data = (char *)tensor_address(out) + to * size;
        const char *from_data = (const char *)tensor_address(x) + from * size;
        (size == 8 ? triangle_row_64
         : size == 4
             ? triangle_row_32
             : triangle_row_8)(to_data, out->strides[last], from_data, x->strides[last], first, stop, n);
    }
}

bool cpu_triangle(bool upper, Tensor *out, const Tensor *x, int64_t diagonal)
{
    if (dtype_size(x->dtype) == 2)
        return error_raise(ERROR_UNSUPPORTED, upper ? "triu" : "tril",
                           "\"triu_tril_cpu_template\" not implemented for '%s'",
                           dtype_scalar_name(x->dtype)) != NULL;
    if (x->numel == 0)
        return true;
    int64_t n = x->shape[x->ndim - 1], rows = x->shape[x->ndim - 2];
    Triangle t = {upper, out, x, diagonal < -rows ? -rows : diagonal > n ? n : diagonal};
    parallel_for(x->numel / n, WORK / n + 1, triangle_rows, &t);
    return true;
}
