/* Sums and products of all elements up to each one, along one dimension. Floating point accumulates in
 * double, as PyTorch does; integers wrap. Lines side by side in memory are scanned together. */
#include "core/cpu/elements.h"
#include "core/cpu/kernels.h"
#include "core/cpu/lines.h"
#include "core/error.h"

#define ADD_FLOAT(a, v)   ((a) + (v))
#define MUL_FLOAT(a, v)   ((a) * (v))
#define ADD_INTEGER(a, v) ((int64_t)((uint64_t)(a) + (uint64_t)(v)))
#define MUL_INTEGER(a, v) ((int64_t)((uint64_t)(a) * (uint64_t)(v)))

/* context: where to begin, at the front or at the back. */
#define DEFINE_SCAN(NAME, T, A, START, JOIN)                                                                 \
    static void NAME##_columns_##T(T *out, int64_t to, const T *x, int64_t from, int64_t n, int64_t width)   \
    {                                                                                                        \
        A a[LINES_MAX_WIDTH];                                                                                \
        for (int64_t i = 0; i < width; i++)                                                                  \
            a[i] = START;                                                                                    \
        for (int64_t k = 0; k < n; k++, out += to, x += from)                                                \
            for (int64_t i = 0; i < width; i++) {                                                            \
                a[i] = JOIN(a[i], (A)x[i]);                                                                  \
                out[i] = (T)a[i];                                                                            \
            }                                                                                                \
    }                                                                                                        \
                                                                                                             \
    static void NAME##_##T(const Lines *l, const void *context)                                              \
    {                                                                                                        \
        bool reverse = *(const bool *)context;                                                               \
        int64_t n = l->length[1], to = reverse ? -l->along[0] : l->along[0];                                 \
        int64_t from = reverse ? -l->along[1] : l->along[1];                                                 \
        T *out = (T *)l->data[0] + (reverse ? (n - 1) * l->along[0] : 0);                                    \
        const T *x = (const T *)l->data[1] + (reverse ? (n - 1) * l->along[1] : 0);                          \
        if (l->across[0] == 1 && l->across[1] == 1) {                                                        \
            NAME##_columns_##T(out, to, x, from, n, l->width);                                               \
            return;                                                                                          \
        }                                                                                                    \
        for (int64_t i = 0; i < l->width; i++, out += l->across[0], x += l->across[1]) {                     \
            A a = START;                                                                                     \
            for (int64_t k = 0; k < n; k++) {                                                                \
                a = JOIN(a, (A)x[k * from]);                                                                 \
                out[k * to] = (T)a;                                                                          \
            }                                                                                                \
        }                                                                                                    \
    }

#define DEFINE_FLOAT(T)                                                                                      \
    DEFINE_SCAN(cumsum, T, double, 0, ADD_FLOAT)                                                             \
    DEFINE_SCAN(cumprod, T, double, 1, MUL_FLOAT)
#define DEFINE_INTEGER(T)                                                                                    \
    DEFINE_SCAN(cumsum, T, int64_t, 0, ADD_INTEGER)                                                          \
    DEFINE_SCAN(cumprod, T, int64_t, 1, MUL_INTEGER)

DEFINE_FLOAT(f32)
DEFINE_FLOAT(f64)
DEFINE_INTEGER(i64)
DEFINE_INTEGER(i32)
DEFINE_INTEGER(u8)

static bool scan(const char *name, const LinesBody *bodies, Tensor *out, const Tensor *x, int64_t dim,
                 bool reverse)
{
    if (bodies[x->dtype] == NULL)
        return error_raise(ERROR_DTYPE, name, "\"%s_out_cpu\" not implemented for '%s'", name,
                           dtype_scalar_name(x->dtype)) != NULL;
    return x->numel == 0 ||
           lines_for(name, (const Tensor *const[]){out, x}, 2, dim, 0, bodies[x->dtype], &reverse);
}

bool cpu_cumsum(Tensor *out, const Tensor *x, int64_t dim, bool reverse)
{
    static const LinesBody bodies[DTYPE_COUNT] = {
        [DTYPE_FLOAT32] = cumsum_f32, [DTYPE_FLOAT64] = cumsum_f64, [DTYPE_INT64] = cumsum_i64,
        [DTYPE_INT32] = cumsum_i32,   [DTYPE_UINT8] = cumsum_u8,
    };
    return scan("cumsum", bodies, out, x, dim, reverse);
}

bool cpu_cumprod(Tensor *out, const Tensor *x, int64_t dim)
{
    static const LinesBody bodies[DTYPE_COUNT] = {
        [DTYPE_FLOAT32] = cumprod_f32, [DTYPE_FLOAT64] = cumprod_f64, [DTYPE_INT64] = cumprod_i64,
        [DTYPE_INT32] = cumprod_i32,   [DTYPE_UINT8] = cumprod_u8,
    };
    return scan("cumprod", bodies, out, x, dim, false);
}

/* d/dx[k] of sum g[i] x[0] ... x[i] is the product of all before k times r[k], where r[k] = g[k] + x[k+1]
 * r[k+1]: no division, so zeros in x are nothing special. */
#define DEFINE_CUMPROD_BACKWARD(T)                                                                           \
    static void cumprod_backward_##T(const Lines *l, const void *context)                                    \
    {                                                                                                        \
        (void)context;                                                                                       \
        int64_t n = l->length[2];                                                                            \
        for (int64_t i = 0; i < l->width; i++) {                                                             \
            T *out = (T *)l->data[0] + i * l->across[0];                                                     \
            const T *g = (const T *)l->data[1] + i * l->across[1];                                           \
            const T *x = (const T *)l->data[2] + i * l->across[2];                                           \
            double before = 1, after = 0;                                                                    \
            for (int64_t k = 0; k < n; k++) {                                                                \
                out[k * l->along[0]] = (T)before;                                                            \
                before *= x[k * l->along[2]];                                                                \
            }                                                                                                \
            for (int64_t k = n - 1; k >= 0; k--) {                                                           \
                after = g[k * l->along[1]] + (k < n - 1 ? x[(k + 1) * l->along[2]] * after : 0);             \
                out[k * l->along[0]] = (T)(out[k * l->along[0]] * after);                                    \
            }                                                                                                \
        }                                                                                                    \
    }

DEFINE_CUMPROD_BACKWARD(f32)
DEFINE_CUMPROD_BACKWARD(f64)

bool cpu_cumprod_backward(Tensor *out, const Tensor *grad, const Tensor *x, int64_t dim)
{
    LinesBody body = x->dtype == DTYPE_FLOAT32   ? cumprod_backward_f32
                     : x->dtype == DTYPE_FLOAT64 ? cumprod_backward_f64
                                                 : NULL;
    if (body == NULL)
        return error_raise(ERROR_DTYPE, "cumprod_backward",
                           "\"cumprod_backward_cpu\" not implemented for '%s'",
                           dtype_scalar_name(x->dtype)) != NULL;
    return x->numel == 0 ||
           lines_for("cumprod_backward", (const Tensor *const[]){out, grad, x}, 3, dim, 0, body, NULL);
}
