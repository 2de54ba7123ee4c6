/* One instruction set's table of softmax_rows.h: defines TABLE, which the including file names. */
#include <math.h>

#include "core/cpu/float_math.h"
#include "core/cpu/softmax_rows.h"

enum {
    LANES = 32
}; /* the sums that a row is spread over: of 16, GCC unrolls the loop and makes no vectors */

/* For one row of n elements: element i of a sum or maximum goes to lane i % LANES, so that neighbours in
 * memory are worked on together. EXPRESSION is that of element i, STEP what the lane a does with its value v.
 */
#define IN_LANES(result, START, EXPRESSION, STEP)                                                            \
    {                                                                                                        \
        double lanes[LANES];                                                                                 \
        int64_t first = 0;                                                                                   \
        for (int k = 0; k < LANES; k++)                                                                      \
            lanes[k] = START;                                                                                \
        for (; first + LANES <= n; first += LANES)                                                           \
            for (int k = 0; k < LANES; k++) {                                                                \
                const int64_t i = first + k;                                                                 \
                const double a = lanes[k], v = EXPRESSION;                                                   \
                lanes[k] = STEP;                                                                             \
            }                                                                                                \
        for (int64_t i = first; i < n; i++) {                                                                \
            const double a = lanes[i % LANES], v = EXPRESSION;                                               \
            lanes[i % LANES] = STEP;                                                                         \
        }                                                                                                    \
        result = START;                                                                                      \
        for (int k = 0; k < LANES; k++) {                                                                    \
            const double a = result, v = lanes[k];                                                           \
            result = STEP;                                                                                   \
        }                                                                                                    \
    }
#define LARGER_OR_NAN (((v > a) | (v != v)) ? v : a)
#define SUM           (a + v)

/* softmax keeps each e^(x - max) in out until the sum is known. */
#define FORWARD(NAME, T, EXP, so, sx)                                                                        \
    static void NAME(bool log_form, int64_t n, T *out, int64_t stride_out, const T *x, int64_t stride_x)     \
    {                                                                                                        \
        double max, sum;                                                                                     \
        (void)stride_out, (void)stride_x;                                                                    \
        IN_LANES(max, -(double)INFINITY, (double)x[i * sx], LARGER_OR_NAN)                                   \
        if (log_form) {                                                                                      \
            IN_LANES(sum, 0, EXP((double)x[i * sx] - max), SUM)                                              \
            double log_sum = log(sum);                                                                       \
            for (int64_t i = 0; i < n; i++)                                                                  \
                out[i * so] = (T)((double)x[i * sx] - max - log_sum);                                        \
            return;                                                                                          \
        }                                                                                                    \
        for (int64_t i = 0; i < n; i++)                                                                      \
            out[i * so] = (T)EXP((double)x[i * sx] - max);                                                   \
        IN_LANES(sum, 0, (double)out[i * so], SUM)                                                           \
        for (int64_t i = 0; i < n; i++)                                                                      \
            out[i * so] = (T)((double)out[i * so] / sum);                                                    \
    }

/* softmax: y (g - sum g y); log_softmax: g - e^y sum g */
#define BACKWARD(NAME, T, EXP, so, sg, sy)                                                                   \
    static void NAME(bool log_form, int64_t n, T *out, int64_t stride_out, const T *g, int64_t stride_g,     \
                     const T *y, int64_t stride_y)                                                           \
    {                                                                                                        \
        double sum;                                                                                          \
        (void)stride_out, (void)stride_g, (void)stride_y;                                                    \
        if (log_form) {                                                                                      \
            IN_LANES(sum, 0, (double)g[i * sg], SUM)                                                         \
            for (int64_t i = 0; i < n; i++)                                                                  \
                out[i * so] = (T)((double)g[i * sg] - EXP((double)y[i * sy]) * sum);                         \
            return;                                                                                          \
        }                                                                                                    \
        IN_LANES(sum, 0, (double)g[i * sg] * (double)y[i * sy], SUM)                                         \
        for (int64_t i = 0; i < n; i++)                                                                      \
            out[i * so] = (T)((double)y[i * sy] * ((double)g[i * sg] - sum));                                \
    }

#define SOFTMAX_ROWS(T, EXP)                                                                                 \
    FORWARD(forward_dense_##T, T, EXP, 1, 1)                                                                 \
    FORWARD(forward_strided_##T, T, EXP, stride_out, stride_x)                                               \
    BACKWARD(backward_dense_##T, T, EXP, 1, 1, 1)                                                            \
    BACKWARD(backward_strided_##T, T, EXP, stride_out, stride_g, stride_y)                                   \
    static void forward_##T(bool log_form, int64_t n, void *out, int64_t so, const void *x, int64_t sx)      \
    {                                                                                                        \
        bool dense = so == 1 && sx == 1;                                                                     \
        (dense ? forward_dense_##T : forward_strided_##T)(log_form, n, out, so, x, sx);                      \
    }                                                                                                        \
    static void backward_##T(bool log_form, int64_t n, void *out, int64_t so, const void *g, int64_t sg,     \
                             const void *y, int64_t sy)                                                      \
    {                                                                                                        \
        bool dense = so == 1 && sg == 1 && sy == 1;                                                          \
        (dense ? backward_dense_##T : backward_strided_##T)(log_form, n, out, so, g, sg, y, sy);             \
    }
SOFTMAX_ROWS(float, exp_wide)
SOFTMAX_ROWS(double, exp)

const SoftmaxRows TABLE[2] = {{forward_float, backward_float}, {forward_double, backward_double}};
