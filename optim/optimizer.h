/* Optimizer: changes parameters by their gradients (torch.optim.Optimizer).
 *
 *     Optimizer *optimizer = optim_SGD(nn_parameters(model), .lr = 0.001, .momentum = 0.9);
 *     optim_zero_grad(optimizer);
 *     tensor_backward(loss);
 *     optim_step(optimizer);
 *
 * Parameters come in groups, each with options of its own; the constructor makes the first one. A further one
 * has the constructor's options but for those that it names:
 *
 *     optim_add_param_group(optimizer, nn_parameters(head), {"lr", 0.01}, {"weight_decay", 0});
 *
 * Lifetime. An optimizer belongs, like a tensor, to the innermost scope of the thread that makes it, and
 * keeps its parameters; optim_keep and optim_release take a reference of your own and give it back. Functions
 * take NULL for an optimizer that could not be made, and do nothing.
 *
 * One of your own. Its options are a struct of doubles and bools; an OptimizerType says what they are called,
 * which tensors it remembers for each parameter, and how it steps:
 *
 *     typedef struct SignSGDArgs {
 *         char _;
 *         double lr, momentum;
 *     } SignSGDArgs;
 *
 *     static bool sign_sgd_prepare(const ParamGroup *group, Tensor *param, ParamState *state)
 *     {
 *         (void)group;
 *         return optim_state_zeros(state, 0, param) != NULL;
 *     }
 *
 *     static bool sign_sgd_step(const ParamGroup *group, Tensor *param, Tensor *grad, ParamState *state)
 *     {
 *         const SignSGDArgs *options = group->options;
 *         Tensor *buffer = tensor_add_(tensor_mul_(state->tensors[0], options->momentum), grad);
 *         return tensor_add_(param, tensor_mul(tensor_sign(buffer), -options->lr)) != NULL;
 *     }
 *
 *     static const OptimizerType sign_sgd_type = {
 *         .name = "SignSGD",
 *         .options = {OPTIM_NUMBER(SignSGDArgs, lr), OPTIM_NUMBER(SignSGDArgs, momentum)},
 *         .options_size = sizeof(SignSGDArgs),
 *         .states = {"momentum_buffer"},
 *         .prepare = sign_sgd_prepare,
 *         .step = sign_sgd_step,
 *     };
 *
 *     Optimizer *optimizer = optim_new(&sign_sgd_type, nn_parameters(model),
 *                                      &(SignSGDArgs){.lr = 0.01, .momentum = 0.9}); */
#ifndef TAPER_OPTIM_OPTIMIZER_H
#define TAPER_OPTIM_OPTIMIZER_H

#include "core/keywords.h"
#include "core/object.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

typedef struct Optimizer Optimizer;
typedef struct ParamGroup ParamGroup;

enum { OPTIM_MAX_OPTIONS = 16, OPTIM_MAX_STATES = 4 };

/* What is remembered of a parameter from step to step. */
typedef struct ParamState {
    Tensor *tensors[OPTIM_MAX_STATES]; /* in the order of the type's states; NULL: not there yet */
    int64_t step;                      /* how many steps were taken, this one included */
    bool fresh;                        /* set by prepare if it likes; false again after the step */
} ParamState;

/* A number in a struct: an option of an optimizer, a setting of a scheduler. */
typedef struct OptimField {
    const char *name; /* "lr"; NULL ends a list */
    size_t offset;
    enum { OPTIM_FIELD_DOUBLE, OPTIM_FIELD_BOOL, OPTIM_FIELD_INT64, OPTIM_FIELD_PERIOD } kind;
} OptimField;
#define OPTIM_NUMBER(Struct, field)                                                                          \
    {                                                                                                        \
#field, offsetof(Struct, field), OPTIM_FIELD_DOUBLE                                                  \
    }
#define OPTIM_FLAG(Struct, field)                                                                            \
    {                                                                                                        \
#field, offsetof(Struct, field), OPTIM_FIELD_BOOL                                                    \
    }
#define OPTIM_INTEGER(Struct, field)                                                                         \
    {                                                                                                        \
#field, offsetof(Struct, field), OPTIM_FIELD_INT64                                                   \
    }
/* An int64_t by which epochs are divided: no file may make it less than 1. */
#define OPTIM_PERIOD(Struct, field)                                                                          \
    {                                                                                                        \
#field, offsetof(Struct, field), OPTIM_FIELD_PERIOD                                                  \
    }

typedef struct OptimizerType {
    const char *name;                          /* "SGD" */
    OptimField options[OPTIM_MAX_OPTIONS + 1]; /* "lr" must be among them */
    size_t options_size;                       /* of their struct */
    const char *states[OPTIM_MAX_STATES];      /* "momentum_buffer": the names in the state_dict */
    bool has_step;                             /* the state_dict has "step" */
    /* Makes the state that a step of this parameter needs and that is not there yet; called for all
     * parameters before the first of them is changed. False after raising an error. NULL: there is none. */
    bool (*prepare)(const ParamGroup *group, Tensor *param, ParamState *state);
    /* Changes the parameter. Gradients are off; the temporaries' scope is the step's. False after an error.
     */
    bool (*step)(const ParamGroup *group, Tensor *param, Tensor *grad, ParamState *state);
} OptimizerType;

/* Parameters with their options. */
struct ParamGroup {
    const OptimizerType *type;
    Tensor **params;
    ParamState *states; /* one for each */
    int64_t n;
    void *options;     /* a SGDArgs, AdamArgs, ... */
    double initial_lr; /* what schedulers start from; NaN while there is none */
};

struct Optimizer {
    Object base;
    const OptimizerType *type;
    void *defaults;      /* the constructor's options */
    ParamGroup **groups; /* optimizer.param_groups */
    int64_t n_groups;
};

/* An optimizer of this type for the parameters, with a copy of the options. The named constructors
 * (optim_SGD, optim_Adam, ...) call it. ERROR_VALUE in PyTorch's words for an empty list, a tensor that is
 * not a leaf, or one that is there twice. NULL without an error of its own where the list came from an error.
 */
TAPER_API Optimizer *optim_new(const OptimizerType *type, TensorList params, const void *options);

TAPER_API Optimizer *optim_keep(Optimizer *optimizer);
TAPER_API void optim_release(Optimizer *optimizer);

/* optimizer.zero_grad(set_to_none=True): the gradients of all parameters are gone, or zero. */
TAPER_API bool optim_zero_grad(Optimizer *optimizer, bool set_to_none);

/* optimizer.step(): one step of every parameter that has a gradient. False after an error. */
TAPER_API bool optim_step(Optimizer *optimizer);

/* -- groups and their options -- */

typedef struct OptionValue {
    const char *name;
    double value;
} OptionValue;

/* optimizer.add_param_group({"params": params, name: value, ...}): returns the new group, which belongs to
 * the optimizer. Errors as in optim_new; ERROR_VALUE for parameters of another group ("some parameters appear
 * in more than one parameter group") and ERROR_KEY for an option that the optimizer has not; the optimizer is
 * as before then. */
TAPER_API ParamGroup *optim_add_param_group(Optimizer *optimizer, TensorList params,
                                            const OptionValue *values, int64_t n_values);

/* group["lr"] for any option, a bool as 0 or 1; those that are a pair in PyTorch are "betas.0" and "betas.1".
 * ERROR_KEY (NaN or false) if there is none of that name. */
TAPER_API double optim_get_option(const ParamGroup *group, const char *name);
TAPER_API bool optim_set_option(ParamGroup *group, const char *name, double value);
TAPER_API bool optim_has_option(const ParamGroup *group, const char *name);

/* The learning rate: of the first group; of all groups. */
TAPER_API double optim_get_lr(const Optimizer *optimizer);
TAPER_API bool optim_set_lr(Optimizer *optimizer, double lr);

#ifndef __cplusplus
typedef struct ZeroGradArgs {
    char _;
    bool set_to_none;
} ZeroGradArgs;
static inline bool optim_zero_grad_args(Optimizer *optimizer, const ZeroGradArgs *args)
{
    return optim_zero_grad(optimizer, args->set_to_none);
}
#define optim_zero_grad(optimizer, ...)                                                                      \
    KEYWORDS(                                                                                                \
        optim_zero_grad_args((optimizer), &(const ZeroGradArgs){.set_to_none = true, ._ = 0, __VA_ARGS__}))
#define optim_add_param_group(optimizer, params, ...)                                                        \
    (optim_add_param_group)(                                                                                 \
        (optimizer), (params), (const OptionValue[]){{NULL, 0}, __VA_ARGS__} + 1,                            \
        (int64_t)(sizeof((const OptionValue[]){{NULL, 0}, __VA_ARGS__}) / sizeof(OptionValue)) - 1)
#endif

/* -- for steps of your own -- */

/* State tensor i of a parameter; if it is not there, zeros of the parameter's shape, dtype and layout are
 * made of it first. NULL after an error. */
TAPER_API Tensor *optim_state_zeros(ParamState *state, int i, Tensor *param);

TAPER_END_DECLS

#endif
