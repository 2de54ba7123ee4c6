#include "autograd/ops/loss.h"

#include "autograd/ops/kernel.h"
#include "autograd/ops/loss_reduction.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/reshape.h"
#include "autograd/ops/softmax.h"
#include "autograd/autograd.h"
#include "autograd/tape.h"

/* -- nll_loss -- */

typedef struct NllArgs {
    int64_t ignore_index;
    int reduction;
} NllArgs;

static long long batch_size(const Tensor *x)
{
    return x->ndim > 0 ? (long long)x->shape[0] : 0;
}

/* input is [N, C, d1, ...] or [C], target [N, d1, ...], or [1] or 0-d beside [C]. */
static bool check_sizes(const Tensor *input, const Tensor *target)
{
    char a[160], b[160];
    if (input->ndim < 1)
        return error_raise(ERROR_VALUE, "nll_loss", "Expected 1 or more dimensions (got 0)") != NULL;
    if (input->ndim > 1 && batch_size(input) != batch_size(target))
        return error_raise(ERROR_VALUE, "nll_loss",
                           "Expected input batch_size (%lld) to match target batch_size (%lld).",
                           batch_size(input), batch_size(target)) != NULL;
    if (input->ndim <= 2 && target->ndim > 1)
        return error_raise(ERROR_SHAPE, "nll_loss",
                           "0D or 1D target tensor expected, multi-target not supported") != NULL;
    if (input->ndim == 1 && target->numel != 1)
        return error_raise(ERROR_VALUE, "nll_loss",
                           "For 1D input, 1D target must have size 1, but got target size: %lld",
                           (long long)target->numel) != NULL;
    int64_t expected[TENSOR_MAX_DIMS], n = 0;
    bool fits = input->ndim <= 2 || target->ndim == input->ndim - 1;
    for (int d = 0; d < input->ndim; d++)
        if (d != 1)
            expected[n++] = input->shape[d];
    for (int d = 1; d < n && fits; d++)
        fits = target->shape[d] == expected[d];
    return fits || error_raise(ERROR_SHAPE, "nll_loss", "Expected target size %s, got %s",
                               dims_string((Dims){n, expected}, a, sizeof a),
                               tensor_shape_string(target, b, sizeof b)) != NULL;
}

static bool check_weight(const char *prefix, const Tensor *weight, int64_t classes)
{
    char shape[160];
    return weight == NULL || (weight->ndim == 1 && weight->shape[0] == classes) ||
           error_raise(ERROR_SHAPE, "nll_loss",
                       "%sweight tensor should be defined either for all %lld classes or no classes but got "
                       "weight tensor of shape: %s",
                       prefix, (long long)classes, tensor_shape_string(weight, shape, sizeof shape)) != NULL;
}

static bool check_nll(const Tensor *input, const Tensor *target, const Tensor *weight)
{
    if (!check_sizes(input, target) || !check_weight("", weight, input->shape[input->ndim > 1]))
        return false;
    if (target->dtype != DTYPE_INT64 && target->dtype != DTYPE_UINT8)
        return error_raise(ERROR_DTYPE, "nll_loss", "expected target dtype to be Long or Byte, but got %s",
                           dtype_scalar_name(target->dtype)) != NULL;
    return weight == NULL || weight->dtype == input->dtype ||
           error_raise(ERROR_DTYPE, "nll_loss", "expected scalar type %s but found %s",
                       dtype_scalar_name(input->dtype), dtype_scalar_name(weight->dtype)) != NULL;
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
    if (args->reduction == LOSS_MEAN)
        picked = tensor_mul(
            picked, kernel_unary("nll_loss", UNARY_RECIPROCAL, NULL, tape_saved(node, 2), true, 0, 0));
    tape_give(node, 0, args->reduction == LOSS_NONE ? picked : tensor_sum(picked));
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

/* input, target and weight have been checked; input has a batch. */
static Tensor *nll_forward(Tensor *input, Tensor *target, Tensor *weight, NllArgs args, Tensor **total_weight)
{
    if (input == NULL || target == NULL)
        return NULL;
    const Kernels *kernels = kernels_for("nll_loss", TENSORS(input, target, weight));
    Tensor *log_p = (Tensor *)kernel_contiguous(input);
    Tensor *t = (Tensor *)kernel_contiguous(kernel_cast(target, DTYPE_INT64));
    Tensor *w = (Tensor *)kernel_contiguous(weight);
    if (kernels == NULL || log_p == NULL || t == NULL || (weight != NULL && w == NULL))
        return NULL;
    Device device = tensor_device(input);
    Dims shape = args.reduction == LOSS_NONE ? tensor_dims(target) : DIMS();
    Tensor *y = tensor_new(shape, input->dtype, device, "nll_loss");
    Tensor *total = tensor_new(DIMS(), input->dtype, device, "nll_loss");
    if (y == NULL || total == NULL ||
        !kernels->nll_loss(y, total, log_p, t, w, args.reduction, args.ignore_index))
        return NULL;
    if (total_weight != NULL)
        *total_weight = total;
    return tape_record_args(OP_NLL_LOSS, y, INPUTS(input), SAVES(t, w, total), &args, sizeof args);
}

/* [C] is a batch of one. */
static Tensor *with_batch(Tensor *input)
{
    return input->ndim == 1 ? tensor_unsqueeze(input, 0) : input;
}

static Tensor *target_with_batch(const Tensor *input, Tensor *target)
{
    return input->ndim == 1 ? tensor_reshape(target, 1) : target;
}

static Tensor *without_batch(const Tensor *input, Tensor *loss, int reduction)
{
    return input->ndim == 1 && reduction == LOSS_NONE ? tensor_reshape(loss) : loss;
}

Tensor *(tensor_nll_loss)(Tensor *input, Tensor *target, Tensor *weight, int64_t ignore_index,
                          const char *reduction)
{
    NllArgs args = {ignore_index, loss_reduction("nll_loss", reduction)};
    if (input == NULL || target == NULL || args.reduction < 0 || !check_nll(input, target, weight))
        return NULL;
    Tensor *loss = nll_forward(with_batch(input), target_with_batch(input, target), weight, args, NULL);
    return without_batch(input, loss, args.reduction);
}

Tensor *tensor_nll_loss_args(Tensor *input, Tensor *target, const TensorClassLossArgs *args)
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
    return tensor_mul(x, (tensor_reshape)(weight, (Dims){x->ndim, shape}));
}

static Tensor *minus_sum_over_classes(Tensor *x)
{
    return tensor_mul((tensor_sum)(x, DIMS(1), false, DTYPE_NONE), -1);
}

/* Targets are probabilities p: -sum of weight p' log_p, with p' = (1 - s) p + s / C. */
static Tensor *with_probabilities(Tensor *log_p, Tensor *target, Tensor *weight, int reduction,
                                  double smoothing)
{
    if (smoothing > 0)
        target = tensor_add(tensor_mul(target, 1 - smoothing), smoothing / (double)log_p->shape[1]);
    Tensor *loss = weigh_classes(tensor_mul(log_p, target), weight);
    if (loss == NULL || reduction == LOSS_NONE)
        return minus_sum_over_classes(loss);
    double count = 1;
    for (int d = 0; d < log_p->ndim; d++)
        count *= d == 1 ? 1 : (double)log_p->shape[d];
    return tensor_mul(tensor_sum(loss), reduction == LOSS_MEAN ? -1 / count : -1.0);
}

static bool check_probabilities(const Tensor *input, const Tensor *target, const Tensor *weight,
                                int64_t ignore_index)
{
    if (!dtype_is_floating_point(target->dtype))
        return error_raise(ERROR_DTYPE, "cross_entropy",
                           "Expected floating point type for target with class probabilities, got %s",
                           dtype_scalar_name(target->dtype)) != NULL;
    if (ignore_index >= 0)
        return error_raise(ERROR_VALUE, "cross_entropy",
                           "ignore_index is not supported for floating point target") != NULL;
    return check_weight("cross_entropy: ", weight, input->shape[input->ndim > 1]);
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
    if (args.reduction != LOSS_NONE)
        all = tensor_sum(all);
    if (args.reduction == LOSS_MEAN)
        all = tensor_mul(all, kernel_unary("cross_entropy", UNARY_RECIPROCAL, NULL, total, true, 0, 0));
    return tensor_add(tensor_mul(nll, 1 - smoothing), tensor_mul(all, smoothing / (double)log_p->shape[1]));
}

Tensor *(tensor_cross_entropy)(Tensor *input, Tensor *target, Tensor *weight, int64_t ignore_index,
                               const char *reduction, double label_smoothing)
{
    ERROR_OPERATION("cross_entropy");
    NllArgs args = {ignore_index, loss_reduction("cross_entropy", reduction)};
    if (input == NULL || target == NULL || args.reduction < 0)
        return NULL;
    if (label_smoothing < 0 || label_smoothing > 1)
        return error_raise(ERROR_VALUE, "cross_entropy",
                           "label_smoothing must be between 0.0 and 1.0. Got: %g", label_smoothing);
    bool probabilities = tensor_same_shape(input, target);
    if (probabilities ? !check_probabilities(input, target, weight, ignore_index)
                      : !check_nll(input, target, weight))
        return NULL;
    Tensor *log_p = tensor_log_softmax(with_batch(input), 1), *loss;
    if (log_p == NULL)
        return NULL;
    if (probabilities)
        loss = with_probabilities(log_p, with_batch(target), weight, args.reduction, label_smoothing);
    else if (label_smoothing > 0)
        loss = with_smoothing(log_p, target_with_batch(input, target), weight, args, label_smoothing);
    else
        loss = nll_forward(log_p, target_with_batch(input, target), weight, args, NULL);
    return without_batch(input, loss, args.reduction);
}

Tensor *tensor_cross_entropy_args(Tensor *input, Tensor *target, const TensorClassLossArgs *args)
{
    return (tensor_cross_entropy)(input, target, args->weight, args->ignore_index, args->reduction,
                                  args->label_smoothing);
}
