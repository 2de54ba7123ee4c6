#include "autograd/ops/logic.h"

#include "autograd/ops/kernel.h"
#include "autograd/tape.h"

Tensor *(tensor_logical_and)(Tensor *self, Tensor *other)
{
    return kernel_compare("logical_and", COMPARE_LOGICAL_AND, self, other);
}

Tensor *(tensor_logical_or)(Tensor *self, Tensor *other)
{
    return kernel_compare("logical_or", COMPARE_LOGICAL_OR, self, other);
}

Tensor *(tensor_logical_xor)(Tensor *self, Tensor *other)
{
    return kernel_compare("logical_xor", COMPARE_LOGICAL_XOR, self, other);
}

Tensor *tensor_logical_not(Tensor *self)
{
    return kernel_unary("logical_not", UNARY_LOGICAL_NOT, NULL, self, false, 0, 0);
}

#define BITWISE(ID, name)                                                                                    \
    Tensor *(tensor_bitwise_##name)(Tensor * self, Tensor * other)                                           \
    {                                                                                                        \
        return kernel_binary("bitwise_" #name, BINARY_BITWISE_##ID, NULL, self, other, false, 1);            \
    }                                                                                                        \
    Tensor *(tensor_bitwise_##name##_)(Tensor * self, Tensor * other)                                        \
    {                                                                                                        \
        const char *operation = "bitwise_" #name "_";                                                        \
        if (other == NULL || !tape_check_inplace(self, operation))                                           \
            return NULL;                                                                                     \
        Tensor *y = kernel_binary(operation, BINARY_BITWISE_##ID, self, self, other, false, 1);              \
        return tape_record(OP_BITWISE_##ID##_, y, INPUTS(self, other), NO_SAVES);                            \
    }
BITWISE(AND, and)
BITWISE(OR, or)
BITWISE(XOR, xor)

/* All bits turned: of a bool that is its opposite. */
Tensor *tensor_bitwise_not(Tensor *self)
{
    Tensor *ones =
        self != NULL && self->dtype == DTYPE_BOOL ? tensor_number_bool(true) : tensor_number_int(-1);
    if (self != NULL && dtype_is_floating_point(self->dtype))
        return error_raise(ERROR_UNSUPPORTED, "bitwise_not", "\"bitwise_not_cpu\" not implemented for '%s'",
                           dtype_scalar_name(self->dtype));
    return kernel_binary("bitwise_not", BINARY_BITWISE_XOR, NULL, self, ones, false, 1);
}
