#include "nn/convert.h"

#include "autograd/autograd.h"
#include "autograd/ops/operations.h"
#include "core/error.h"
#include "core/scope.h"

/* What becomes of a tensor. */
typedef struct Conversion {
    Tensor *tensor, *converted;
} Conversion;

/* A tensor of integers keeps its dtype. */
static bool convert(Conversion *conversion, Tensor *tensor, const TensorToArgs *to)
{
    TensorToArgs args = *to;
    if (!tensor_is_floating_point(tensor))
        args.dtype = DTYPE_NONE;
    *conversion = (Conversion){tensor, tensor_to_args(tensor, &args)};
    return conversion->converted != NULL;
}

/* All are made before the first takes its place. */
static bool convert_all(TensorList parameters, TensorList buffers, const TensorToArgs *to)
{
    size_t room = 2 * (size_t)parameters.n + (size_t)buffers.n, n = 0;
    Conversion *all = scope_alloc(room * sizeof *all + 1);
    bool done = all != NULL;
    for (int64_t i = 0; i < parameters.n && done; i++) {
        Tensor *grad = tensor_grad(parameters.items[i]);
        done = convert(&all[n++], parameters.items[i], to) && (grad == NULL || convert(&all[n++], grad, to));
    }
    for (int64_t i = 0; i < buffers.n && done; i++)
        done = convert(&all[n++], buffers.items[i], to);
    for (size_t i = 0; i < n && done; i++)
        if (all[i].converted != all[i].tensor)
            done = tensor_set_data(all[i].tensor, all[i].converted);
    return done;
}

static Module *convert_module(Module *module, const TensorToArgs *to)
{
    if (module == NULL)
        return NULL;
    uint64_t errors = error_count();
    bool done = false;
    Scope scope = scope_open();
    TensorList parameters = nn_parameters(module), buffers = nn_buffers(module);
    if (error_count() == errors)
        autograd_no_grad done = convert_all(parameters, buffers, to);
    scope_close(scope);
    return done ? module : NULL;
}

Module *nn_to_device(Module *module, Device device)
{
    return convert_module(module, &(TensorToArgs){.device = device});
}

Module *nn_to_dtype(Module *module, DType dtype)
{
    if (!dtype_is_floating_point(dtype))
        return error_raise(ERROR_DTYPE, "to",
                           "nn.Module.to only accepts floating point or complex dtypes, but got desired "
                           "dtype=torch.%s",
                           dtype_name(dtype));
    return convert_module(module, &(TensorToArgs){.device = {-1, 0}, .dtype = dtype});
}

Module *nn_cpu(Module *module)
{
    return nn_to_device(module, cpu_device());
}

Module *nn_float(Module *module)
{
    return nn_to_dtype(module, DTYPE_FLOAT32);
}

Module *nn_double(Module *module)
{
    return nn_to_dtype(module, DTYPE_FLOAT64);
}
