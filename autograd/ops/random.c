#include "autograd/ops/random.h"

#include "autograd/ops/kernel.h"
#include "autograd/tape.h"

/* What x was before is gone, and so is its gradient: all rows have the derivative of zero_. */

static const Kernels *kernels_to_fill(Tensor *self, const char *operation)
{
    return tape_check_inplace(self, operation) ? kernels_for(operation, TENSORS(self)) : NULL;
}

Tensor *(tensor_uniform_)(Tensor *self, double from, double to, Generator *generator)
{
    const Kernels *kernels = kernels_to_fill(self, "uniform_");
    if (kernels == NULL || !kernels->uniform(self, from, to, generator))
        return NULL;
    return tape_record(OP_UNIFORM_, self, INPUTS(self), NO_SAVES);
}

Tensor *(tensor_normal_)(Tensor *self, double mean, double std, Generator *generator)
{
    const Kernels *kernels = kernels_to_fill(self, "normal_");
    if (kernels == NULL || !kernels->normal(self, mean, std, generator))
        return NULL;
    return tape_record(OP_NORMAL_, self, INPUTS(self), NO_SAVES);
}

Tensor *(tensor_bernoulli_)(Tensor *self, double p, Generator *generator)
{
    const Kernels *kernels = kernels_to_fill(self, "bernoulli_");
    if (kernels == NULL || !kernels->bernoulli(self, p, generator))
        return NULL;
    return tape_record(OP_BERNOULLI_, self, INPUTS(self), NO_SAVES);
}

Tensor *(tensor_random_)(Tensor *self, int64_t from, int64_t to, Generator *generator)
{
    const int64_t range[2] = {from == TENSOR_NONE ? 0 : from, to};
    const Kernels *kernels = kernels_to_fill(self, "random_");
    if (kernels != NULL && to == TENSOR_NONE && range[0] != 0)
        return error_raise(ERROR_VALUE, "random_", "random_ takes 'from' together with 'to' only");
    if (kernels == NULL || !kernels->random(self, to == TENSOR_NONE ? NULL : range, generator))
        return NULL;
    return tape_record(OP_RANDOM_, self, INPUTS(self), NO_SAVES);
}
