#include "optim/state_key.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/tensor_struct.h"

const char *state_key(char *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(text, STATE_KEY_SIZE, format, args);
    va_end(args);
    return text;
}

bool state_dict_set_numbers(StateDict *dict, const char *name, DType dtype, Dims shape, const double *values)
{
    Tensor *x = tensor_new(shape, dtype, cpu_device(), "state_dict");
    for (int64_t i = 0; x != NULL && i < tensor_numel(x); i++)
        scalar_write(dtype, (char *)tensor_address(x) + (size_t)i * dtype_size(dtype),
                     scalar_float(values[i]));
    return x != NULL && state_dict_set(dict, name, x);
}

StateDict *state_dict_return(Scope scope, StateDict *dict)
{
    object_retain(dict);
    scope_close(scope);
    return scope_own(dict);
}
