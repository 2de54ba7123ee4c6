#include "nn/loss.h"

#include <string.h>

#include "core/error.h"
#include "nn/layer.h"

/* A reduction as a string that outlives the caller's; NULL after ERROR_VALUE. */
static const char *check_reduction(const char *type, const char *reduction)
{
    static const char *const reductions[] = {"none", "mean", "sum"};
    for (int i = 0; i < 3; i++)
        if (strcmp(reduction, reductions[i]) == 0)
            return reductions[i];
    return error_raise(ERROR_VALUE, type, "%s is not a valid value for reduction", reduction);
}

static void register_weight(Module *module, const char *name, Tensor *weight)
{
    if (weight != NULL)
        nn_register_buffer(module, name, weight, true);
    else
        module_register_none(module, true, name);
}

/* -- CrossEntropyLoss, NLLLoss -- */

typedef struct ClassLoss {
    Module base;
    int64_t ignore_index;
    const char *reduction;
    double label_smoothing;
} ClassLoss;

static Tensor *cross_entropy_loss_call(Module *module, TensorList inputs)
{
    const ClassLoss *self = (const ClassLoss *)module;
    return (tensor_cross_entropy)(inputs.items[0], inputs.items[1], layer_buffer(module, 0),
                                  self->ignore_index, self->reduction, self->label_smoothing);
}

static Tensor *nll_loss_call(Module *module, TensorList inputs)
{
    const ClassLoss *self = (const ClassLoss *)module;
    return (tensor_nll_loss)(inputs.items[0], inputs.items[1], layer_buffer(module, 0), self->ignore_index,
                             self->reduction);
}

static const ModuleType CrossEntropyLoss_type = {
    .name = "CrossEntropyLoss", .size = sizeof(ClassLoss), .n_inputs = 2, .forward = cross_entropy_loss_call};

static const ModuleType NLLLoss_type = {
    .name = "NLLLoss", .size = sizeof(ClassLoss), .n_inputs = 2, .forward = nll_loss_call};

static Module *new_class_loss(const ModuleType *type, const ClassLossArgs *args)
{
    const char *reduction = check_reduction(type->name, args->reduction);
    ClassLoss *self = reduction != NULL ? (ClassLoss *)(void *)nn_module_alloc(type) : NULL;
    if (self == NULL)
        return NULL;
    self->ignore_index = args->ignore_index;
    self->reduction = reduction;
    self->label_smoothing = args->label_smoothing;
    register_weight(&self->base, "weight", args->weight);
    return layer_finished(&self->base);
}

Module *nn_cross_entropy_loss(const ClassLossArgs *args)
{
    return new_class_loss(&CrossEntropyLoss_type, args);
}

Module *nn_nll_loss(const ClassLossArgs *args)
{
    return new_class_loss(&NLLLoss_type, args);
}
