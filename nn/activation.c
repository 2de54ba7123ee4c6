#include "nn/activation.h"

#include <string.h>

#include "autograd/ops/activation.h"
#include "autograd/ops/math.h"
#include "autograd/ops/smooth.h"
#include "autograd/ops/softmax.h"
#include "core/error.h"
#include "nn/init.h"
#include "nn/layer.h"
#include "nn/repr.h"

/* All of them but PReLU: what they do is in their type, what they were given is here. */
typedef struct Activation {
    Module base;
    double a, b; /* alpha, or min_val and max_val, ... */
    bool inplace;
    const char *approximate;
    int64_t dim;
} Activation;

static const Activation *self_of(const Module *module)
{
    return (const Activation *)module;
}

static Activation *new_activation(const ModuleType *type)
{
    return (Activation *)(void *)nn_module_alloc(type);
}

#define TYPE(Type, repr)                                                                                     \
    static const ModuleType Type##_type = {.name = #Type,                                                    \
                                           .size = sizeof(Activation),                                       \
                                           .n_inputs = 1,                                                    \
                                           .forward = Type##_call,                                           \
                                           .extra_repr = repr};

/* -- without arguments -- */

#define PLAIN(Type, constructor, operation)                                                                  \
    static Tensor *Type##_call(Module *module, TensorList inputs)                                            \
    {                                                                                                        \
        (void)module;                                                                                        \
        return operation(inputs.items[0]);                                                                   \
    }                                                                                                        \
    TYPE(Type, NULL)                                                                                         \
    Module *constructor(void)                                                                                \
    {                                                                                                        \
        return nn_module_alloc(&Type##_type);                                                                \
    }

PLAIN(Sigmoid, nn_sigmoid, tensor_sigmoid)
PLAIN(Tanh, nn_tanh, tensor_tanh)
PLAIN(LogSigmoid, nn_log_sigmoid, tensor_logsigmoid)
PLAIN(Softsign, nn_softsign, tensor_softsign)
PLAIN(Tanhshrink, nn_tanhshrink, tensor_tanhshrink)

/* -- in place or not -- */

static void inplace_repr(const Module *module, FILE *out)
{
    if (self_of(module)->inplace)
        fputs("inplace=True", out);
}

#define INPLACE(Type, constructor, operation, repr)                                                          \
    static Tensor *Type##_call(Module *module, TensorList inputs)                                            \
    {                                                                                                        \
        return self_of(module)->inplace ? operation##_(inputs.items[0]) : operation(inputs.items[0]);        \
    }                                                                                                        \
    TYPE(Type, repr)                                                                                         \
    Module *constructor(const InplaceArgs *args)                                                             \
    {                                                                                                        \
        Activation *self = new_activation(&Type##_type);                                                     \
        if (self == NULL)                                                                                    \
            return NULL;                                                                                     \
        self->inplace = args->inplace;                                                                       \
        return &self->base;                                                                                  \
    }

INPLACE(ReLU, nn_relu, tensor_relu, inplace_repr)
INPLACE(ReLU6, nn_relu6, tensor_relu6, inplace_repr)
INPLACE(SiLU, nn_silu, tensor_silu, inplace_repr)
INPLACE(Mish, nn_mish, tensor_mish, inplace_repr)
INPLACE(SELU, nn_selu, tensor_selu, inplace_repr)
INPLACE(Hardswish, nn_hardswish, tensor_hardswish, NULL) /* PyTorch does not print these two's */
INPLACE(Hardsigmoid, nn_hardsigmoid, tensor_hardsigmoid, NULL)

/* -- of one number, in place or not -- */

static void write_number(const Module *module, FILE *out, const char *name)
{
    fprintf(out, "%s=", name);
    repr_double(out, self_of(module)->a);
    fputs(self_of(module)->inplace ? ", inplace=True" : "", out);
}

static void slope_repr(const Module *module, FILE *out)
{
    write_number(module, out, "negative_slope");
}

static void alpha_repr(const Module *module, FILE *out)
{
    write_number(module, out, "alpha");
}

#define OF_A_NUMBER(Type, constructor, operation, Args, field, repr)                                         \
    static Tensor *Type##_call(Module *module, TensorList inputs)                                            \
    {                                                                                                        \
        const Activation *self = self_of(module);                                                            \
        return self->inplace ? (operation##_)(inputs.items[0], self->a)                                      \
                             : (operation)(inputs.items[0], self->a);                                        \
    }                                                                                                        \
    TYPE(Type, repr)                                                                                         \
    Module *constructor(const Args *args)                                                                    \
    {                                                                                                        \
        Activation *self = new_activation(&Type##_type);                                                     \
        if (self == NULL)                                                                                    \
            return NULL;                                                                                     \
        self->a = args->field;                                                                               \
        self->inplace = args->inplace;                                                                       \
        return &self->base;                                                                                  \
    }

OF_A_NUMBER(LeakyReLU, nn_leaky_relu, tensor_leaky_relu, LeakyReluLayerArgs, negative_slope, slope_repr)
OF_A_NUMBER(ELU, nn_elu, tensor_elu, EluLayerArgs, alpha, alpha_repr)
OF_A_NUMBER(CELU, nn_celu, tensor_celu, EluLayerArgs, alpha, alpha_repr)

/* -- Hardtanh -- */

static Tensor *Hardtanh_call(Module *module, TensorList inputs)
{
    const Activation *self = self_of(module);
    return self->inplace ? (tensor_hardtanh_)(inputs.items[0], self->a, self->b)
                         : (tensor_hardtanh)(inputs.items[0], self->a, self->b);
}

static void hardtanh_repr(const Module *module, FILE *out)
{
    fputs("min_val=", out);
    repr_double(out, self_of(module)->a);
    fputs(", max_val=", out);
    repr_double(out, self_of(module)->b);
    fputs(self_of(module)->inplace ? ", inplace=True" : "", out);
}

TYPE(Hardtanh, hardtanh_repr)

Module *nn_hardtanh(const HardtanhLayerArgs *args)
{
    if (!(args->max_val > args->min_val))
        return error_raise(ERROR_VALUE, "Hardtanh", "max_val (%g) must be greater than min_val (%g)",
                           args->max_val, args->min_val);
    Activation *self = new_activation(&Hardtanh_type);
    if (self == NULL)
        return NULL;
    self->a = args->min_val;
    self->b = args->max_val;
    self->inplace = args->inplace;
    return &self->base;
}

/* -- Softplus -- */

static Tensor *Softplus_call(Module *module, TensorList inputs)
{
    return (tensor_softplus)(inputs.items[0], self_of(module)->a, self_of(module)->b);
}

static void softplus_repr(const Module *module, FILE *out)
{
    fputs("beta=", out);
    repr_double(out, self_of(module)->a);
    fputs(", threshold=", out);
    repr_double(out, self_of(module)->b);
}

TYPE(Softplus, softplus_repr)

Module *nn_softplus(const SoftplusArgs *args)
{
    Activation *self = new_activation(&Softplus_type);
    if (self == NULL)
        return NULL;
    self->a = args->beta;
    self->b = args->threshold;
    return &self->base;
}

/* -- GELU -- */

static Tensor *GELU_call(Module *module, TensorList inputs)
{
    return (tensor_gelu)(inputs.items[0], self_of(module)->approximate);
}

static void gelu_repr(const Module *module, FILE *out)
{
    fprintf(out, "approximate='%s'", self_of(module)->approximate);
}

TYPE(GELU, gelu_repr)

Module *nn_gelu(const GELUArgs *args)
{
    const char *word = args->approximate != NULL ? args->approximate : "NULL";
    bool by_tanh = strcmp(word, "tanh") == 0;
    if (!by_tanh && strcmp(word, "none") != 0)
        return error_raise(ERROR_VALUE, "GELU", "approximate argument must be either none or tanh.");
    Activation *self = new_activation(&GELU_type);
    if (self == NULL)
        return NULL;
    self->approximate = by_tanh ? "tanh" : "none";
    return &self->base;
}

/* -- PReLU -- */

typedef struct PReLU {
    Module base;
    int64_t num_parameters;
} PReLU;

static Tensor *prelu_call(Module *module, TensorList inputs)
{
    return tensor_prelu(inputs.items[0], layer_parameter(module, 0));
}

static void prelu_repr(const Module *module, FILE *out)
{
    fprintf(out, "num_parameters=%lld", (long long)((const PReLU *)module)->num_parameters);
}

static const ModuleType PReLU_type = {
    .name = "PReLU", .size = sizeof(PReLU), .n_inputs = 1, .forward = prelu_call, .extra_repr = prelu_repr};

Module *nn_prelu(const PReLUArgs *args)
{
    PReLU *self = nn_new(PReLU);
    if (self == NULL)
        return NULL;
    self->num_parameters = args->num_parameters;
    Tensor *weight = layer_tensor(DIMS(args->num_parameters), (LayerPlace){args->device, args->dtype});
    nn_register_parameter(&self->base, "weight", nn_init_constant_(weight, args->init));
    return layer_finished(&self->base);
}

/* -- Softmax, LogSoftmax, Softmin -- */

static int64_t softmax_dim(const Module *module, const Tensor *x)
{
    int64_t dim = self_of(module)->dim, n = tensor_dim(x);
    return dim != TENSOR_NONE ? dim : n != 0 && n != 1 && n != 3;
}

static Tensor *Softmax_call(Module *module, TensorList inputs)
{
    return tensor_softmax(inputs.items[0], softmax_dim(module, inputs.items[0]));
}

static Tensor *LogSoftmax_call(Module *module, TensorList inputs)
{
    return tensor_log_softmax(inputs.items[0], softmax_dim(module, inputs.items[0]));
}

static Tensor *Softmin_call(Module *module, TensorList inputs)
{
    return tensor_softmax(tensor_neg(inputs.items[0]), softmax_dim(module, inputs.items[0]));
}

static void softmax_repr(const Module *module, FILE *out)
{
    if (self_of(module)->dim == TENSOR_NONE)
        fputs("dim=None", out);
    else
        fprintf(out, "dim=%lld", (long long)self_of(module)->dim);
}

TYPE(Softmax, softmax_repr)
TYPE(LogSoftmax, softmax_repr)
TYPE(Softmin, softmax_repr)

static Module *new_softmax(const ModuleType *type, const SoftmaxArgs *args)
{
    Activation *self = new_activation(type);
    if (self == NULL)
        return NULL;
    self->dim = args->dim;
    return &self->base;
}

Module *nn_softmax(const SoftmaxArgs *args)
{
    return new_softmax(&Softmax_type, args);
}

Module *nn_log_softmax(const SoftmaxArgs *args)
{
    return new_softmax(&LogSoftmax_type, args);
}

Module *nn_softmin(const SoftmaxArgs *args)
{
    return new_softmax(&Softmin_type, args);
}
