/* The largest or smallest element of each line and where it is: the first among equals, and the first NaN if
 * there is one, as in PyTorch.
 *
 * Lines that lie in memory one after the other are searched twice: for the extreme alone, in lanes that the
 * compiler keeps in vector registers, then for its place. Lines side by side are searched together, element
 * by element, so that memory is read forwards. */
#include <math.h>

#include "core/cpu/elements.h"
#include "core/cpu/kernels.h"
#include "core/cpu/lines.h"
#include "core/error.h"

enum { LANES = 32 }; /* of 16, GCC unrolls the loop over them and makes no vectors */

/* A NaN is beyond everything but another NaN. For integers the compiler sees that there is none. Written
 * without branches, so that it becomes vectors. */
#define LARGER(a, b)  (((a) > (b)) | (((a) != (a)) & ((b) == (b))))
#define SMALLER(a, b) (((a) < (b)) | (((a) != (a)) & ((b) == (b))))

/* The extreme of n elements, and whether there is a NaN, in which case it is not one. */
#define DEFINE(NAME, T, I, COMPARE, BEYOND)                                                                  \
    static T extreme_##NAME##_##T(const T *x, int64_t n, int64_t stride, bool *nan)                          \
    {                                                                                                        \
        T lanes[LANES], odd[LANES] = {0};                                                                    \
        for (int k = 0; k < LANES; k++)                                                                      \
            lanes[k] = x[0];                                                                                 \
        int64_t i = 0;                                                                                       \
        if (stride == 1)                                                                                     \
            for (; i + LANES <= n; i += LANES)                                                               \
                for (int k = 0; k < LANES; k++) {                                                            \
                    lanes[k] = x[i + k] COMPARE lanes[k] ? x[i + k] : lanes[k];                              \
                    odd[k] = x[i + k] != x[i + k] ? 1 : odd[k];                                              \
                }                                                                                            \
        for (; i < n; i++) {                                                                                 \
            lanes[0] = x[i * stride] COMPARE lanes[0] ? x[i * stride] : lanes[0];                            \
            odd[0] = x[i * stride] != x[i * stride] ? 1 : odd[0];                                            \
        }                                                                                                    \
        *nan = odd[0] != 0;                                                                                  \
        for (int k = 1; k < LANES; k++) {                                                                    \
            lanes[0] = lanes[k] COMPARE lanes[0] ? lanes[k] : lanes[0];                                      \
            *nan = *nan || odd[k] != 0;                                                                      \
        }                                                                                                    \
        return lanes[0];                                                                                     \
    }                                                                                                        \
                                                                                                             \
    static void rows_##NAME##_##T(const Lines *l)                                                            \
    {                                                                                                        \
        T *values = (T *)l->data[0];                                                                         \
        int64_t *indices = (int64_t *)l->data[1];                                                            \
        int64_t n = l->length[2], stride = l->along[2];                                                      \
        for (int64_t i = 0; i < l->width; i++) {                                                             \
            const T *x = (const T *)l->data[2] + i * l->across[2];                                           \
            bool nan;                                                                                        \
            T best = extreme_##NAME##_##T(x, n, stride, &nan);                                               \
            int64_t at = 0;                                                                                  \
            while (at < n - 1 && (nan ? x[at * stride] == x[at * stride] : x[at * stride] != best))          \
                at++;                                                                                        \
            indices[i * l->across[1]] = at;                                                                  \
            if (values != NULL)                                                                              \
                values[i * l->across[0]] = x[at * stride];                                                   \
        }                                                                                                    \
    }                                                                                                        \
                                                                                                             \
    static void columns_##NAME##_##T(const Lines *l)                                                         \
    {                                                                                                        \
        T *values = (T *)l->data[0], best[LINES_MAX_WIDTH];                                                  \
        int64_t *indices = (int64_t *)l->data[1], width = l->width;                                          \
        I at[LINES_MAX_WIDTH];                                                                               \
        for (int64_t i = 0; i < width; i++) {                                                                \
            best[i] = ((const T *)l->data[2])[i];                                                            \
            at[i] = 0;                                                                                       \
        }                                                                                                    \
        for (int64_t k = 1; k < l->length[2]; k++) {                                                         \
            const T *x = (const T *)l->data[2] + k * l->along[2];                                            \
            for (int64_t i = 0; i < width; i++) {                                                            \
                bool beyond = BEYOND(x[i], best[i]);                                                         \
                best[i] = beyond ? x[i] : best[i];                                                           \
                at[i] = beyond ? (I)k : at[i];                                                               \
            }                                                                                                \
        }                                                                                                    \
        for (int64_t i = 0; i < width; i++)                                                                  \
            indices[i * l->across[1]] = at[i];                                                               \
        for (int64_t i = 0; i < width && values != NULL; i++)                                                \
            values[i * l->across[0]] = best[i];                                                              \
    }                                                                                                        \
                                                                                                             \
    static void lines_##NAME##_##T(const Lines *l, const void *context)                                      \
    {                                                                                                        \
        (void)context;                                                                                       \
        if (l->across[2] == 1 && (sizeof(I) == 8 || l->length[2] <= INT32_MAX))                              \
            columns_##NAME##_##T(l);                                                                         \
        else                                                                                                 \
            rows_##NAME##_##T(l);                                                                            \
    }

/* I is the type that places are kept in: as wide as the elements, so that both fit the same vectors. */
#define DEFINE_BOTH(T, I)                                                                                    \
    DEFINE(max, T, I, >, LARGER)                                                                             \
    DEFINE(min, T, I, <, SMALLER)

DEFINE_BOTH(f32, int32_t)
DEFINE_BOTH(f64, int64_t)
DEFINE_BOTH(i64, int64_t)
DEFINE_BOTH(i32, int32_t)
DEFINE_BOTH(u8, int32_t)

bool cpu_arg_reduce(bool max, Tensor *values, Tensor *indices, const Tensor *x, int64_t dim)
{
    static const LinesBody bodies[DTYPE_COUNT][2] = {
        [DTYPE_FLOAT32] = {lines_min_f32, lines_max_f32}, [DTYPE_FLOAT64] = {lines_min_f64, lines_max_f64},
        [DTYPE_INT64] = {lines_min_i64, lines_max_i64},   [DTYPE_INT32] = {lines_min_i32, lines_max_i32},
        [DTYPE_UINT8] = {lines_min_u8, lines_max_u8},     [DTYPE_BOOL] = {lines_min_u8, lines_max_u8},
    };
    LinesBody body = bodies[x->dtype][max];
    if (body == NULL)
        return error_raise(ERROR_DTYPE, max ? "max" : "min", "\"%s_cpu\" not implemented for '%s'",
                           max ? "max" : "min", dtype_scalar_name(x->dtype)) != NULL;
    if (x->numel == 0)
        return true;
    return lines_for(max ? "max" : "min", (const Tensor *const[]){values, indices, x}, 3, dim, 0, body, NULL);
}
