#include "nn/loss.h"

#include "autograd/ops/entropy_loss.h"
#include "autograd/ops/regression_loss.h"
#include "nn/layer.h"

/* All of them: what they compute is in their type, what they were given is here, and their weights are the
 * buffers. */
typedef struct Loss {
    Module base;
    const char *reduction;
    int64_t ignore_index;
    double label_smoothing;
    double beta; /* or delta */
    bool log_target;
} Loss;

static const Loss *self_of(const Module *module)
{
    return (const Loss *)module;
}

#define TYPE(Type)                                                                                           \
    static const ModuleType Type##_type = {                                                                  \
        .name = #Type, .size = sizeof(Loss), .n_inputs = 2, .forward = Type##_call};

static Loss *new_loss(const ModuleType *type, const char *reduction, bool batchmean)
{
    reduction = layer_reduction(type->name, reduction, batchmean);
    Loss *self = reduction != NULL ? (Loss *)(void *)nn_module_alloc(type) : NULL;
    if (self != NULL)
        self->reduction = reduction;
    return self;
}

static void register_weight(Loss *self, const char *name, Tensor *weight)
{
    if (weight != NULL)
        nn_register_buffer(&self->base, name, weight, true);
    else
        module_register_none(&self->base, true, name);
}

/* -- of classes -- */

static Tensor *CrossEntropyLoss_call(Module *module, TensorList inputs)
{
    const Loss *self = self_of(module);
    return (tensor_cross_entropy)(inputs.items[0], inputs.items[1], layer_buffer(module, 0),
                                  self->ignore_index, self->reduction, self->label_smoothing);
}

static Tensor *NLLLoss_call(Module *module, TensorList inputs)
{
    const Loss *self = self_of(module);
    return (tensor_nll_loss)(inputs.items[0], inputs.items[1], layer_buffer(module, 0), self->ignore_index,
                             self->reduction);
}

TYPE(CrossEntropyLoss)
TYPE(NLLLoss)

static Module *new_class_loss(const ModuleType *type, const TensorClassLossArgs *args)
{
    Loss *self = new_loss(type, args->reduction, false);
    if (self == NULL)
        return NULL;
    self->ignore_index = args->ignore_index;
    self->label_smoothing = args->label_smoothing;
    register_weight(self, "weight", args->weight);
    return layer_finished(&self->base);
}

Module *nn_cross_entropy_loss(const TensorClassLossArgs *args)
{
    return new_class_loss(&CrossEntropyLoss_type, args);
}

Module *nn_nll_loss(const TensorClassLossArgs *args)
{
    return new_class_loss(&NLLLoss_type, args);
}

/* -- of numbers that should be near others -- */

static Tensor *MSELoss_call(Module *module, TensorList inputs)
{
    return (tensor_mse_loss)(inputs.items[0], inputs.items[1], self_of(module)->reduction);
}

static Tensor *L1Loss_call(Module *module, TensorList inputs)
{
    return (tensor_l1_loss)(inputs.items[0], inputs.items[1], self_of(module)->reduction);
}

static Tensor *SmoothL1Loss_call(Module *module, TensorList inputs)
{
    return (tensor_smooth_l1_loss)(inputs.items[0], inputs.items[1], self_of(module)->reduction,
                                   self_of(module)->beta);
}

static Tensor *HuberLoss_call(Module *module, TensorList inputs)
{
    return (tensor_huber_loss)(inputs.items[0], inputs.items[1], self_of(module)->reduction,
                               self_of(module)->beta);
}

TYPE(MSELoss)
TYPE(L1Loss)
TYPE(SmoothL1Loss)
TYPE(HuberLoss)

static Module *new_regression_loss(const ModuleType *type, const char *reduction, double beta)
{
    Loss *self = new_loss(type, reduction, false);
    if (self == NULL)
        return NULL;
    self->beta = beta;
    return &self->base;
}

Module *nn_mse_loss(const MSELossArgs *args)
{
    return new_regression_loss(&MSELoss_type, args->reduction, 0);
}

Module *nn_l1_loss(const MSELossArgs *args)
{
    return new_regression_loss(&L1Loss_type, args->reduction, 0);
}

Module *nn_smooth_l1_loss(const SmoothL1LossArgs *args)
{
    return new_regression_loss(&SmoothL1Loss_type, args->reduction, args->beta);
}

Module *nn_huber_loss(const HuberLossArgs *args)
{
    return new_regression_loss(&HuberLoss_type, args->reduction, args->delta);
}

/* -- of probabilities -- */

static Tensor *BCELoss_call(Module *module, TensorList inputs)
{
    return (tensor_binary_cross_entropy)(inputs.items[0], inputs.items[1], layer_buffer(module, 0),
                                         self_of(module)->reduction);
}

static Tensor *BCEWithLogitsLoss_call(Module *module, TensorList inputs)
{
    return (tensor_binary_cross_entropy_with_logits)(inputs.items[0], inputs.items[1],
                                                     layer_buffer(module, 0), self_of(module)->reduction,
                                                     layer_buffer(module, 1));
}

static Tensor *KLDivLoss_call(Module *module, TensorList inputs)
{
    return (tensor_kl_div)(inputs.items[0], inputs.items[1], self_of(module)->reduction,
                           self_of(module)->log_target);
}

TYPE(BCELoss)
TYPE(BCEWithLogitsLoss)
TYPE(KLDivLoss)

Module *nn_bce_loss(const BCELossArgs *args)
{
    Loss *self = new_loss(&BCELoss_type, args->reduction, false);
    if (self == NULL)
        return NULL;
    register_weight(self, "weight", args->weight);
    return layer_finished(&self->base);
}

Module *nn_bce_with_logits_loss(const BCELossArgs *args)
{
    Loss *self = new_loss(&BCEWithLogitsLoss_type, args->reduction, false);
    if (self == NULL)
        return NULL;
    register_weight(self, "weight", args->weight);
    register_weight(self, "pos_weight", args->pos_weight);
    return layer_finished(&self->base);
}

Module *nn_kl_div_loss(const KLDivLossArgs *args)
{
    Loss *self = new_loss(&KLDivLoss_type, args->reduction, true);
    if (self == NULL)
        return NULL;
    self->log_target = args->log_target;
    return &self->base;
}
