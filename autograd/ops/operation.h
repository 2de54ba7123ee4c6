/* What a row of the table becomes: everything that is known of an operation, for tests, benchmarks and
 * bindings. */
#ifndef TAPER_AUTOGRAD_OPS_OPERATION_H
#define TAPER_AUTOGRAD_OPS_OPERATION_H

#include "autograd/tape.h"

TAPER_BEGIN_DECLS

typedef struct Operation {
    const char *name; /* "conv2d": tensor_conv2d in C, torch.conv2d or torch.nn.functional.conv2d in Python */
    const char *signature;     /* "(Tensor self, int dim) -> Tensor", in the language of PyTorch's
                                  native_functions.yaml */
    void (*function)(void);    /* tensor_NAME, to be cast to the signature's type */
    BackwardFunction backward; /* or one of the markers below */
    const char *samples;       /* sample calls, see table.def */
} Operation;

/* The row of an OpId, and how many there are: OP_COUNT. */
TAPER_API const Operation *operation(OpId id);
TAPER_API int operation_count(void);

/* In the place of a backward: built of other operations, which record themselves; or not differentiable,
 * which is recorded to raise "derivative for aten::floor_divide is not implemented" when a backward comes to
 * it. */
TAPER_API void backward_composite(TapeNode *node, Tensor *grad);
TAPER_API void backward_none(TapeNode *node, Tensor *grad);

TAPER_END_DECLS

#endif
