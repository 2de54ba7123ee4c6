/* Module: what networks are made of (torch.nn.Module).
 *
 * A module is a struct that begins with `Module base`; its other fields are its children, parameters, buffers
 * and settings. NN_FORWARD writes what it computes, a constructor of the user's makes it:
 *
 *     typedef struct Scaled {
 *         Module base;
 *         Module *linear;
 *         Tensor *scale;
 *     } Scaled;
 *
 *     NN_FORWARD(Scaled, self, x)
 *     {
 *         return tensor_mul(nn_forward(self->linear, x), self->scale);
 *     }
 *
 *     Module *Scaled_new(int64_t features)
 *     {
 *         Scaled *self = nn_new(Scaled);
 *         nn_child(self, linear, nn_Linear(features, features));
 *         nn_parameter(self, scale, tensor_ones(DIMS(features)));
 *         return &self->base;
 *     }
 *
 * Children, parameters and buffers are known by the names of their fields, so that keys are PyTorch's
 * ("linear.weight", "scale").
 *
 * A forward has one result. What has several in Python is a function beside it that calls the parts, and
 * returns a struct; nn_forward then gives the one that other modules are to have:
 *
 *     typedef struct VAEOutput {
 *         Tensor *x, *mu, *logvar;
 *     } VAEOutput;
 *     static VAEOutput vae_run(VAE *self, Tensor *x) { ... }
 *     NN_FORWARD(VAE, self, x)
 *     {
 *         return vae_run(self, x).x;
 *     }
 *
 * Lifetime. A new module belongs, like a tensor, to the innermost scope of the thread that makes it; a module
 * keeps its children, parameters and buffers. nn_keep and nn_release take a reference of your own and give it
 * back. What a forward makes is gone when it returns, but for its result, which belongs to the scope of the
 * call.
 *
 * Errors. An error inside a forward carries the path of the module that was running: "(in layer2.0.fc
 * (Linear))"; a ModuleList that it is in belongs to the path. Where a part of a module could not be made, and
 * the program's handler let it go on, the module is incomplete: it can be released, and a forward of it is
 * ERROR_VALUE. */
#ifndef TAPER_NN_MODULE_H
#define TAPER_NN_MODULE_H

#include <stdio.h>

#include "core/object.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

typedef struct Module Module;

/* What a kind of module is. NN_FORWARD makes one with a name, a size and a forward; one that says more is
 * written out, `static const ModuleType Scaled_type = {...}`, before nn_new(Scaled). */
typedef struct ModuleType {
    const char *name; /* "Conv2d" */
    size_t size;      /* of the struct that begins with a Module */
    int n_inputs;     /* how many tensors forward takes; -1: any number */
    Tensor *(*forward)(Module *self, TensorList inputs);
    /* Writes what stands between the parentheses when the module is printed (extra_repr). NULL: nothing. */
    void (*extra_repr)(const Module *self, FILE *out);
    /* The multiply-adds of a call, for nn_summary. NULL: none worth counting. */
    int64_t (*multiply_adds)(const Module *self, TensorList inputs, const Tensor *output);
    /* Printed as ModuleList is: "(0-2): 3 x ReLU()" for children in a row that look alike. */
    bool groups_children;
    /* Frees what the fields hold beyond children, parameters and buffers. NULL: there is nothing. */
    void (*destroy)(Module *self);
} ModuleType;

/* A child, parameter or buffer of a module, in the order of registration. */
typedef struct ModuleEntry {
    char *name;
    void *item;      /* Module * or Tensor *; NULL where PyTorch has None (a bias that is switched off) */
    bool persistent; /* of a buffer: is it part of the state_dict? */
} ModuleEntry;

typedef struct ModuleEntries {
    ModuleEntry *items;
    int64_t n;
} ModuleEntries;

struct Module {
    Object base;
    const ModuleType *type;
    bool training;   /* module.training: true at first */
    bool incomplete; /* a part of it could not be made */
    char *name;      /* in the module that it was registered in last; "" at first */
    Module *list;    /* that module, not kept, if it has no forward (a ModuleList); NULL otherwise */
    ModuleEntries children, parameters, buffers;
    struct ModuleHooks *hooks; /* nn/hooks.c; NULL while there are none */
};

/* -- making one -- */

/* Zeroed memory for a module of that type, in training mode. NULL after ERROR_MEMORY, and ERROR_VALUE for a
 * type without a name. */
TAPER_API Module *nn_module_alloc(const ModuleType *type);
/* module.register_module(name, child), register_parameter and register_buffer: each returns what it was
 * given. One of that name which is there already is replaced, in its place. Parameters require a gradient
 * from here on if they are floating point; a buffer moves with the module and is saved, if persistent, but
 * not trained. NULL tensors are registered as PyTorch's None. ERROR_KEY for a name that is empty, has a dot,
 * a bracket or an arrow in it, or belongs to another kind of part; ERROR_VALUE for a NULL child or name;
 * ERROR_AUTOGRAD for a parameter that is the result of an operation. The module is incomplete then. */
TAPER_API Module *nn_register_module(Module *module, const char *name, Module *child);
TAPER_API Tensor *nn_register_parameter(Module *module, const char *name, Tensor *tensor);
TAPER_API Tensor *nn_register_buffer(Module *module, const char *name, Tensor *tensor, bool persistent);

#ifndef __cplusplus
/* A new module of a type that NN_FORWARD (or a ModuleType called Type_type) describes: a Type *. */
#define nn_new(Type) ((Type *)(void *)nn_module_alloc(&Type##_type))

/* self.field = child, parameter or buffer: sets the field and registers it by its name. What is there already
 * is replaced: nn_child(net, fc, nn_Linear(8, 2)). `field` is the name of a field, not an element of an
 * array, all of which would be called "fc[i]": those are an nn_ModuleList (nn/sequential.h). A child that
 * Python sets to None is left out: the field is NULL as it was. */
#define nn_child(self, field, child)                                                                         \
    ((self) != NULL ? (void)((self)->field = nn_register_module(&(self)->base, #field, (child))) : (void)0)
#define nn_parameter(self, field, tensor)                                                                    \
    ((self) != NULL ? (void)((self)->field = nn_register_parameter(&(self)->base, #field, (tensor)))         \
                    : (void)0)
#define nn_buffer(self, field, tensor)                                                                       \
    ((self) != NULL ? (void)((self)->field = nn_register_buffer(&(self)->base, #field, (tensor), true))      \
                    : (void)0)

/* NN_FORWARD(Type, self, x) { ... }: the body of Type's forward, with `Type *self` and up to four tensors.
 * What it returns outlives it; everything else that it makes does not. */
#define NN_FORWARD(Type, self, ...)                                                                          \
    NN_FORWARD_(Type, self, NN_COUNT_(__VA_ARGS__, 4, 3, 2, 1, 0), __VA_ARGS__)
#define NN_COUNT_(a, b, c, d, count, ...)   count
#define NN_FORWARD_(Type, self, count, ...) NN_FORWARD_N_(Type, self, count, __VA_ARGS__)
#define NN_FORWARD_N_(Type, self, count, ...)                                                                \
    static Tensor *Type##_forward(Type *self, NN_TENSORS_##count##_(__VA_ARGS__));                           \
    static Tensor *Type##_call_(Module *module, TensorList inputs)                                           \
    {                                                                                                        \
        return Type##_forward((Type *)(void *)module, NN_ITEMS_##count##_);                                  \
    }                                                                                                        \
    static const ModuleType Type##_type = {                                                                  \
        .name = #Type, .size = sizeof(Type), .n_inputs = count, .forward = Type##_call_};                    \
    static Tensor *Type##_forward(Type *self, NN_TENSORS_##count##_(__VA_ARGS__))
#define NN_TENSORS_1_(a)          Tensor *a
#define NN_TENSORS_2_(a, b)       Tensor *a, Tensor *b
#define NN_TENSORS_3_(a, b, c)    Tensor *a, Tensor *b, Tensor *c
#define NN_TENSORS_4_(a, b, c, d) Tensor *a, Tensor *b, Tensor *c, Tensor *d
#define NN_ITEMS_1_               inputs.items[0]
#define NN_ITEMS_2_               NN_ITEMS_1_, inputs.items[1]
#define NN_ITEMS_3_               NN_ITEMS_2_, inputs.items[2]
#define NN_ITEMS_4_               NN_ITEMS_3_, inputs.items[3]
#endif

/* A reference of your own, and back. Both take NULL. */
TAPER_API Module *nn_keep(Module *module);
TAPER_API void nn_release(Module *module);

/* -- calling one -- */

/* module(inputs): forward with its hooks, in a scope and with an error frame of its own. NULL inputs give
 * NULL. ERROR_VALUE for a number of inputs that forward does not take, for an incomplete module and for NULL;
 * ERROR_UNSUPPORTED for a module without a forward (ModuleList). */
TAPER_API Tensor *nn_call(Module *module, TensorList inputs);
#ifndef __cplusplus
/* module(x), module(x, y), ... */
#define nn_forward(module, ...) nn_call((module), TENSORS(__VA_ARGS__))
#endif

/* -- what is in it -- */

/* Parts with their names. The arrays and the names belong to the innermost scope, the parts to the module. */
typedef struct NamedTensors {
    const char **names;
    Tensor **tensors;
    int64_t n;
} NamedTensors;

typedef struct NamedModules {
    const char **names;
    Module **modules;
    int64_t n;
} NamedModules;

/* module.parameters() and buffers(): those of the module and of all in it, in PyTorch's order, each once. The
 * named forms have "layer1.0.conv1.weight". */
TAPER_API TensorList nn_parameters(const Module *module);
TAPER_API TensorList nn_buffers(const Module *module);
TAPER_API NamedTensors nn_named_parameters(const Module *module);
TAPER_API NamedTensors nn_named_buffers(const Module *module);

/* module.named_children(): the direct children; module.named_modules(): the module itself (""), and all below
 * it, each once. */
TAPER_API NamedModules nn_named_children(const Module *module);
TAPER_API NamedModules nn_named_modules(Module *module);

/* module.get_submodule("layer1.0"), get_parameter("fc.weight"), get_buffer("bn1.running_mean"): ERROR_KEY in
 * PyTorch's words if there is none, ERROR_VALUE for NULL. They belong to the module. */
TAPER_API Module *nn_get_submodule(Module *module, const char *target);
TAPER_API Tensor *nn_get_parameter(Module *module, const char *target);
TAPER_API Tensor *nn_get_buffer(Module *module, const char *target);

/* The number of elements of all parameters; trainable: of those that require a gradient. */
TAPER_API int64_t nn_count_parameters(const Module *module, bool trainable);

/* module.weight and module.bias, of any module with a parameter of that name: NULL, without an error, where
 * there is none or it is PyTorch's None (.bias = false). They belong to the module. */
TAPER_API Tensor *nn_weight(const Module *module);
TAPER_API Tensor *nn_bias(const Module *module);

/* The name of its type: "Conv2d". "" for NULL. isinstance(module, nn.Conv2d): nn_isinstance(module,
 * "Conv2d"); ERROR_VALUE for NULL as the type. */
TAPER_API const char *nn_type_name(const Module *module);
TAPER_API bool nn_isinstance(const Module *module, const char *type);

/* -- the whole of it -- */

/* module.train() and module.eval(), of the module and of all in it; both return it. */
TAPER_API Module *nn_train(Module *module);
TAPER_API Module *nn_eval(Module *module);
TAPER_API bool nn_is_training(const Module *module);

/* module.zero_grad(): the parameters' gradients are gone (set_to_none=True). */
TAPER_API void nn_zero_grad(Module *module);

/* module.requires_grad_(requires_grad): of all parameters. NULL after an error: ERROR_AUTOGRAD at the first
 * parameter of integers, if true. */
TAPER_API Module *nn_requires_grad_(Module *module, bool requires_grad);

/* module.apply(f): calls f for every module in it, children first, then itself; `user` is passed on. Returns
 * the module; NULL after ERROR_VALUE for NULL as f.
 *
 *     static void init_weights(Module *m, void *user)
 *     {
 *         (void)user;
 *         if (nn_isinstance(m, "Linear"))
 *             nn_init_xavier_uniform_(nn_weight(m));
 *     }
 *     nn_apply(model, init_weights, NULL); */
TAPER_API Module *nn_apply(Module *module, void (*f)(Module *module, void *user), void *user);

TAPER_END_DECLS

#endif
