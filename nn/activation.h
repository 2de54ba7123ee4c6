/* Activations as modules (torch.nn.ReLU, GELU, Softmax, ...). The functions, and their formulas, are in
 * autograd/ops/activation.h, smooth.h and softmax.h.
 *
 *     nn_ReLU(.inplace = true), nn_LeakyReLU(0.2), nn_GELU(.approximate = "tanh"), nn_Softmax(1)
 *
 * inplace changes the module's input and returns it. */
#ifndef TAPER_NN_ACTIVATION_H
#define TAPER_NN_ACTIVATION_H

#include "core/keywords.h"
#include "nn/module.h"

TAPER_BEGIN_DECLS

/* nn.Sigmoid(), Tanh(), LogSigmoid(), Softsign(), Tanhshrink(). */
TAPER_API Module *nn_sigmoid(void);
TAPER_API Module *nn_tanh(void);
TAPER_API Module *nn_log_sigmoid(void);
TAPER_API Module *nn_softsign(void);
TAPER_API Module *nn_tanhshrink(void);

typedef struct InplaceArgs {
    char _;
    bool inplace;
} InplaceArgs;

/* nn.ReLU(inplace=False), ReLU6, SiLU, Mish, Hardswish, Hardsigmoid, SELU. */
TAPER_API Module *nn_relu(const InplaceArgs *args);
TAPER_API Module *nn_relu6(const InplaceArgs *args);
TAPER_API Module *nn_silu(const InplaceArgs *args);
TAPER_API Module *nn_mish(const InplaceArgs *args);
TAPER_API Module *nn_hardswish(const InplaceArgs *args);
TAPER_API Module *nn_hardsigmoid(const InplaceArgs *args);
TAPER_API Module *nn_selu(const InplaceArgs *args);

typedef struct LeakyReluLayerArgs {
    char _;
    double negative_slope;
    bool inplace;
} LeakyReluLayerArgs;

typedef struct EluLayerArgs {
    char _;
    double alpha;
    bool inplace;
} EluLayerArgs;

typedef struct HardtanhLayerArgs {
    char _;
    double min_val, max_val;
    bool inplace;
} HardtanhLayerArgs;

typedef struct SoftplusArgs {
    char _;
    double beta, threshold;
} SoftplusArgs;

typedef struct GELUArgs {
    char _;
    const char *approximate;
} GELUArgs;

/* nn.LeakyReLU(negative_slope=0.01, inplace=False). */
TAPER_API Module *nn_leaky_relu(const LeakyReluLayerArgs *args);
/* nn.ELU(alpha=1.0, inplace=False), nn.CELU. */
TAPER_API Module *nn_elu(const EluLayerArgs *args);
TAPER_API Module *nn_celu(const EluLayerArgs *args);
/* nn.Hardtanh(min_val=-1.0, max_val=1.0, inplace=False). ERROR_VALUE: "max_val (0) must be greater than
 * min_val (1)".
 */
TAPER_API Module *nn_hardtanh(const HardtanhLayerArgs *args);
/* nn.Softplus(beta=1.0, threshold=20.0). */
TAPER_API Module *nn_softplus(const SoftplusArgs *args);
/* nn.GELU(approximate="none"). ERROR_VALUE unless it is "none" or "tanh". */
TAPER_API Module *nn_gelu(const GELUArgs *args);

typedef struct PReLUArgs {
    char _;
    int64_t num_parameters;
    double init;
    Device device;
    DType dtype;
} PReLUArgs;

/* nn.PReLU(num_parameters=1, init=0.25): parameter weight [num_parameters]. */
TAPER_API Module *nn_prelu(const PReLUArgs *args);

typedef struct SoftmaxArgs {
    char _;
    int64_t dim;
} SoftmaxArgs;

/* nn.Softmax(dim), LogSoftmax, Softmin. Without a dim it is, as PyTorch still has it, 0 for inputs of 0, 1
 * and 3 dimensions, and 1 for others. */
TAPER_API Module *nn_softmax(const SoftmaxArgs *args);
TAPER_API Module *nn_log_softmax(const SoftmaxArgs *args);
TAPER_API Module *nn_softmin(const SoftmaxArgs *args);

#ifndef __cplusplus
#define nn_Sigmoid()        nn_sigmoid()
#define nn_Tanh()           nn_tanh()
#define nn_LogSigmoid()     nn_log_sigmoid()
#define nn_Softsign()       nn_softsign()
#define nn_Tanhshrink()     nn_tanhshrink()
#define INPLACE_ARGS_(...)  (&(InplaceArgs){._ = 0, __VA_ARGS__})
#define nn_ReLU(...)        KEYWORDS(nn_relu(INPLACE_ARGS_(__VA_ARGS__)))
#define nn_ReLU6(...)       KEYWORDS(nn_relu6(INPLACE_ARGS_(__VA_ARGS__)))
#define nn_SiLU(...)        KEYWORDS(nn_silu(INPLACE_ARGS_(__VA_ARGS__)))
#define nn_Mish(...)        KEYWORDS(nn_mish(INPLACE_ARGS_(__VA_ARGS__)))
#define nn_Hardswish(...)   KEYWORDS(nn_hardswish(INPLACE_ARGS_(__VA_ARGS__)))
#define nn_Hardsigmoid(...) KEYWORDS(nn_hardsigmoid(INPLACE_ARGS_(__VA_ARGS__)))
#define nn_SELU(...)        KEYWORDS(nn_selu(INPLACE_ARGS_(__VA_ARGS__)))
#define nn_LeakyReLU(...)                                                                                    \
    KEYWORDS(nn_leaky_relu(&(LeakyReluLayerArgs){.negative_slope = 0.01, ._ = 0, __VA_ARGS__}))
#define nn_ELU(...)  KEYWORDS(nn_elu(&(EluLayerArgs){.alpha = 1, ._ = 0, __VA_ARGS__}))
#define nn_CELU(...) KEYWORDS(nn_celu(&(EluLayerArgs){.alpha = 1, ._ = 0, __VA_ARGS__}))
#define nn_Hardtanh(...)                                                                                     \
    KEYWORDS(nn_hardtanh(&(HardtanhLayerArgs){.min_val = -1, .max_val = 1, ._ = 0, __VA_ARGS__}))
#define nn_Softplus(...)                                                                                     \
    KEYWORDS(nn_softplus(&(SoftplusArgs){.beta = 1, .threshold = 20, ._ = 0, __VA_ARGS__}))
#define nn_GELU(...)       KEYWORDS(nn_gelu(&(GELUArgs){.approximate = "none", ._ = 0, __VA_ARGS__}))
#define nn_PReLU(...)      KEYWORDS(nn_prelu(&(PReLUArgs){.num_parameters = 1, .init = 0.25, ._ = 0, __VA_ARGS__}))
#define SOFTMAX_ARGS_(...) (&(SoftmaxArgs){.dim = TENSOR_NONE, ._ = 0, __VA_ARGS__})
#define nn_Softmax(...)    KEYWORDS(nn_softmax(SOFTMAX_ARGS_(__VA_ARGS__)))
#define nn_LogSoftmax(...) KEYWORDS(nn_log_softmax(SOFTMAX_ARGS_(__VA_ARGS__)))
#define nn_Softmin(...)    KEYWORDS(nn_softmin(SOFTMAX_ARGS_(__VA_ARGS__)))
#endif

TAPER_END_DECLS

#endif
