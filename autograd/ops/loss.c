#include "autograd/ops/loss.h"

#include <string.h>

#include "autograd/ops/copy.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/reshape.h"
#include "autograd/ops/softmax.h"
#include "autograd/autograd.h"
#include "autograd/tape.h"

enum { REDUCTION_NONE, REDUCTION_MEAN, REDUCTION_SUM };

static int parse_reduction(const char *operation, const char *reduction)
{
    static const char *const names[] = {"none", "mean", "sum"};
    for (int i = 0; i < 3 && reduction != NULL; i++)
        if (strcmp(reduction, names[i]) == 0)
            return i;
    error_raise(ERROR_VALUE, operation, "%s is not a valid value for reduction",
                reduction ? reduction : "NULL");
    return -1;
}

/* -- nll_loss -- */

typedef struct NllArgs {
    int64_t ignore_index;
    int reduction;
} NllArgs;

/* [C] and a 0-d target are a batch of one. */
static bool check_nll(const Tensor *input, const Tensor *target, const Tensor *weight)
{
    char a[160], b[160];
    if (target->dtype != DTYPE_INT64)
        return error_raise(ERROR_DTYPE, "nll_loss", "expected scalar type Long but found %s",
                           dtype_scalar_name(target->dtype)) != NULL;
    bool fits = input->ndim == target->ndim + 1;
    if (fits && input->shape[0] != target->shape[0])
        return error_raise(ERROR_VALUE, "nll_loss",
                           "Expected input batch_size (%lld) to match target batch_size (%lld).",
                           (long long)input->shape[0], (long long)target->shape[0]) != NULL;
    for (int d = 1; fits && d < target->ndim; d++)
        fits = input->shape[d + 1] == target->shape[d];
    if (!fits)
        return error_raise(ERROR_SHAPE, "nll_loss", "size mismatch (got input: %s , target: %s)",
                           tensor_shape_string(input, a, sizeof a),
                           tensor_shape_string(target, b, sizeof b)) != NULL;
    return weight == NULL || (weight->ndim == 1 && weight->shape[0] == input->shape[1]) ||
           error_raise(ERROR_SHAPE, "nll_loss",
                       "weight tensor should be defined either for all %lld classes or no classes but got "
                       "weight tensor "
                       "of shape: %s",
                       (long long)input->shape[1], tensor_shape_string(weight, a, sizeof a)) != NULL;
}

/* The derivative reaches log_p[target] alone; it is linear in the gradient, so its own derivative is the same
 * gather, -weight[target] of whatever comes. */
static Tensor *nll_forward(Tensor *input, Tensor *target, Tensor *weight, NllArgs args,
                           Tensor **total_weight);

void nll_loss_grad_backward(TapeNode *node, Tensor *grad)
{
    const NllArgs *args = tape_args(node);
    Tensor *picked =
        nll_forward(grad, tape_saved(node, 0), tape_saved(node, 1), (NllArgs){args->ignore_index, 0}, NULL);
    if (picked == NULL)
        return;
    if (args->reduction == REDUCTION_MEAN)
        picked = tensor_mul(
            picked, kernel_unary("nll_loss", UNARY_RECIPROCAL, NULL, tape_saved(node, 2), true, 0, 0));
    tape_give(node, 0, args->reduction == REDUCTION_NONE ? picked : tensor_sum(picked));
}

static const AutogradFunction nll_loss_grad = {"NllLossBackward", nll_loss_grad_backward};

void nll_loss_backward(TapeNode *node, Tensor *grad)
{
    const NllArgs *args = tape_args(node);
    Tensor *target = tape_saved(node, 0), *weight = tape_saved(node, 1), *total = tape_saved(node, 2);
    const Kernels *kernels = kernels_for("nll_loss_backward", TENSORS(grad, target, weight));
    const Tensor *given = kernel_contiguous(grad);
    Tensor *grad_x =
        kernels != NULL && given != NULL && total != NULL
            ? tensor_new(tape_input_dims(node, 0), grad->dtype, tensor_device(grad), "nll_loss_backward")
            : NULL;
    if (grad_x == NULL || !kernels->nll_loss_backward(grad_x, given, target, weight, total, args->reduction,
                                                      args->ignore_index))
        return;
    tape_give(node, 0,
              autograd_record(&nll_loss_grad, grad_x, INPUTS(grad), SAVES(target, weight, total), args,
                              sizeof *args));
}

static Tensor *nll_forward(Tensor *input, Tensor *target, Tensor *weight, NllArgs args, Tensor **total_weight)
{
    if (input == NULL || target == NULL || !check_nll(input, target, weight))
        return NULL;
    const Kernels *kernels = kernels_for("nll_loss", TENSORS(input, target, weight));
    Tensor *log_p = (Tensor *)kernel_contiguous(input), *t = (Tensor *)kernel_contiguous(target);
    Tensor *w = (Tensor *)kernel_contiguous(kernel_cast(weight, input->dtype));
    if (kernels == NULL || log_p == NULL || t == NULL || (weight != NULL && w == NULL))
        return NULL;
    Device device = tensor_device(input);
    Dims shape = args.reduction == REDUCTION_NONE ? tensor_dims(target) : DIMS();
    Tensor *y = tensor_new(shape, input->dtype, device, "nll_loss");
    Tensor *total = tensor_new(DIMS(), input->dtype, device, "nll_loss");
    if (y == NULL || total == NULL ||
        !kernels->nll_loss(y, total, log_p, t, w, args.reduction, args.ignore_index))
        return NULL;
    if (total_weight != NULL)
        *total_weight = total;
    return tape_record_args(OP_NLL_LOSS, y, INPUTS(input), SAVES(t, w, total), &args, sizeof args);
}

Tensor *(tensor_nll_loss)(Tensor *input, Tensor *target, Tensor *weight, int64_t ignore_index,
                          const char *reduction)
{
    NllArgs args = {ignore_index, parse_reduction("nll_loss", reduction)};
    if (input == NULL || target == NULL || args.reduction < 0)
        return NULL;
    if (input->ndim == 1 && target->ndim == 0) {
        Tensor *loss =
            nll_forward(tensor_unsqueeze(input, 0), tensor_unsqueeze(target, 0), weight, args, NULL);
        return args.reduction == REDUCTION_NONE ? tensor_reshape(loss) : loss;
    }
    return nll_forward(input, target, weight, args, NULL);
}

Tensor *tensor_nll_loss_args(Tensor *input, Tensor *target, const ClassLossArgs *args)
{
    return (tensor_nll_loss)(input, target, args->weight, args->ignore_index, args->reduction);
}

/* -- cross_entropy: the negative log likelihood of log_softmax -- */

/* x times a weight for each class, dimension 1. */
static Tensor *weigh_classes(Tensor *x, Tensor *weight)
{
    if (weight == NULL)
        return x;
    int64_t shape[TENSOR_MAX_DIMS];
    for (int d = 0; d < x->ndim; d++)
        shape[d] = d == 1 ? weight->numel : 1;
    return tensor_mul(x, (tensor_reshape)(weight, (Dims){shape, x->ndim}));
}

static Tensor *minus_sum_over_classes(Tensor *x)
{
    return tensor_mul((tensor_sum)(x, DIMS(1), false, DTYPE_NONE), -1);
}

/* Targets are probabilities p: -sum of weight p' log_p, with p' = (1 - s) p + s / C. */
static Tensor *with_probabilities(Tensor *log_p, Tensor *target, Tensor *weight, int reduction,
                                  double smoothing)
{
    if (!tensor_same_shape(log_p, target))
        return error_raise(ERROR_SHAPE, "cross_entropy", "input and target shapes do not match");
    if (smoothing > 0)
        target = tensor_add(tensor_mul(target, 1 - smoothing), smoothing / (double)log_p->shape[1]);
    Tensor *loss = weigh_classes(tensor_mul(log_p, target), weight);
    if (loss == NULL || reduction == REDUCTION_NONE)
        return minus_sum_over_classes(loss);
    double count = (double)(log_p->numel / log_p->shape[1]);
    return tensor_mul(tensor_sum(loss), reduction == REDUCTION_MEAN ? -1 / count : -1.0);
}

/* (1 - s) nll + s / C times the loss of all classes alike. */
static Tensor *with_smoothing(Tensor *log_p, Tensor *target, Tensor *weight, NllArgs args, double smoothing)
{
    Tensor *total = NULL;
    Tensor *nll = nll_forward(log_p, target, weight, args, &total);
    Tensor *all = minus_sum_over_classes(weigh_classes(log_p, weight));
    if (nll == NULL || all == NULL)
        return NULL;
    all = tensor_mul(
        all, kernel_compare("cross_entropy", COMPARE_NE, target, tensor_number_int(args.ignore_index)));
    if (args.reduction != REDUCTION_NONE)
        all = tensor_sum(all);
    if (args.reduction == REDUCTION_MEAN)
        all = tensor_mul(all, kernel_unary("cross_entropy", UNARY_RECIPROCAL, NULL, total, true, 0, 0));
    return tensor_add(tensor_mul(nll, 1 - smoothing), tensor_mul(all, smoothing / (double)log_p->shape[1]));
}

Tensor *(tensor_cross_entropy)(Tensor *input, Tensor *target, Tensor *weight, int64_t ignore_index,
                               const char *reduction, double label_smoothing)
{
    NllArgs args = {ignore_index, parse_reduction("cross_entropy", reduction)};
    if (input == NULL || target == NULL || args.reduction < 0)
        return NULL;
    if (label_smoothing < 0 || label_smoothing > 1)
        return error_raise(ERROR_VALUE, "cross_entropy",
                           "label_smoothing must be between 0.0 and 1.0. Got: %g", label_smoothing);
    bool unbatched = input->ndim == 1, probabilities = dtype_is_floating_point(target->dtype);
    if (unbatched) {
        input = tensor_unsqueeze(input, 0);
        target = tensor_unsqueeze(target, 0);
    }
    Tensor *log_p = tensor_log_softmax(input, 1), *loss;
    if (log_p == NULL)
        return NULL;
    if (probabilities)
        loss = with_probabilities(log_p, target, weight, args.reduction, label_smoothing);
    else if (label_smoothing > 0)
        loss = check_nll(log_p, target, weight) ? with_smoothing(log_p, target, weight, args, label_smoothing)
                                                : NULL;
    else
        loss = nll_forward(log_p, target, weight, args, NULL);
    return unbatched && args.reduction == REDUCTION_NONE ? tensor_reshape(loss) : loss;
}

Tensor *tensor_cross_entropy_args(Tensor *input, Tensor *target, const ClassLossArgs *args)
{
    return (tensor_cross_entropy)(input, target, args->weight, args->ignore_index, args->reduction,
                                  args->label_smoothing);
}
