/* Modules on another device, and of another dtype (module.to()). */
#ifndef TAPER_NN_CONVERT_H
#define TAPER_NN_CONVERT_H

#include "nn/module.h"

TAPER_BEGIN_DECLS

/* module.to(device), module.to(dtype): all parameters, their gradients and all buffers; of another dtype only
 * those that are floating point. The parameters and buffers stay the tensors they are (as x.data = y), so
 * that optimizers and fields of your own go on holding them. Where PyTorch stops half-way after an error,
 * nothing is changed. Both return the module; NULL after ERROR_DTYPE (a dtype that is not floating point),
 * ERROR_DEVICE, ERROR_MEMORY.
 *
 *     nn_to(model, cuda_device(0));
 *     nn_to(model, DTYPE_FLOAT64); */
TAPER_API Module *nn_to_device(Module *module, Device device);
TAPER_API Module *nn_to_dtype(Module *module, DType dtype);
#ifndef __cplusplus
#define nn_to(module, to) _Generic((to), Device : nn_to_device, default : nn_to_dtype)((module), (to))
#endif

/* module.cpu(), module.float(), module.double(). */
TAPER_API Module *nn_cpu(Module *module);
TAPER_API Module *nn_float(Module *module);
TAPER_API Module *nn_double(Module *module);

TAPER_END_DECLS

#endif
