#include "nn/dropout.h"

#include "autograd/ops/dropout.h"
#include "core/error.h"
#include "nn/layer.h"
#include "nn/repr.h"

typedef struct Dropout {
    Module base;
    double p;
    bool inplace;
} Dropout;

static Tensor *dropout_call(Module *module, TensorList inputs)
{
    const Dropout *self = (const Dropout *)module;
    return self->inplace ? (tensor_dropout_)(inputs.items[0], self->p, module->training)
                         : (tensor_dropout)(inputs.items[0], self->p, module->training);
}

static Tensor *dropout2d_call(Module *module, TensorList inputs)
{
    const Dropout *self = (const Dropout *)module;
    return self->inplace ? (tensor_dropout2d_)(inputs.items[0], self->p, module->training)
                         : (tensor_dropout2d)(inputs.items[0], self->p, module->training);
}

static void dropout_repr(const Module *module, FILE *out)
{
    const Dropout *self = (const Dropout *)module;
    fputs("p=", out);
    repr_double(out, self->p);
    fprintf(out, ", inplace=%s", repr_bool(self->inplace));
}

static const ModuleType Dropout_type = {.name = "Dropout",
                                        .size = sizeof(Dropout),
                                        .n_inputs = 1,
                                        .forward = dropout_call,
                                        .extra_repr = dropout_repr};

static const ModuleType Dropout2d_type = {.name = "Dropout2d",
                                          .size = sizeof(Dropout),
                                          .n_inputs = 1,
                                          .forward = dropout2d_call,
                                          .extra_repr = dropout_repr};

static Module *new_dropout(const ModuleType *type, const DropoutArgs *args)
{
    if (!(args->p >= 0 && args->p <= 1))
        return error_raise(ERROR_VALUE, type->name,
                           "dropout probability has to be between 0 and 1, but got %g", args->p);
    Dropout *self = (Dropout *)(void *)nn_module_alloc(type);
    if (self == NULL)
        return NULL;
    self->p = args->p;
    self->inplace = args->inplace;
    return &self->base;
}

Module *nn_dropout(const DropoutArgs *args)
{
    return new_dropout(&Dropout_type, args);
}

Module *nn_dropout2d(const DropoutArgs *args)
{
    return new_dropout(&Dropout2d_type, args);
}
