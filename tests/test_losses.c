/* Losses at their edges, against PyTorch's values; the wrong inputs of losses in PyTorch's words. Values to
 * 1e-12. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <taper.h>

#include "expect.h"

static Tensor *gradient(Tensor *y, Tensor *x)
{
    TensorList grads = autograd_grad(TENSORS(y), TENSORS(x));
    assert_non_null(grads.items);
    return grads.items[0];
}

static void test_binary_cross_entropy_at_the_ends(void **state)
{
    (void)state;
    Tensor *p = PARAMETER(0, 1, 0, 1), *t = VECTOR(1, 0, 0, 1);
    Tensor *loss = tensor_binary_cross_entropy(p, t, .reduction = "none");
    expect_values(loss, 100, 100, 0, 0);
    expect_values(gradient(tensor_sum(loss), p), -1e12, 1e12, 0, 0);
    Tensor *logits = VECTOR(1000, -1000);
    expect_values(tensor_binary_cross_entropy_with_logits(logits, VECTOR(0, 1), .reduction = "none"), 1000,
                  1000);
}

static void test_distances_at_the_edge(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(0, 1, 2, -3), *zero = VECTOR(0, 0, 0, 0);
    expect_values(tensor_smooth_l1_loss(x, zero, .reduction = "none"), 0, 0.5, 1.5, 2.5);
    expect_values(tensor_huber_loss(x, zero, "none", 2), 0, 0.5, 2, 4);
    expect_values(gradient(tensor_smooth_l1_loss(x, zero, .reduction = "sum"), x), 0, 1, 1, -1);
    Tensor *loss = tensor_huber_loss(x, zero, "sum", 2);
    Tensor *slope = autograd_grad(TENSORS(loss), TENSORS(x), .create_graph = true).items[0];
    expect_values(gradient(tensor_sum(slope), x), 1, 1, 0, 0);
    expect_values(gradient(tensor_l1_loss(x, zero, .reduction = "sum"), x), 0, 1, 1, -1);
    expect_values(tensor_mse_loss(x, zero), 3.5);
}

static void test_divergence(void **state)
{
    (void)state;
    Tensor *log_p = VECTOR(-1, -2), *target = VECTOR(0, 0.5);
    expect_values(tensor_kl_div(log_p, target, "none"), 0, 0.5 * log(0.5) + 1);
    expect_values(tensor_kl_div(log_p, target, .reduction = "batchmean"), (0.5 * log(0.5) + 1) / 2);
}

static void test_similarity(void **state)
{
    (void)state;
    Tensor *a = MATRIX(DIMS(2, 2), 3, 4, 0, 0), *b = MATRIX(DIMS(2, 2), 4, 3, 1, 0);
    expect_values(tensor_cosine_similarity(a, b), 0.96, 0);
    Tensor *y = INTEGERS(DIMS(2), 1, -1);
    expect_values(tensor_cosine_embedding_loss(a, b, y, .reduction = "none"), 0.04, 0);
    expect_values(tensor_margin_ranking_loss(VECTOR(1, 2), VECTOR(2, 1), VECTOR(1, 1), .margin = 0.5), 0.75);
    expect_values(tensor_hinge_embedding_loss(VECTOR(0.25, 3), VECTOR(-1, 1)), 1.875);
    Tensor *var = PARAMETER(0, 4);
    Tensor *loss = tensor_gaussian_nll_loss(VECTOR(1, 2), VECTOR(1, 4), var, .eps = 1, .reduction = "sum");
    expect_values(loss, 0.5 * (0 + log(4) + 1));
    expect_values(gradient(loss, var), 0.5, 0);
}

static void test_cross_entropy(void **state)
{
    (void)state;
    Tensor *x = MATRIX(DIMS(2, 2), 0, 0, 0, 0);
    expect_values(tensor_cross_entropy(x, INTEGERS(DIMS(2), 0, 1)), log(2));
    expect_values(tensor_cross_entropy(x, INTEGERS(DIMS(2), -100, -100)), NAN);
    expect_values(tensor_cross_entropy(x, INTEGERS(DIMS(2), 0, 1), VECTOR(0, 0)), NAN);
    expect_values(tensor_cross_entropy(x, tensor_of(DIMS(2), DTYPE_UINT8, (double[]){0, 1})), log(2));
    expect_values(tensor_cross_entropy(VECTOR(0, 0), INTEGERS(DIMS(1), 1), .reduction = "none"), log(2));
    Tensor *none = tensor_cross_entropy(ONES(0, 3), ones_of(DIMS(0), DTYPE_INT64));
    expect_values(none, NAN);
}

static void test_wrong_classes(void **state)
{
    (void)state;
    Tensor *x = ONES(2, 3), *classes = INTEGERS(DIMS(2), 5, 0);
    expect_error(tensor_cross_entropy(x, classes), ERROR_INDEX, "Target 5 is out of bounds.");
    expect_error(tensor_cross_entropy(x, INTEGERS(DIMS(2), 0, -1)), ERROR_INDEX,
                 "Target -1 is out of bounds.");
    expect_error(tensor_cross_entropy(x, classes, .label_smoothing = 0.1), ERROR_INDEX,
                 "Target 5 is out of bounds.");
    expect_error(tensor_cross_entropy(x, INTEGERS(DIMS(1), 0)), ERROR_VALUE,
                 "Expected input batch_size (2) to match target batch_size (1).");
    expect_error(tensor_cross_entropy(x, INTEGERS(DIMS(2, 1), 0, 1)), ERROR_SHAPE,
                 "0D or 1D target tensor expected, multi-target not supported");
    expect_error(tensor_cross_entropy(x, ones_of(DIMS(2), DTYPE_INT32)), ERROR_DTYPE,
                 "expected target dtype to be Long or Byte, but got Int");
    expect_error(tensor_cross_entropy(x, INTEGERS(DIMS(2), 0, 1), ONES(2)), ERROR_SHAPE,
                 "weight tensor should be defined either for all 3 classes or no classes but got weight "
                 "tensor of shape: [2]");
    expect_error(tensor_cross_entropy(x, INTEGERS(DIMS(2), 0, 1), VECTOR(1, 1, 1)), ERROR_DTYPE,
                 "expected scalar type Float but found Double");
    expect_error(tensor_cross_entropy(ONES(2, 3, 4), ones_of(DIMS(2, 5), DTYPE_INT64)), ERROR_SHAPE,
                 "Expected target size [2, 4], got [2, 5]");
    expect_error(tensor_cross_entropy(ONES(3), INTEGERS(DIMS(2), 1, 2)), ERROR_VALUE,
                 "For 1D input, 1D target must have size 1, but got target size: 2");
    expect_error(tensor_nll_loss(tensor_sum(x), INTEGERS(DIMS(1), 0)), ERROR_VALUE,
                 "Expected 1 or more dimensions (got 0)");
    expect_error(tensor_cross_entropy(x, ones_of(DIMS(2, 3), DTYPE_INT64)), ERROR_DTYPE,
                 "Expected floating point type for target with class probabilities, got Long");
    expect_error(tensor_cross_entropy(x, x, .ignore_index = 1), ERROR_VALUE,
                 "ignore_index is not supported for floating point target");
    expect_error(tensor_cross_entropy(x, x, ONES(2)), ERROR_SHAPE,
                 "cross_entropy: weight tensor should be defined either for all 3 classes or no classes but "
                 "got weight tensor of shape: [2]");
    expect_error(tensor_cross_entropy(x, x, .label_smoothing = 1.5), ERROR_VALUE,
                 "label_smoothing must be between 0.0 and 1.0. Got: 1.5");
    expect_error(tensor_cross_entropy(x, x, .reduction = NULL), ERROR_VALUE,
                 "NULL is not a valid value for reduction");
}

static void test_wrong_numbers(void **state)
{
    (void)state;
    Tensor *x = ONES(2, 3), *integers = ones_of(DIMS(2, 3), DTYPE_INT64);
    expect_error(tensor_mse_loss(x, ONES(4)), ERROR_SHAPE,
                 "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1");
    expect_error(tensor_mse_loss(integers, integers), ERROR_DTYPE, "\"mse_cpu\" not implemented for 'Long'");
    expect_error(tensor_mse_loss(x, x, "average"), ERROR_VALUE, "average is not a valid value for reduction");
    expect_error(tensor_l1_loss(integers, integers), ERROR_DTYPE, "mean(): could not infer output dtype.");
    expect_error(tensor_smooth_l1_loss(x, x, .beta = -1), ERROR_VALUE,
                 "smooth_l1_loss does not support negative values for beta.");
    expect_error(tensor_huber_loss(x, x, .delta = 0), ERROR_VALUE,
                 "huber_loss does not support non-positive values for delta.");
    expect_error(tensor_gaussian_nll_loss(x, x, ONES(4)), ERROR_VALUE, "var is of incorrect size");
    expect_error(tensor_gaussian_nll_loss(x, x, tensor_neg(x)), ERROR_VALUE,
                 "var has negative entry/entries");
}

static void test_wrong_probabilities(void **state)
{
    (void)state;
    Tensor *x = ONES(2, 3);
    expect_error(tensor_binary_cross_entropy(x, ONES(3)), ERROR_VALUE,
                 "Using a target size (torch.Size([3])) that is different to the input size "
                 "(torch.Size([2, 3])) is deprecated. Please ensure they have the same size.");
    expect_error(tensor_binary_cross_entropy(tensor_mul(x, 2), x), ERROR_VALUE,
                 "all elements of input should be between 0 and 1");
    expect_error(tensor_binary_cross_entropy(VECTOR(0.5), VECTOR(2)), ERROR_VALUE,
                 "all elements of target should be between 0 and 1");
    expect_error(tensor_kl_div(VECTOR(1), INTEGERS(DIMS(1), 1)), ERROR_DTYPE,
                 "kl_div: Integral inputs not supported.");
    expect_error(tensor_huber_loss(VECTOR(1), VECTOR(1), "mean", NAN), ERROR_VALUE,
                 "huber_loss does not support non-positive values for delta.");
    expect_error(tensor_smooth_l1_loss(VECTOR(1), VECTOR(1), "mean", NAN), ERROR_VALUE,
                 "smooth_l1_loss does not support negative values for beta.");
    expect_error(tensor_cosine_similarity(VECTOR(1), VECTOR(1), 0, NAN), ERROR_VALUE,
                 "eps must be non-negative, got: nan");
    expect_error(tensor_binary_cross_entropy(VECTOR(NAN), VECTOR(1)), ERROR_VALUE,
                 "all elements of input should be between 0 and 1");
    expect_error(tensor_binary_cross_entropy(x, ones_of(DIMS(2, 3), DTYPE_INT64)), ERROR_DTYPE,
                 "Found dtype Long but expected Float");
    expect_error(tensor_binary_cross_entropy_with_logits(x, ONES(3)), ERROR_VALUE,
                 "Target size (torch.Size([3])) must be the same as input size (torch.Size([2, 3]))");
    expect_error(tensor_kl_div(x, ONES(4)), ERROR_SHAPE,
                 "The size of tensor a (4) must match the size of tensor b (3) at non-singleton dimension 1");
    expect_error(tensor_kl_div(x, x, "batch"), ERROR_VALUE, "batch is not a valid value for reduction");
}

static void test_wrong_pairs(void **state)
{
    (void)state;
    Tensor *x = ONES(2, 3), *row = ONES(3), *integers = ones_of(DIMS(2, 3), DTYPE_INT64);
    expect_error(tensor_cosine_similarity(x, x, .eps = -1), ERROR_VALUE, "eps must be non-negative, got: -1");
    expect_error(tensor_cosine_similarity(x, x, 4), ERROR_INDEX,
                 "Dimension out of range (expected to be in range of [-2, 1], but got 4)");
    expect_error(tensor_cosine_similarity(integers, integers), ERROR_DTYPE,
                 "expected common dtype to be floating point, yet common dtype is Long");
    expect_error(tensor_margin_ranking_loss(row, row, x), ERROR_SHAPE,
                 "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: "
                 "torch.Size([3]), input2: torch.Size([3]), target: torch.Size([2, 3])");
    expect_error(tensor_cosine_embedding_loss(x, x, x), ERROR_SHAPE,
                 "0D or 1D target tensor expected, multi-target not supported");
    expect_error(tensor_cosine_embedding_loss(x, row, ONES(2)), ERROR_SHAPE,
                 "1D target tensor expects 2D input tensors, but found inputs with sizes [2, 3] and [3].");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_binary_cross_entropy_at_the_ends, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_distances_at_the_edge, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_divergence, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_similarity, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_cross_entropy, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_wrong_classes, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_wrong_numbers, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_wrong_probabilities, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_wrong_pairs, begin_test, end_test),
    };
    return cmocka_run_group_tests_name("losses", tests, NULL, NULL);
}
