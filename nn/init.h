/* Initial values of parameters (torch.nn.init).
 *
 *     nn_init_kaiming_normal_(weight, .mode = "fan_out", .nonlinearity = "relu");
 *     nn_init_constant_(bias, 0.1);
 *
 * Each fills a float tensor in place, unseen by autograd, and returns it. After tensor_manual_seed(s) the
 * numbers are, on the CPU, the same bits as PyTorch's. A tensor without elements is left alone by those that
 * need a fan. NULL gives NULL.
 *
 * The fans of a weight [out, in, ...] are fan_in = in * k and fan_out = out * k with k the product of the
 * other sizes; ERROR_VALUE below two dimensions ("Fan in and fan out can not be computed for tensor with
 * fewer than 2 dimensions"). */
#ifndef TAPER_NN_INIT_H
#define TAPER_NN_INIT_H

#include <math.h>

#include "core/keywords.h"
#include "core/random.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* The arguments by name. `generator` NULL: the default one. */
typedef struct InitUniformArgs {
    char _;
    double a, b;
    Generator *generator;
} InitUniformArgs;

typedef struct InitNormalArgs {
    char _;
    double mean, std;
    Generator *generator;
} InitNormalArgs;

typedef struct InitTruncNormalArgs {
    char _;
    double mean, std, a, b;
    Generator *generator;
} InitTruncNormalArgs;

typedef struct InitXavierArgs {
    char _;
    double gain;
    Generator *generator;
} InitXavierArgs;

typedef struct InitKaimingArgs {
    char _;
    double a;                 /* the slope of leaky_relu */
    const char *mode;         /* "fan_in" or "fan_out" */
    const char *nonlinearity; /* a name that nn_init_calculate_gain knows */
    Generator *generator;
} InitKaimingArgs;

/* nn.init.uniform_(tensor, a=0, b=1): in [a, b). normal_(tensor, mean=0, std=1). */
TAPER_API Tensor *nn_init_uniform_args(Tensor *tensor, const InitUniformArgs *args);
TAPER_API Tensor *nn_init_normal_args(Tensor *tensor, const InitNormalArgs *args);

/* nn.init.trunc_normal_(tensor, mean=0, std=1, a=-2, b=2): the normal distribution cut to [a, b], by drawing
 * again what is outside. */
TAPER_API Tensor *nn_init_trunc_normal_args(Tensor *tensor, const InitTruncNormalArgs *args);

/* nn.init.constant_(tensor, val), ones_, zeros_. */
TAPER_API Tensor *nn_init_constant_(Tensor *tensor, double val);
TAPER_API Tensor *nn_init_ones_(Tensor *tensor);
TAPER_API Tensor *nn_init_zeros_(Tensor *tensor);

/* nn.init.eye_(tensor): the identity matrix. ERROR_VALUE unless there are two dimensions. */
TAPER_API Tensor *nn_init_eye_(Tensor *tensor);

/* nn.init.xavier_uniform_(tensor, gain=1): within sqrt(3) s, with s = gain sqrt(2 / (fan_in + fan_out)),
 * which is the standard deviation of xavier_normal_. */
TAPER_API Tensor *nn_init_xavier_uniform_args(Tensor *tensor, const InitXavierArgs *args);
TAPER_API Tensor *nn_init_xavier_normal_args(Tensor *tensor, const InitXavierArgs *args);

/* nn.init.kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu"): within sqrt(3) s, with
 * s = gain / sqrt(fan), which is the standard deviation of kaiming_normal_. ERROR_VALUE for another mode or
 * nonlinearity. */
TAPER_API Tensor *nn_init_kaiming_uniform_args(Tensor *tensor, const InitKaimingArgs *args);
TAPER_API Tensor *nn_init_kaiming_normal_args(Tensor *tensor, const InitKaimingArgs *args);

/* nn.init.calculate_gain(nonlinearity, param): 1 for "linear", "conv2d", "sigmoid", ...; 5/3 for "tanh";
 * sqrt(2) for "relu"; sqrt(2 / (1 + param^2)) for "leaky_relu", whose param is 0.01 where it is NAN (not
 * given); 3/4 for "selu". NAN after ERROR_VALUE for another. */
TAPER_API double nn_init_calculate_gain(const char *nonlinearity, double param);

#ifndef __cplusplus
#define nn_init_uniform_(tensor, ...)                                                                        \
    KEYWORDS(nn_init_uniform_args((tensor), &(InitUniformArgs){.b = 1, ._ = 0, __VA_ARGS__}))
#define nn_init_normal_(tensor, ...)                                                                         \
    KEYWORDS(nn_init_normal_args((tensor), &(InitNormalArgs){.std = 1, ._ = 0, __VA_ARGS__}))
#define nn_init_trunc_normal_(tensor, ...)                                                                   \
    KEYWORDS(nn_init_trunc_normal_args(                                                                      \
        (tensor), &(InitTruncNormalArgs){.std = 1, .a = -2, .b = 2, ._ = 0, __VA_ARGS__}))
#define nn_init_xavier_uniform_(tensor, ...)                                                                 \
    KEYWORDS(nn_init_xavier_uniform_args((tensor), &(InitXavierArgs){.gain = 1, ._ = 0, __VA_ARGS__}))
#define nn_init_xavier_normal_(tensor, ...)                                                                  \
    KEYWORDS(nn_init_xavier_normal_args((tensor), &(InitXavierArgs){.gain = 1, ._ = 0, __VA_ARGS__}))
#define INIT_KAIMING_ARGS_(...)                                                                              \
    (&(InitKaimingArgs){.mode = "fan_in", .nonlinearity = "leaky_relu", ._ = 0, __VA_ARGS__})
#define nn_init_kaiming_uniform_(tensor, ...)                                                                \
    KEYWORDS(nn_init_kaiming_uniform_args((tensor), INIT_KAIMING_ARGS_(__VA_ARGS__)))
#define nn_init_kaiming_normal_(tensor, ...)                                                                 \
    KEYWORDS(nn_init_kaiming_normal_args((tensor), INIT_KAIMING_ARGS_(__VA_ARGS__)))
#define nn_init_calculate_gain(...)             NN_INIT_GAIN_(__VA_ARGS__, (double)NAN, 0)
#define NN_INIT_GAIN_(nonlinearity, param, ...) (nn_init_calculate_gain)((nonlinearity), (param))
#endif

TAPER_END_DECLS

#endif
