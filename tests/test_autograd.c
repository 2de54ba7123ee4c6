/* The engine and what belongs to it: backward, autograd_grad, modes. Numbers are PyTorch's. Hooks are in
 * test_gradient_hooks.c, operations of the user's own in test_user_function.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <taper.h>

#include "expect.h"

static const char second_time[] = "Trying to backward through the graph a second time (or directly access "
                                  "saved tensors after they have already been "
                                  "freed). Saved intermediate values of the graph are freed when you call "
                                  ".backward() or autograd.grad(). Specify "
                                  "retain_graph=True if you need to backward through the graph a second time "
                                  "or if you need to access saved tensors "
                                  "after calling backward.";

static Tensor *square(Tensor *x)
{
    return tensor_mul(x, x);
}

/* -- backward -- */

static void test_backward_of_a_scalar(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2, 3);
    assert_null(tensor_grad(x));
    assert_true(tensor_is_leaf(x));
    Tensor *y = tensor_sum(tensor_mul(square(x), 2));
    assert_false(tensor_is_leaf(y));
    assert_string_equal(tape_node_name(tensor_grad_fn(y)), "SumBackward0");
    assert_true(tensor_backward(y));
    expect_values(tensor_grad(x), 4, 8, 12);
    assert_false(tensor_requires_grad(tensor_grad(x)));
    assert_null(tensor_grad(y));
}

static void test_backward_with_a_gradient(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2);
    assert_true(tensor_backward(square(x), .gradient = VECTOR(10, 100)));
    expect_values(tensor_grad(x), 20, 400);
    expect_error(
        tensor_backward(square(x), .gradient = VECTOR(1, 2, 3)), ERROR_SHAPE,
        "Mismatch in shape: grad_output[0] has a shape of torch.Size([3]) and output[0] has a shape of "
        "torch.Size([2]).");
    expect_error(tensor_backward(square(x)), ERROR_AUTOGRAD,
                 "grad can be implicitly created only for scalar outputs");
    expect_error(tensor_backward(VECTOR(1)), ERROR_AUTOGRAD,
                 "element 0 of tensors does not require grad and does not have a grad_fn");
    assert_false(tensor_backward(NULL));
}

/* As C++ and bindings call, which have no macros. */
static void test_arguments_may_be_left_out(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *y = tensor_sum(square(x));
    assert_true(tensor_backward_args(y, NULL));
    expect_values(tensor_grad(x), 2, 4);
    y = tensor_sum(square(x));
    expect_values(autograd_grad_args(TENSORS(y), TENSORS(x), NULL).items[0], 2, 4);
}

static void test_gradients_accumulate(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2);
    for (int i = 0; i < 3; i++)
        assert_true(tensor_backward(tensor_sum(square(x))));
    expect_values(tensor_grad(x), 6, 12);
    assert_true(tensor_set_grad(x, NULL));
    assert_null(tensor_grad(x));
    assert_true(tensor_set_grad(x, VECTOR(1, 1)));
    assert_true(tensor_backward(tensor_sum(square(x))));
    expect_values(tensor_grad(x), 3, 5);
    expect_error(
        tensor_set_grad(x, VECTOR(1, 1, 1)), ERROR_SHAPE,
        "attempting to assign a gradient of size '[3]' to a tensor of size '[2]'. Please ensure that the "
        "gradient and the tensor are the same size");
    expect_error(tensor_set_grad(x, ONES(2)), ERROR_DTYPE, "attempting to assign a gradient with dtype");
    expect_values(tensor_grad(x), 3, 5);
}

static void test_a_tensor_used_twice(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(2, 3), *w = PARAMETER(5);
    Tensor *a = tensor_mul(x, w), *b = tensor_add(a, tensor_mul(a, a));
    assert_true(tensor_backward(tensor_sum(tensor_mul(b, x))));
    /* f = w x^2 + w^2 x^3 */
    expect_values(tensor_grad(x), 2 * 5 * 2 + 3 * 25 * 4, 2 * 5 * 3 + 3 * 25 * 9);
    expect_values(tensor_grad(w), 4 + 10 * 8 + 9 + 10 * 27);
}

/* A gradient's memory that two tensors look at, or that is read several times, is not added to in place. */
static void test_gradients_that_share_memory(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *w = PARAMETER(3, 4), *z = tensor_mul(x, 1);
    Tensor *older = tensor_mul(z, VECTOR(10, 20)), *seen = tensor_view(w, 2, 1),
           *again = tensor_view(seen, 2);
    Tensor *sum = tensor_mul(tensor_add(z, again), VECTOR(1, 2));
    assert_true(tensor_backward(tensor_sum(tensor_add(sum, older))));
    expect_values(tensor_grad(x), 11, 22);
    expect_values(tensor_grad(w), 1, 2);
    tensor_set_grad(x, NULL);
    Tensor *b = PARAMETER(5, 6), *y = tensor_mul(x, 1), *before = tensor_mul(y, VECTOR(10, 20));
    Tensor *both = tensor_mul(tensor_add(y, b), VECTOR(1, 2));
    assert_true(tensor_backward(tensor_sum(tensor_add(both, before))));
    expect_values(tensor_grad(x), 11, 22);
    expect_values(tensor_grad(b), 1, 2);
    tensor_set_grad(x, NULL);
    Tensor *squares = tensor_sum(square(x)), *triple = tensor_mul(tensor_sum(x), 3);
    assert_true(tensor_backward(tensor_add(squares, triple)));
    expect_values(tensor_grad(x), 5, 7);
}

static void test_retain_graph(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *y = tensor_sum(square(x));
    assert_true(tensor_backward(y, .retain_graph = true));
    assert_true(tensor_backward(y));
    expect_values(tensor_grad(x), 4, 8);
    expect_error(tensor_backward(y), ERROR_AUTOGRAD, second_time);
    expect_values(tensor_grad(x), 4, 8);
}

static void test_leaf_itself(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(3);
    assert_true(tensor_backward(x));
    expect_values(tensor_grad(x), 1);
}

static void test_broadcast_and_dtypes(void **state)
{
    (void)state;
    Tensor *x = tensor_requires_grad_(ones_of(DIMS(2, 3), DTYPE_FLOAT32), true), *w = PARAMETER(1, 2, 3);
    Tensor *y = tensor_mul(x, w);
    assert_int_equal(tensor_dtype(y), DTYPE_FLOAT64);
    assert_true(tensor_backward(tensor_sum(y)));
    assert_int_equal(tensor_dtype(tensor_grad(x)), DTYPE_FLOAT32);
    expect_values(tensor_grad(x), 1, 2, 3, 1, 2, 3);
    expect_values(tensor_grad(w), 2, 2, 2);
}

/* -- autograd_grad -- */

static void test_grad_accumulates_nothing(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *w = PARAMETER(3, 4), *y = tensor_sum(tensor_mul(square(x), w));
    TensorList grads = autograd_grad(TENSORS(y), TENSORS(w, x));
    assert_int_equal(grads.n, 2);
    expect_values(grads.items[0], 1, 4);
    expect_values(grads.items[1], 6, 16);
    assert_null(tensor_grad(x));
    assert_null(tensor_grad(w));
}

static void test_grad_of_intermediate_results(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *z = square(x), *y = tensor_sum(square(z));
    TensorList grads = autograd_grad(TENSORS(y), TENSORS(z, x));
    expect_values(grads.items[0], 2, 8);
    expect_values(grads.items[1], 4, 32);
}

/* What made the tensors that are asked for has no part in it, and is not freed. */
static void test_grad_leaves_what_is_behind(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *z = square(x), *y = tensor_sum(square(z));
    expect_values(autograd_grad(TENSORS(y), TENSORS(z)).items[0], 2, 8);
    expect_values(autograd_grad(TENSORS(tensor_sum(z)), TENSORS(x)).items[0], 2, 4);
}

static void test_grad_of_several_outputs(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *a = square(x), *b = tensor_sum(x);
    TensorList grads = autograd_grad(TENSORS(a, b), TENSORS(x), .grad_outputs = TENSORS(VECTOR(1, 10), NULL));
    expect_values(grads.items[0], 3, 41);
}

static void test_unused_inputs(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *w = PARAMETER(1);
    expect_error(autograd_grad(TENSORS(tensor_sum(x)), TENSORS(w)).items, ERROR_AUTOGRAD,
                 "The differentiated Tensor at index 0 appears to not have been used in the graph. Set "
                 "allow_unused=True if this is the desired behavior.");
    TensorList grads = autograd_grad(TENSORS(tensor_sum(x)), TENSORS(w, x), .allow_unused = true);
    assert_non_null(grads.items);
    assert_null(grads.items[0]);
    expect_values(grads.items[1], 1, 1);
    expect_error(autograd_grad(TENSORS(tensor_sum(x)), TENSORS(VECTOR(1))).items, ERROR_AUTOGRAD,
                 "One of the differentiated Tensors does not require grad");
}

static void test_create_graph(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(2, 3), *y = tensor_sum(tensor_mul(square(x), x));
    Tensor *first = autograd_grad(TENSORS(y), TENSORS(x), .create_graph = true).items[0];
    expect_values(first, 12, 27);
    assert_true(tensor_requires_grad(first));
    Tensor *second = autograd_grad(TENSORS(tensor_sum(first)), TENSORS(x), .create_graph = true).items[0];
    expect_values(second, 12, 18);
    Tensor *third = autograd_grad(TENSORS(tensor_sum(second)), TENSORS(x)).items[0];
    expect_values(third, 6, 6);
    assert_false(tensor_requires_grad(third));
}

/* The gradient penalty of GANs: backward through a gradient, into other parameters. */
static void test_backward_through_a_gradient(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(2, 3), *w = PARAMETER(5, 7);
    Tensor *gradient =
        autograd_grad(TENSORS(tensor_sum(tensor_mul(square(x), w))), TENSORS(x), .create_graph = true)
            .items[0];
    assert_true(tensor_backward(tensor_sum(square(gradient)))); /* sum (2 w x)^2 */
    expect_values(tensor_grad(w), 8 * 5 * 4, 8 * 7 * 9);
    expect_values(tensor_grad(x), 8 * 25 * 2, 8 * 49 * 3);
}

/* -- what requires a gradient -- */

static void test_requires_grad(void **state)
{
    (void)state;
    Tensor *x = VECTOR(1, 2), *y = tensor_mul(tensor_requires_grad_(x, true), 2);
    assert_true(tensor_requires_grad(y));
    expect_error(tensor_requires_grad_(y, false), ERROR_AUTOGRAD,
                 "you can only change requires_grad flags of leaf variables. If you want to use a computed "
                 "variable in "
                 "a subgraph that doesn't require differentiation use var_no_grad = var.detach().");
    expect_error(tensor_requires_grad_(INTEGERS(DIMS(2), 1, 2), true), ERROR_AUTOGRAD,
                 "only Tensors of floating point dtype can require gradients");
    tensor_requires_grad_(x, false);
    assert_false(tensor_requires_grad(tensor_mul(x, 2)));
    assert_null(tensor_requires_grad_(NULL, true));
    assert_false(tensor_requires_grad(NULL));
}

/* A leaf that wants no gradient any more when backward comes to it gets none. */
static void test_leaf_frozen_before_backward(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *w = PARAMETER(3, 4), *y = tensor_sum(tensor_mul(x, w));
    tensor_requires_grad_(w, false);
    assert_true(tensor_backward(y));
    expect_values(tensor_grad(x), 3, 4);
    assert_null(tensor_grad(w));
}

static void test_detach(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(2, 3), *y = square(x), *z = tensor_detach(y);
    assert_false(tensor_requires_grad(z));
    assert_true(tensor_is_leaf(z));
    assert_true(tensor_shares_storage(y, z));
    assert_true(tensor_backward(tensor_sum(tensor_mul(y, z))));
    expect_values(tensor_grad(x), 2 * 2 * 4, 2 * 3 * 9);
    assert_ptr_equal(tensor_detach_(y), y);
    assert_false(tensor_requires_grad(y));
    assert_null(tensor_grad_fn(y));
}

static void test_no_grad(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(2, 3);
    autograd_no_grad
    {
        assert_false(autograd_is_grad_enabled());
        assert_false(tensor_requires_grad(square(x)));
        autograd_enable_grad
        {
            assert_true(tensor_requires_grad(square(x)));
        }
        assert_false(autograd_is_grad_enabled());
    }
    assert_true(autograd_is_grad_enabled());
    for (int i = 0; i < 2; i++)
        autograd_no_grad
        {
            if (i == 0)
                break; /* leaves the block, not the loop */
        }
    assert_true(autograd_is_grad_enabled());
    assert_true(autograd_set_grad_enabled(false));
    assert_false(autograd_set_grad_enabled(true));
}

static void test_inference_mode(void **state)
{
    (void)state;
    Tensor *w = PARAMETER(2, 3), *x = NULL;
    autograd_inference_mode
    {
        assert_true(autograd_is_inference_mode());
        x = tensor_mul(w, 2);
        assert_false(tensor_requires_grad(x));
        assert_true(tensor_is_inference(x));
    }
    assert_false(autograd_is_inference_mode());
    assert_true(autograd_is_grad_enabled());
    assert_false(tensor_is_inference(w));
    expect_error(
        tensor_mul(w, x), ERROR_AUTOGRAD,
        "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode "
        "in computation tracked by autograd. To work around this, you can make a clone to get a normal "
        "tensor "
        "and use it in autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`.");
    expect_error(tensor_requires_grad_(x, true), ERROR_AUTOGRAD,
                 "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.");
    expect_error(tensor_add_(x, 1), ERROR_AUTOGRAD,
                 "Inplace update to inference tensor outside InferenceMode is not allowed.");
    assert_true(tensor_requires_grad(tensor_add(w, x)));
    assert_true(tensor_requires_grad(tensor_mul(w, tensor_clone(x))));
}

/* -- depth and leaks -- */

static void test_deep_chain(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *y = x;
    for (int i = 0; i < 100000; i++) {
        Scope scope = scope_open();
        y = scope_return(scope, tensor_add(y, x));
    }
    assert_true(tensor_backward(tensor_sum(y)));
    expect_values(tensor_grad(x), 100001, 100001);
}

/* A residual network has 2^n paths; each node is visited once. */
static void test_many_paths(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1), *y = x;
    for (int i = 0; i < 50; i++)
        y = tensor_add(y, y);
    assert_true(tensor_backward(y));
    expect_values(tensor_grad(x), 1125899906842624.0);
}

static void test_a_training_loop_leaks_nothing(void **state)
{
    (void)state;
    Tensor *w = PARAMETER(1, 2);
    int64_t after_first = 0;
    for (int i = 0; i < 100; i++) {
        tensor_scope {
            tensor_set_grad(w, NULL);
            assert_true(tensor_backward(tensor_sum(square(tensor_mul(w, 0.5)))));
            autograd_no_grad
            {
                assert_non_null(tensor_add_(w, tensor_mul(tensor_grad(w), -0.1)));
            }
        }
        if (i == 0)
            after_first = object_live_count();
    }
    assert_int_equal(object_live_count(), after_first);
}

/* A factor is kept for the gradient of the other one alone. */
static void test_what_no_gradient_needs_is_not_kept(void **state)
{
    (void)state;
    const int64_t bytes = 1 << 20;
    Tensor *x = tensor_requires_grad_(tensor_ones(DIMS(bytes / 4)), true);
    int64_t before = allocator_stats(cpu_device()).allocated;
    tensor_scope {
        Tensor *y = NULL;
        tensor_scope
            y = tensor_keep(tensor_div(tensor_mul(tensor_neg(x), 2), 4));
        scope_own(y);
        int64_t kept = allocator_stats(cpu_device()).allocated - before; /* the quotient */
        assert_true(kept >= bytes && kept < 2 * bytes);
        assert_true(tensor_backward(tensor_sum(y)));
    }
    assert_true(tensor_item(tensor_mean(tensor_grad(x))) == -0.5);
}

static void test_graph_without_backward_is_freed(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2);
    int64_t before = object_live_count();
    tensor_scope {
        Tensor *y = tensor_sum(square(tensor_mul(square(x), x)));
        assert_non_null(autograd_grad(TENSORS(y), TENSORS(x), .create_graph = true).items);
    }
    assert_int_equal(object_live_count(), before);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_backward_of_a_scalar),
        TEST(test_backward_with_a_gradient),
        TEST(test_arguments_may_be_left_out),
        TEST(test_gradients_accumulate),
        TEST(test_a_tensor_used_twice),
        TEST(test_gradients_that_share_memory),
        TEST(test_retain_graph),
        TEST(test_leaf_itself),
        TEST(test_broadcast_and_dtypes),
        TEST(test_grad_accumulates_nothing),
        TEST(test_grad_of_intermediate_results),
        TEST(test_grad_leaves_what_is_behind),
        TEST(test_grad_of_several_outputs),
        TEST(test_unused_inputs),
        TEST(test_create_graph),
        TEST(test_backward_through_a_gradient),
        TEST(test_requires_grad),
        TEST(test_leaf_frozen_before_backward),
        TEST(test_detach),
        TEST(test_no_grad),
        TEST(test_inference_mode),
        TEST(test_deep_chain),
        TEST(test_many_paths),
        TEST(test_a_training_loop_leaks_nothing),
        TEST(test_what_no_gradient_needs_is_not_kept),
        TEST(test_graph_without_backward_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
