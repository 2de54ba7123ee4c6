/* Steps of optimisers: one pass over all that a step touches, in PyTorch's order of arithmetic. */
#include "core/cpu/kernels.h"
#include "core/cpu/walk.h"
#include "core/error.h"

typedef struct SGD {
    bool has_buffer, first, nesterov, maximize;
    double lr, momentum, dampening, weight_decay;
} SGD;

#define SGD_ROW(T)                                                                                           \
    static void sgd_row_##T(char *const *data, const int64_t *strides, int64_t n, const void *context)       \
    {                                                                                                        \
        const SGD *sgd = context;                                                                            \
        T *param = (T *)data[0], *buffer = sgd->has_buffer ? (T *)data[2] : NULL;                            \
        const T *grad = (const T *)data[1];                                                                  \
        const T sign = sgd->maximize ? -1 : 1, decay = (T)sgd->weight_decay, momentum = (T)sgd->momentum;    \
        const T rest = (T)(1 - sgd->dampening), lr = (T)-sgd->lr;                                            \
        const bool first = sgd->first, nesterov = sgd->nesterov;                                             \
        const int64_t sp = strides[0], sg = strides[1], sb = buffer != NULL ? strides[2] : 0;                \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            T g = sign * grad[i * sg];                                                                       \
            if (decay != 0)                                                                                  \
                g += decay * param[i * sp];                                                                  \
            if (buffer != NULL) {                                                                            \
                T b = first ? g : buffer[i * sb] * momentum + rest * g;                                      \
                buffer[i * sb] = b;                                                                          \
                g = nesterov ? g + momentum * b : b;                                                         \
            }                                                                                                \
            param[i * sp] += lr * g;                                                                         \
        }                                                                                                    \
    }

SGD_ROW(float)
SGD_ROW(double)

bool cpu_sgd_step(Tensor *param, const Tensor *grad, Tensor *momentum_buffer, bool first, double lr,
                  double momentum, double dampening, double weight_decay, bool nesterov, bool maximize)
{
    if (param->dtype != DTYPE_FLOAT32 && param->dtype != DTYPE_FLOAT64)
        return error_raise(ERROR_DTYPE, "sgd", "parameters of dtype %s cannot be optimised",
                           dtype_name(param->dtype)) != NULL;
    SGD sgd = {momentum_buffer != NULL, first, nesterov, maximize, lr, momentum, dampening, weight_decay};
    const Tensor *tensors[] = {param, grad, momentum_buffer};
    walk_rows(tensors, momentum_buffer != NULL ? 3 : 2,
              param->dtype == DTYPE_FLOAT32 ? sgd_row_float : sgd_row_double, &sgd);
    return true;
}
