/* Steps of optimisers: one pass over all that a step touches, in PyTorch's order of arithmetic. The loops are
 * in optimizer_loops_body.h. */
#include <math.h>

#include "core/cpu/kernels.h"
#include "core/cpu/optimizer_loops.h"
#include "core/error.h"

static const OptimizerLoops *loops_for(const char *optimizer, const Tensor *param)
{
    const OptimizerLoops *loops = optimizer_loops(param->dtype);
    return loops != NULL ? loops
                         : error_raise(ERROR_DTYPE, optimizer, "parameters of dtype %s cannot be optimised",
                                       dtype_name(param->dtype));
}

bool cpu_sgd_step(Tensor *param, const Tensor *grad, Tensor *momentum_buffer, bool first, double lr,
                  double momentum, double dampening, double weight_decay, bool nesterov, bool maximize)
{
    const OptimizerLoops *loops = loops_for("sgd", param);
    if (loops == NULL)
        return false;
    SGDStep step = {
        momentum_buffer != NULL, first, nesterov, maximize, lr, momentum, dampening, weight_decay};
    const Tensor *tensors[] = {param, grad, momentum_buffer};
    walk_rows(tensors, momentum_buffer != NULL ? 3 : 2, loops->sgd_row, &step);
    return true;
}

bool cpu_adam_step(Tensor *param, const Tensor *grad, Tensor *exp_avg, Tensor *exp_avg_sq,
                   Tensor *max_exp_avg_sq, int64_t step, double lr, double beta1, double beta2, double eps,
                   double weight_decay, bool decoupled, bool maximize)
{
    const OptimizerLoops *loops = loops_for("adam", param);
    if (loops == NULL)
        return false;
    AdamStep context = {
        .amsgrad = max_exp_avg_sq != NULL,
        .decoupled = decoupled,
        .maximize = maximize,
        .lr = lr,
        .beta1 = beta1,
        .beta2 = beta2,
        .eps = eps,
        .weight_decay = weight_decay,
        .step_size = lr / (1 - pow(beta1, (double)step)),
        .correction2_sqrt = pow(1 - pow(beta2, (double)step), 0.5),
    };
    const Tensor *tensors[] = {param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq};
    walk_rows(tensors, max_exp_avg_sq != NULL ? 5 : 4, loops->adam_row, &context);
    return true;
}

bool cpu_rmsprop_step(Tensor *param, const Tensor *grad, Tensor *square_avg, Tensor *grad_avg,
                      Tensor *momentum_buffer, double lr, double alpha, double eps, double weight_decay,
                      double momentum, bool maximize)
{
    const OptimizerLoops *loops = loops_for("rmsprop", param);
    if (loops == NULL)
        return false;
    RMSpropStep step = {grad_avg != NULL, momentum_buffer != NULL, maximize, lr, alpha, eps, weight_decay,
                        momentum};
    const Tensor *tensors[5] = {param, grad, square_avg};
    int n = 3;
    if (grad_avg != NULL)
        tensors[n++] = grad_avg;
    if (momentum_buffer != NULL)
        tensors[n++] = momentum_buffer;
    walk_rows(tensors, n, loops->rmsprop_row, &step);
    return true;
}

bool cpu_adagrad_step(Tensor *param, const Tensor *grad, Tensor *sum, double rate, double eps,
                      double weight_decay, bool maximize)
{
    const OptimizerLoops *loops = loops_for("adagrad", param);
    if (loops == NULL)
        return false;
    AdagradStep step = {maximize, rate, eps, weight_decay};
    const Tensor *tensors[] = {param, grad, sum};
    walk_rows(tensors, 3, loops->adagrad_row, &step);
    return true;
}
