/* Autograd: gradients of what was computed (torch.autograd). */
#ifndef TAPER_AUTOGRAD_AUTOGRAD_H
#define TAPER_AUTOGRAD_AUTOGRAD_H

#include "autograd/tape.h"
#include "core/keywords.h"

TAPER_BEGIN_DECLS

/* -- a tensor's gradient -- */

/* x.requires_grad: of a leaf what it was told, of a result whether an input required one. */
TAPER_API bool tensor_requires_grad(const Tensor *x);
/* x.requires_grad_(requires_grad): only floating point leaves (ERROR_AUTOGRAD otherwise). Returns x. */
TAPER_API Tensor *tensor_requires_grad_(Tensor *x, bool requires_grad);
/* x.is_leaf: not the result of a recorded operation. */
TAPER_API bool tensor_is_leaf(const Tensor *x);
/* x.grad: NULL while there is none; belongs to x. */
TAPER_API Tensor *tensor_grad(const Tensor *x);
/* x.grad = grad (NULL clears); shape, dtype and device must be x's: false after ERROR_SHAPE, ERROR_DTYPE or
 * ERROR_DEVICE. */
TAPER_API bool tensor_set_grad(Tensor *x, Tensor *grad);
/* x.grad_fn: the node that made x, NULL for leaves; belongs to x. */
TAPER_API TapeNode *tensor_grad_fn(Tensor *x);
/* x.retain_grad(): a non-leaf keeps its gradient too. ERROR_AUTOGRAD if x requires none. */
TAPER_API bool tensor_retain_grad(Tensor *x);
/* x.detach(): the same storage, no history. x.detach_() forgets in place; ERROR_AUTOGRAD for a view. */
TAPER_API Tensor *tensor_detach(Tensor *x);
TAPER_API Tensor *tensor_detach_(Tensor *x);

/* x.data = y: x takes over y's storage, shape, strides, dtype and device, and stays the tensor that it is: a
 * parameter in its module, with its requires_grad, grad and hooks. Later changes to y's elements show in x.
 * ERROR_AUTOGRAD if x requires a gradient and y is not floating point. */
TAPER_API bool tensor_set_data(Tensor *x, const Tensor *y);

/* -- computing gradients -- */

typedef struct BackwardArgs {
    int _;
    Tensor *gradient;  /* of the tensor itself; NULL: 1, for which it must be a single element */
    bool retain_graph; /* keep what was saved, to go backward again; create_graph implies it */
    bool create_graph; /* record the backward itself, for gradients of gradients */
} BackwardArgs;

/* x.backward(gradient, retain_graph, create_graph): adds d x / d leaf to the grad of every leaf that requires
 * one. False after ERROR_AUTOGRAD (nothing requires a gradient, a graph that is used up, a saved tensor
 * changed in place) or ERROR_SHAPE (of the gradient). args NULL: none given. tensor_backward(loss),
 * tensor_backward(y, gradient, .retain_graph = true). */
TAPER_API bool tensor_backward_args(Tensor *x, const BackwardArgs *args);

typedef struct GradArgs {
    int _;
    TensorList grad_outputs; /* one per output or none; NULL items: ones */
    bool retain_graph, create_graph, allow_unused;
} GradArgs;

/* torch.autograd.grad(outputs, inputs, ...): the gradients themselves, nothing accumulated. Items are NULL
 * for inputs that were not used, if allow_unused; otherwise that is ERROR_AUTOGRAD. items is NULL after an
 * error. args NULL: none given. */
TAPER_API TensorList autograd_grad_args(TensorList outputs, TensorList inputs, const GradArgs *args);

#ifndef __cplusplus
#define tensor_backward(x, ...) tensor_backward_args((x), &(BackwardArgs){._ = 0, __VA_ARGS__})
#define autograd_grad(outputs, inputs, ...)                                                                  \
    autograd_grad_args((outputs), (inputs), &(GradArgs){._ = 0, __VA_ARGS__})
#endif

/* -- modes, one per thread -- */

/* torch.is_grad_enabled / set_grad_enabled (returns the previous state). */
TAPER_API bool autograd_is_grad_enabled(void);
TAPER_API bool autograd_set_grad_enabled(bool enabled);
/* torch.inference_mode: as no_grad, and results, for which x.is_inference() is true, can never take part in
 * autograd later. Setting it returns the previous state. */
TAPER_API bool autograd_is_inference_mode(void);
TAPER_API bool autograd_set_inference_mode(bool enabled);
TAPER_API bool tensor_is_inference(const Tensor *x);

#ifndef __cplusplus
/* with torch.no_grad(): a block; the mode is restored however the block is left. Likewise
 * autograd_enable_grad and autograd_inference_mode. The block is a loop of one turn: `break` and `continue`
 * in it leave the block, not a loop around it. */
typedef struct AutogradMode {
    bool grad, inference;
    int once;
} AutogradMode;
TAPER_API AutogradMode autograd_mode_enter(bool grad, bool inference);
TAPER_API void autograd_mode_leave(AutogradMode *mode);
#define AUTOGRAD_MODE_(grad, inference) AUTOGRAD_MODE_NAMED_(TAPER_LINE_NAME(autograd_mode_), grad, inference)
#define AUTOGRAD_MODE_NAMED_(name, grad, inference)                                                          \
    for (AutogradMode name                                                                                   \
         __attribute__((cleanup(autograd_mode_leave))) = autograd_mode_enter((grad), (inference));           \
         name.once; name.once = 0)
#define autograd_no_grad        AUTOGRAD_MODE_(false, autograd_is_inference_mode())
#define autograd_enable_grad    AUTOGRAD_MODE_(true, autograd_is_inference_mode())
#define autograd_inference_mode AUTOGRAD_MODE_(false, true)
#endif

/* -- hooks -- */

/* x.register_hook(f): called with x's gradient when it has been computed; returns a new gradient or NULL to
 * keep it. The result is the hook's handle, for tensor_remove_hook (handle.remove(); false if there is no
 * such hook); 0 after ERROR_AUTOGRAD (x does not require a gradient) and ERROR_VALUE (NULL). */
typedef Tensor *(*TensorHook)(Tensor *grad, void *user);
TAPER_API int64_t tensor_register_hook(Tensor *x, TensorHook hook, void *user);
TAPER_API bool tensor_remove_hook(Tensor *x, int64_t handle);

/* -- operations of your own (torch.autograd.Function) --
 *
 *     static void cube_backward(TapeNode *node, Tensor *grad)
 *     {
 *         Tensor *x = tape_saved(node, 0);
 *         tape_give(node, 0, tensor_mul(grad, tensor_mul(3, tensor_square(x))));
 *     }
 *     static const AutogradFunction cube_function = {"Cube", cube_backward};
 *
 *     Tensor *cube(Tensor *x)
 *     {
 *         Tensor *y = NULL;
 *         autograd_no_grad {
 *             y = tensor_pow(x, 3);
 *         }
 *         return autograd_record(&cube_function, y, TENSORS(x), TENSORS(x), NULL, 0);
 *     }
 *
 * A backward that is made of tensor_ functions, as this one, can itself be differentiated. */

typedef struct AutogradFunction {
    const char *name; /* "MyReLU"; the node prints as MyReLUBackward */
    BackwardFunction
        backward; /* tape_saved, tape_args, tape_needs and tape_give work as in built-in operations */
} AutogradFunction;

/* Ends a forward written by the user: as tape_record_args, with the function (which must outlive the graph)
 * in the place of a row of the table. Compute `y` under autograd_no_grad, or it is recorded twice. NO_SAVES
 * for none; `args` NULL for none, else `size` bytes that are copied, for tape_args. ERROR_VALUE for a
 * function without a name or a backward. */
TAPER_API Tensor *autograd_record(const AutogradFunction *function, Tensor *y, TensorList inputs,
                                  TensorList saves, const void *args, size_t size);

/* -- checking derivatives (autograd/gradcheck.c) -- */

typedef struct GradcheckArgs {
    int _;
    double eps, atol, rtol; /* PyTorch's defaults: 1e-6, 1e-5, 1e-3 */
} GradcheckArgs;

/* A function of several tensors with one result; `user` is passed on. */
typedef Tensor *(*GradcheckFunction)(Tensor **inputs, void *user);

/* torch.autograd.gradcheck / gradgradcheck: compares the tape's gradients of every float64 input that
 * requires one with central differences. False after raising ERROR_VALUE that says which input and element
 * differ, for inputs of another dtype that require a gradient, where PyTorch warns and goes on, and for NULL
 * as the function. */
TAPER_API bool autograd_gradcheck_args(GradcheckFunction f, void *user, TensorList inputs,
                                       const GradcheckArgs *args);
TAPER_API bool autograd_gradgradcheck_args(GradcheckFunction f, void *user, TensorList inputs,
                                           const GradcheckArgs *args);
#ifndef __cplusplus
#define autograd_gradcheck(f, user, inputs, ...)                                                             \
    KEYWORDS(autograd_gradcheck_args(                                                                        \
        (f), (user), (inputs),                                                                               \
        &(GradcheckArgs){.eps = 1e-6, .atol = 1e-5, .rtol = 1e-3, ._ = 0, __VA_ARGS__}))
#define autograd_gradgradcheck(f, user, inputs, ...)                                                         \
    KEYWORDS(autograd_gradgradcheck_args(                                                                    \
        (f), (user), (inputs),                                                                               \
        &(GradcheckArgs){.eps = 1e-6, .atol = 1e-5, .rtol = 1e-3, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
