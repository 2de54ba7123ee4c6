/* The table of operations as data: see autograd/ops/table.def. */
#include "autograd/ops/operation.h"

#include "autograd/ops/operations.h"
#include "core/error.h"

#define OP(ID, name, signature, backward, samples) void backward(TapeNode *node, Tensor *grad);
#include "autograd/ops/table.def"
#undef OP

#define OP(ID, name, signature, backward, samples)                                                           \
    [OP_##ID] = {#name, signature, (void (*)(void))(tensor_##name), backward, samples},
static const Operation operations[OP_COUNT] = {
#include "autograd/ops/table.def"
};
#undef OP

const Operation *operation(OpId id)
{
    return &operations[id];
}

int operation_count(void)
{
    return OP_COUNT;
}

void backward_composite(TapeNode *node, Tensor *grad)
{
    (void)grad;
    error_raise(ERROR_AUTOGRAD, tape_node_name(node), "an operation made of others was recorded itself");
}

void backward_none(TapeNode *node, Tensor *grad)
{
    (void)grad;
    const OpId *op = tape_args(node);
    error_raise(ERROR_AUTOGRAD, tape_node_name(node), "derivative for aten::%s is not implemented",
                operation(*op)->name);
}
