#include "nn/activation.h"

#include "autograd/ops/activation.h"
#include "nn/layer.h"

/* -- without arguments -- */

#define PLAIN(Type, constructor, operation)                                                                  \
    static Tensor *Type##_call(Module *module, TensorList inputs)                                            \
    {                                                                                                        \
        (void)module;                                                                                        \
        return operation(inputs.items[0]);                                                                   \
    }                                                                                                        \
    static const ModuleType Type##_type = {                                                                  \
        .name = #Type, .size = sizeof(Module), .n_inputs = 1, .forward = Type##_call};                       \
    Module *constructor(void)                                                                                \
    {                                                                                                        \
        return nn_module_alloc(&Type##_type);                                                                \
    }

PLAIN(Sigmoid, nn_sigmoid, tensor_sigmoid)
PLAIN(Tanh, nn_tanh, tensor_tanh)

/* -- that can be done in place -- */

typedef struct Inplace {
    Module base;
    bool inplace;
} Inplace;

static void inplace_repr(const Module *module, FILE *out)
{
    if (((const Inplace *)module)->inplace)
        fputs("inplace=True", out);
}

#define INPLACE(Type, constructor, operation)                                                                \
    static Tensor *Type##_call(Module *module, TensorList inputs)                                            \
    {                                                                                                        \
        return ((const Inplace *)module)->inplace ? operation##_(inputs.items[0])                            \
                                                  : operation(inputs.items[0]);                              \
    }                                                                                                        \
    static const ModuleType Type##_type = {.name = #Type,                                                    \
                                           .size = sizeof(Inplace),                                          \
                                           .n_inputs = 1,                                                    \
                                           .forward = Type##_call,                                           \
                                           .extra_repr = inplace_repr};                                      \
    Module *constructor(const InplaceArgs *args)                                                             \
    {                                                                                                        \
        Inplace *self = (Inplace *)(void *)nn_module_alloc(&Type##_type);                                    \
        if (self == NULL)                                                                                    \
            return NULL;                                                                                     \
        self->inplace = args->inplace;                                                                       \
        return &self->base;                                                                                  \
    }

INPLACE(ReLU, nn_relu, tensor_relu)
