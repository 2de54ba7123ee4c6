/* Pointwise operations on one tensor, and their derivatives. */
#include "core/cpu/kernels.h"
#include "core/cpu/unary_f32.h"
#include "core/cpu/unary_rows.h"
#include "core/error.h"

/* float_math.h has them in float. */
#define exp_narrow exp
#define erf_narrow erf

static inline f64 sigmoid(f64 x)
{
    return 1 / (1 + exp(-x));
}

static inline f64 log1pexp(f64 x)
{
    return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

static inline f64 mish_gate(f64 x)
{
    return tanh(log1pexp(x));
}

/* What integers have of them. */
#define INTEGER_UNARIES(X, T)                                                                                \
    X(UNARY_SIGN, sign, T, (T)(negative(x) ? -1 : x != 0))                                                   \
    X(UNARY_ABS, abs, T, negative(x) ? (T)(0 - (uint64_t)x) : x)                                             \
    X(UNARY_NEG, neg, T, (T)(0 - (uint64_t)x))                                                               \
    X(UNARY_SQUARE, square, T, (T)((uint64_t)x * (uint64_t)x))                                               \
    X(UNARY_RELU, relu, T, negative(x) ? 0 : x)                                                              \
    X(UNARY_HARDTANH, hardtanh, T, x<a ? a : x> b ? b : x)                                                   \
    X(UNARY_FLOOR, floor, T, x)                                                                              \
    X(UNARY_CEIL, ceil, T, x)                                                                                \
    X(UNARY_ROUND, round, T, x)                                                                              \
    X(UNARY_TRUNC, trunc, T, x)

/* What bools have. */
#define BOOL_UNARIES(X, T) X(UNARY_SIGN, sign, T, x)

FLOAT_FUNCTIONS(f64, F64)
FLOAT_UNARIES(SAME_ROW, f64, F64)
INTEGER_UNARIES(SAME_ROW, i64)
INTEGER_UNARIES(SAME_ROW, i32)
INTEGER_UNARIES(SAME_ROW, u8)
BOOL_UNARIES(SAME_ROW, b8)
TESTS(TEST_ROW, f64)
TESTS(TEST_ROW, i64)
TESTS(TEST_ROW, i32)
TESTS(TEST_ROW, u8)
TESTS(TEST_ROW, b8)
SLOPES(SLOPE_ROW, f64, F64)

static const WalkRow unary_rows[DTYPE_COUNT][UNARY_COUNT] = {
    [DTYPE_FLOAT64] = {FLOAT_UNARIES(ENTRY, f64, F64) TESTS(ENTRY, f64)},
    [DTYPE_INT64] = {INTEGER_UNARIES(ENTRY, i64) TESTS(ENTRY, i64)},
    [DTYPE_INT32] = {INTEGER_UNARIES(ENTRY, i32) TESTS(ENTRY, i32)},
    [DTYPE_UINT8] = {INTEGER_UNARIES(ENTRY, u8) TESTS(ENTRY, u8)},
    [DTYPE_BOOL] = {BOOL_UNARIES(ENTRY, b8) TESTS(ENTRY, b8)},
};

static const WalkRow slope_rows[UNARY_COUNT] = {SLOPES(ENTRY, f64, F64)};

/* PyTorch's names of its kernels, which its messages use. */
typedef struct KernelName {
    const char *operation, *kernel;
} KernelName;

static const KernelName kernel_names[UNARY_COUNT] = {
    [UNARY_ABS] = {"abs", "abs_cpu"},
    [UNARY_FLOOR] = {"floor", "floor_vml_cpu"},
    [UNARY_CEIL] = {"ceil", "ceil_vml_cpu"},
    [UNARY_ROUND] = {"round", "round_vml_cpu"},
    [UNARY_TRUNC] = {"trunc", "trunc_vml_cpu"},
    [UNARY_LEAKY_RELU] = {"leaky_relu", "leaky_relu_cpu"},
    [UNARY_ELU] = {"elu", "elu_cpu"},
    [UNARY_SELU] = {"selu", "elu_cpu"},
    [UNARY_CELU] = {"celu", "elu_cpu"},
    [UNARY_GELU] = {"gelu", "GeluKernelImpl"},
    [UNARY_GELU_TANH] = {"gelu", "GeluKernelImpl"},
    [UNARY_SILU] = {"silu", "silu_cpu"},
    [UNARY_MISH] = {"mish", "mish_cpu"},
    [UNARY_SOFTPLUS] = {"softplus", "softplus_cpu"},
    [UNARY_LOGSIGMOID] = {"logsigmoid", "log_sigmoid_cpu"},
    [UNARY_HARDSIGMOID] = {"hardsigmoid", "hardsigmoid_cpu"},
    [UNARY_HARDSWISH] = {"hardswish", "hardswish_cpu"},
};

static bool not_implemented(UnaryOp op, DType dtype)
{
    KernelName name = kernel_names[op];
    return error_raise(ERROR_UNSUPPORTED, name.operation != NULL ? name.operation : "unary",
                       "\"%s\" not implemented for '%s'", name.kernel != NULL ? name.kernel : "unary_cpu",
                       dtype_scalar_name(dtype)) != NULL;
}

bool cpu_unary(UnaryOp op, Tensor *out, const Tensor *x, double a, double b)
{
    WalkRow row = x->dtype == DTYPE_FLOAT32 ? unary_f32()->rows[op] : unary_rows[x->dtype][op];
    if (row == NULL)
        return not_implemented(op, x->dtype);
    walk_rows((const Tensor *const[]){out, x}, 2, row, &(Parameters){a, b});
    return true;
}

bool cpu_unary_backward(UnaryOp op, Tensor *out, const Tensor *grad, const Tensor *x, double a, double b)
{
    WalkRow row = x->dtype == DTYPE_FLOAT32   ? unary_f32()->slopes[op]
                  : x->dtype == DTYPE_FLOAT64 ? slope_rows[op]
                                              : NULL;
    if (row == NULL)
        return not_implemented(op, x->dtype);
    walk_rows((const Tensor *const[]){out, grad, x}, 3, row, &(Parameters){a, b});
    return true;
}
