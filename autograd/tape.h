/* The tape: what every operation writes down so that backward can be computed later.
 *
 * An operation that takes part in a gradient leaves a TapeNode behind: which operation it was, where its
 * inputs came from, the tensors its derivative needs (with the version they had), and its other arguments.
 * The node hangs on the result (tensor_grad_fn). tensor_backward (autograd/autograd.h) walks the nodes from
 * the loss, newest first, and calls each one's backward, which reads what was saved and gives a gradient to
 * each input. Backward functions are written with differentiable operations, so with create_graph they are
 * recorded in turn.
 *
 *     static void mul_backward(TapeNode *node, Tensor *grad)
 *     {
 *         tape_give(node, 0, tensor_mul(grad, tape_saved(node, 1)));
 *         tape_give(node, 1, tensor_mul(grad, tape_saved(node, 0)));
 *     }
 *
 *     Tensor *(tensor_mul)(Tensor *a, Tensor *b)
 *     {
 *         Tensor *y = kernel_binary("mul", BINARY_MUL, NULL, a, b, false, 1);
 *         return tape_record(OP_MUL, y, INPUTS(a, b), SAVES(tape_saved_for(a, b), tape_saved_for(b, a)));
 *     }
 */
#ifndef TAPER_AUTOGRAD_TAPE_H
#define TAPER_AUTOGRAD_TAPE_H

#include "core/object.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

typedef struct TapeNode TapeNode;

/* One name for every row of the table (autograd/ops/table.def): OP_SIGMOID, OP_CONV2D, ... */
typedef enum OpId {
#define OP(ID, name, signature, backward, samples) OP_##ID,
#include "autograd/ops/table.def"
#undef OP
    OP_COUNT
} OpId;

/* Computes the gradients of a node's inputs from `grad`, that of its (first) output. */
typedef void (*BackwardFunction)(TapeNode *node, Tensor *grad);

#ifndef __cplusplus
#define INPUTS(...) TENSORS(__VA_ARGS__)
#define SAVES(...)  TENSORS(__VA_ARGS__)
#define NO_SAVES    ((TensorList){NULL, 0})
#endif

/* -- recording: called at the end of an operation's forward -- */

/* Writes an operation down if gradients are on and an input requires one (integer tensors never do), and
 * makes `y` require a gradient. NULL inputs and saves are allowed (optional arguments). Saves may be inputs,
 * `y` itself, or intermediate results without a gradient of their own. Returns y; passes NULL (a failed
 * forward) through. Where y is itself one of the inputs the operation was in place: see tape_check_inplace.
 */
TAPER_API Tensor *tape_record(OpId op, Tensor *y, TensorList inputs, TensorList saves);

/* The same with the operation's other arguments, which are copied (at most a few hundred bytes, no pointers
 * that could dangle) and read back with tape_args. */
TAPER_API Tensor *tape_record_args(OpId op, Tensor *y, TensorList inputs, TensorList saves, const void *args,
                                   size_t size);

/* y is a view of x (shares its storage): recorded like any operation, and remembered as a view, so that
 * in-place changes to either reach the other's history, as in PyTorch. */
TAPER_API Tensor *tape_record_view(OpId op, Tensor *y, Tensor *x, const void *args, size_t size);

/* Must be asked before an in-place operation writes to x: raises PyTorch's errors for a leaf that requires a
 * gradient, for a view of such a leaf, and in other forbidden cases. tape_record(op, x, INPUTS(x, ...), ...)
 * afterwards advances the version and rewrites x's history; without gradients tape_record still advances the
 * version, so in-place operations always end with tape_record. SAVES(x) then means the new value; for the old
 * one see tape_old_value. */
TAPER_API bool tape_check_inplace(Tensor *x, const char *operation);

/* The same for an operation that changes only x's shape and strides, not its elements. tape_take_view(x,
 * view) afterwards gives x those of `view`, what the operation returns where it is not in place, and its
 * history. It advances the version and returns x; a NULL view passes through. */
TAPER_API bool tape_check_inplace_view(Tensor *x, const char *operation);
TAPER_API Tensor *tape_take_view(Tensor *x, Tensor *view);

/* The value of x before an operation in place writes to it: a copy, if tape_wants(wanting), else NULL. False
 * after ERROR_MEMORY. */
TAPER_API bool tape_old_value(Tensor *x, TensorList wanting, Tensor **old);

/* True if recording (OP, inputs) would leave a node: operations use it to skip work done only for backward.
 */
TAPER_API bool tape_wants(TensorList inputs);

/* x, to be saved for the gradient of `other` alone: NULL if that needs none. */
TAPER_API Tensor *tape_saved_for(Tensor *x, Tensor *other);

/* -- inside a backward -- */

/* The i-th saved tensor (NULL if NULL was saved); ERROR_AUTOGRAD and NULL if it was changed in place since,
 * or if the graph was freed, ERROR_INDEX if so many were not saved. Valid until the innermost scope closes.
 */
TAPER_API Tensor *tape_saved(TapeNode *node, int i);

/* The arguments given to tape_record_args. */
TAPER_API const void *tape_args(const TapeNode *node);

/* Does input i need a gradient? To skip work. False if there are not so many inputs. */
TAPER_API bool tape_needs(const TapeNode *node, int i);

/* The shape and dtype that input i had; ERROR_INDEX if there are not so many inputs. */
TAPER_API Dims tape_input_dims(const TapeNode *node, int i);
TAPER_API DType tape_input_dtype(const TapeNode *node, int i);

/* Gives input i its gradient (NULL: none). A gradient larger than the input because of broadcasting is summed
 * back to the input's shape, one of another dtype converted: backward functions need not. ERROR_SHAPE for
 * another shape, in PyTorch's words, and ERROR_INDEX if there are not so many inputs. */
TAPER_API void tape_give(TapeNode *node, int i, Tensor *grad);

/* The name of a node, as PyTorch prints it: "MulBackward0". */
TAPER_API const char *tape_node_name(const TapeNode *node);

TAPER_END_DECLS

#endif
