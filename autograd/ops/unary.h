/* What functions of one number share, whether they are called mathematics or activations. Not installed. */
#ifndef TAPER_AUTOGRAD_OPS_UNARY_H
#define TAPER_AUTOGRAD_OPS_UNARY_H

#include "autograd/tape.h"
#include "core/backend.h"

/* What the derivative is computed from. */
typedef enum UnarySaves { UNARY_SAVES_NOTHING, UNARY_SAVES_INPUT, UNARY_SAVES_RESULT } UnarySaves;

typedef struct Unary {
    OpId op;
    UnaryOp kernel;
    UnarySaves saves;
    bool float_result; /* integers become floats */
    double a, b;       /* the kernel's parameters */
} Unary;

/* f(self), recorded; and the same in place: where the derivative needs the input, a copy of it is saved, as
 * in PyTorch. */
Tensor *unary_new(Tensor *self, const Unary *f);
Tensor *unary_in_place(Tensor *self, const Unary *f);

/* The bounds of clamp and hardtanh, of integers: one that lies beyond what dtype can hold becomes its least
 * or largest number; ERROR_VALUE if nothing lies within. */
bool unary_integer_bounds(const char *operation, DType dtype, double *low, double *high);

/* In a backward: the kernel's parameters as recorded. */
typedef struct UnaryArgs {
    double a, b;
} UnaryArgs;
UnaryArgs unary_args(const TapeNode *node);

/* In a backward: gives the input its gradient by one pass of the kernel of f'. False where the gradient must
 * itself be differentiable (create_graph): it is then to be computed by recorded operations. */
bool unary_give(TapeNode *node, Tensor *grad, UnaryOp kernel);

/* Zeros in the shape of grad: the derivative of functions with steps. */
Tensor *unary_zeros(Tensor *grad);
void steps_backward(TapeNode *node, Tensor *grad);

#endif
