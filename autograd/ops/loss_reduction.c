#include "autograd/ops/loss_reduction.h"

#include <string.h>

#include "autograd/ops/reduce.h"
#include "core/error.h"

int loss_reduction(const char *operation, const char *reduction)
{
    static const char *const names[] = {"none", "mean", "sum"};
    for (int i = 0; i < 3 && reduction != NULL; i++)
        if (strcmp(reduction, names[i]) == 0)
            return i;
    error_raise(ERROR_VALUE, operation, "%s is not a valid value for reduction",
                reduction ? reduction : "NULL");
    return -1;
}

Tensor *loss_reduce(Tensor *loss, int reduction)
{
    return reduction == LOSS_NONE ? loss : reduction == LOSS_MEAN ? tensor_mean(loss) : tensor_sum(loss);
}
