/* Pooling and normalisation as users call them: keywords, memory formats, running statistics, PyTorch's
 * errors. Values and derivatives are checked from the rows of autograd/ops/table.def. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <taper.h>

#include "core/tensor_struct.h"

static Tensor *numbers(Dims shape, DType dtype)
{
    Tensor *x = tensor_new(shape, dtype, cpu_device(), "test");
    for (int64_t i = 0; i < tensor_numel(x); i++)
        scalar_write(dtype, (char *)tensor_data_ptr(x) + (size_t)i * dtype_size(dtype),
                     scalar_float((double)((i * 37 + 11) % 53) / 16));
    return x;
}

static Tensor *f(Dims shape)
{
    return numbers(shape, DTYPE_FLOAT32);
}

static Tensor *channels_last(Dims shape)
{
    int64_t strides[4];
    channels_last_strides(shape.data, strides);
    Tensor *x = tensor_new_strided(shape, strides, DTYPE_FLOAT32, cpu_device(), "test");
    memset(tensor_data_ptr(x), 0, (size_t)tensor_numel(x) * sizeof(float));
    return x;
}

static void has_shape(const Tensor *x, Dims shape)
{
    assert_non_null(x);
    assert_int_equal(tensor_dim(x), shape.n);
    for (int64_t d = 0; d < shape.n; d++)
        assert_int_equal(tensor_size(x, d), shape.data[d]);
}

static void keywords(void **state)
{
    (void)state;
    Scope scope = scope_open();
    Tensor *x = f(DIMS(2, 3, 9, 8));
    has_shape(tensor_max_pool2d(x, 3), DIMS(2, 3, 3, 2));
    has_shape(tensor_max_pool2d(x, 3, 2, 1), DIMS(2, 3, 5, 4));
    has_shape(tensor_max_pool2d(x, 3, .stride = 2, .padding = 1, .ceil_mode = true), DIMS(2, 3, 5, 5));
    has_shape(tensor_max_pool2d(x, .kernel_size_hw = {3, 5}, .stride_hw = {1, 2}), DIMS(2, 3, 7, 2));
    has_shape(tensor_max_pool2d_with_indices(x, 2, .dilation_hw = {1, 3}).indices, DIMS(2, 3, 4, 3));
    has_shape(tensor_avg_pool2d(x, .kernel_size_hw = {3, 4}, .padding_hw = {0, 2}), DIMS(2, 3, 3, 3));
    has_shape(tensor_adaptive_avg_pool2d(x, 1), DIMS(2, 3, 1, 1));
    has_shape(tensor_adaptive_avg_pool2d(x, .output_size_hw = {2, 5}), DIMS(2, 3, 2, 5));
    has_shape(tensor_adaptive_max_pool2d(x, 3), DIMS(2, 3, 3, 3));
    has_shape((tensor_adaptive_avg_pool2d)(x, DIMS(TENSOR_NONE, 1)), DIMS(2, 3, 9, 1));
    has_shape(tensor_batch_norm(x, NULL, NULL, .training = true), DIMS(2, 3, 9, 8));
    has_shape(tensor_layer_norm(x, DIMS(9, 8)), DIMS(2, 3, 9, 8));
    has_shape(tensor_group_norm(x, 3, .eps = 1e-3), DIMS(2, 3, 9, 8));
    has_shape(tensor_layer_norm(x, 8), DIMS(2, 3, 9, 8));
    has_shape(tensor_instance_norm(x), DIMS(2, 3, 9, 8));
    assert_null(tensor_max_pool2d(NULL, 3));
    assert_null(tensor_batch_norm(NULL, NULL, NULL, .training = true));
    assert_null(error_last());
    scope_close(scope);
}

static void memory_formats_are_kept(void **state)
{
    (void)state;
    Scope scope = scope_open();
    Tensor *x = tensor_requires_grad_(channels_last(DIMS(2, 5, 6, 6)), true);
    Tensor *results[] = {tensor_max_pool2d(x, 2), tensor_avg_pool2d(x, 2), tensor_adaptive_avg_pool2d(x, 2),
                         tensor_adaptive_avg_pool2d(x, 1),
                         tensor_batch_norm(x, NULL, NULL, .training = true)};
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        assert_true(tensor_is_channels_last(results[i]));
        TensorList grads = autograd_grad(TENSORS(results[i]), TENSORS(x),
                                         .grad_outputs = TENSORS(f(tensor_dims(results[i]))));
        assert_true(tensor_is_channels_last(grads.items[0]));
    }
    scope_close(scope);
}

/* Windows with dilation that step over all of an image: their maximum is -inf at a place outside of it, as in
 * PyTorch, and their gradient goes nowhere. */
static void windows_beside_the_image(void **state)
{
    (void)state;
    enum { WIDTH = 2000 };
    for (int last = 0; last < 2; last++) {
        Scope scope = scope_open();
        Tensor *x = last ? channels_last(DIMS(1, 2, 2, WIDTH)) : f(DIMS(1, 2, 2, WIDTH));
        tensor_requires_grad_(x, true);
        TensorMaxPool2d y = tensor_max_pool2d_with_indices(x, 2, .stride = 1, .padding = 1, .dilation = 3);
        has_shape(y.output, DIMS(1, 2, 1, WIDTH - 1));
        assert_true(isinf(tensor_item(tensor_amax(y.output))));
        assert_int_equal(tensor_item_int(tensor_amin(y.indices)), 2 * WIDTH);
        Tensor *ones = tensor_requires_grad_(tensor_ones_like(y.output), true);
        Tensor *grad =
            autograd_grad(TENSORS(y.output), TENSORS(x), .grad_outputs = TENSORS(ones), .create_graph = true)
                .items[0];
        assert_true(tensor_item(tensor_sum(tensor_abs(grad))) == 0);
        Tensor *again = autograd_grad(TENSORS(tensor_sum(grad)), TENSORS(ones)).items[0];
        assert_true(tensor_item(tensor_sum(tensor_abs(again))) == 0);
        scope_close(scope);
    }
}

/* No channels, in the strides of a tensor that has some. */
static void batch_norm_of_nothing(void **state)
{
    (void)state;
    Scope scope = scope_open();
    Tensor *x = tensor_narrow(f(DIMS(8, 2, 2, 2)), 1, 0, 0);
    has_shape(tensor_batch_norm(x, NULL, NULL, .training = true), DIMS(8, 0, 2, 2));
    has_shape(tensor_batch_norm(x, f(DIMS(0)), f(DIMS(0))), DIMS(8, 0, 2, 2));
    scope_close(scope);
}

/* Training moves running_mean and running_var and says so in their version; a graph of evaluation mode
 * recorded before is not disturbed by it. */
static void running_statistics(void **state)
{
    (void)state;
    Scope scope = scope_open();
    Tensor *x = f(DIMS(4, 2, 3)), *weight = tensor_requires_grad_(f(DIMS(2)), true);
    Tensor *mean = f(DIMS(2)), *var = f(DIMS(2));
    Tensor *y = tensor_batch_norm(x, mean, var, weight);
    assert_int_equal(tensor_version(mean), 0);
    float old = ((float *)tensor_data_ptr(mean))[0];
    assert_non_null(tensor_batch_norm(x, mean, var, weight, .training = true, .momentum = 0.5));
    assert_int_equal(tensor_version(mean), 1);
    assert_int_equal(tensor_version(var), 1);
    double sum = 0;
    for (int64_t n = 0; n < 4; n++)
        for (int64_t i = 0; i < 3; i++)
            sum += ((float *)tensor_data_ptr(x))[n * 6 + i];
    assert_true(fabs(((float *)tensor_data_ptr(mean))[0] - (old + sum / 12) / 2) < 1e-6);
    TensorList grads = autograd_grad(TENSORS(y), TENSORS(weight), .grad_outputs = TENSORS(f(DIMS(4, 2, 3))));
    assert_non_null(grads.items);
    assert_null(error_last());
    scope_close(scope);
}

/* The call raised exactly this; the error is cleared. */
static void fails(const void *result, ErrorCode code, const char *text)
{
    assert_null(result);
    assert_non_null(error_last());
    assert_string_equal(error_last()->message, text);
    assert_int_equal(error_last()->code, code);
    error_clear();
}

static void pool_errors(void **state)
{
    (void)state;
    Scope scope = scope_open();
    Tensor *x = f(DIMS(2, 3, 4, 4));
    fails(tensor_max_pool2d(x, 0), ERROR_VALUE, "stride should not be zero");
    fails(tensor_max_pool2d(x, 2, .stride = 0), ERROR_VALUE, "stride should not be zero");
    fails(tensor_max_pool2d(x, 0, .stride = 1), ERROR_VALUE,
          "kernel size should be greater than zero, but got kH: 0 kW: 0");
    fails(tensor_avg_pool2d(x, 2, .stride_hw = {1, -1}), ERROR_VALUE,
          "stride should be greater than zero, but got dH: 1 dW: -1");
    fails(tensor_max_pool2d(x, 2, .dilation = 0), ERROR_VALUE,
          "dilation should be greater than zero, but got dilationH: 0 dilationW: 0");
    fails(tensor_max_pool2d(x, 2, .padding = -1), ERROR_VALUE, "pad must be non-negative, but got pad: -1");
    fails(tensor_avg_pool2d(x, 2, .padding = 2), ERROR_VALUE,
          "pad should be at most half of effective kernel size, but got pad=2, kernel_size=2 and dilation=1");
    fails(
        tensor_max_pool2d(f(DIMS(1, 9, 9)), .kernel_size_hw = {2, 3}, .padding_hw = {1, 2}, .dilation = 3),
        ERROR_VALUE,
        "pad should be smaller than or equal to half of kernel size, but got padW = 2, padH = 1, kW = 3, kH "
        "= 2");
    fails(tensor_avg_pool2d(x, 2, .divisor_override = 0), ERROR_VALUE, "divisor must be not zero");
    fails(tensor_max_pool2d(x, 7), ERROR_SHAPE,
          "Given input size: (3x4x4). Calculated output size: (3x0x0). Output size is too small");
    fails(tensor_max_pool2d(f(DIMS(2, 0, 4, 4)), 2), ERROR_SHAPE,
          "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:[2, 0, 4, "
          "4]");
    fails((tensor_max_pool2d)(x, DIMS(2, 2, 2), DIMS(), DIMS(0), DIMS(1), false), ERROR_VALUE,
          "max_pool2d: kernel_size must either be a single int, or a tuple of two ints");
    fails((tensor_avg_pool2d)(x, DIMS(2), DIMS(2, 2, 2), DIMS(0), false, true, TENSOR_NONE), ERROR_VALUE,
          "avg_pool2d: stride must either be omitted, a single int, or a tuple of two ints");
    fails(tensor_adaptive_avg_pool2d(f(DIMS(4, 4)), 2), ERROR_SHAPE,
          "adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got [4, 4]");
    fails(tensor_adaptive_max_pool2d(f(DIMS(2, 3, 0, 4)), 2), ERROR_SHAPE,
          "adaptive_max_pool2d(): Expected input to have non-zero size for non-batch dimensions, but input "
          "has sizes "
          "[2, 3, 0, 4] with dimension 2 being empty");
    fails(tensor_adaptive_avg_pool2d(x, .output_size_hw = {2, -1}), ERROR_VALUE,
          "adaptive_avg_pool2d: elements of output_size must be greater than or equal to 0 but received {2, "
          "-1}");
    fails(tensor_adaptive_avg_pool2d(x, 1, 1), ERROR_VALUE,
          "output_size is one number, 1, or a pair, .output_size_hw = {height, width}, "
          "not both");
    fails((tensor_adaptive_avg_pool2d)(x, DIMS(1, 1, 1)), ERROR_SHAPE,
          "adaptive_avg_pool2d: output_size must be 2");
    fails(tensor_avg_pool2d(numbers(DIMS(1, 1, 2, 2), DTYPE_INT32), 2), ERROR_DTYPE,
          "\"avg_pool2d\" not implemented for 'Int'");
    scope_close(scope);
}

static void norm_errors(void **state)
{
    (void)state;
    Scope scope = scope_open();
    Tensor *x = f(DIMS(2, 3, 4, 4)), *three = f(DIMS(3)), *four = f(DIMS(4));
    fails(tensor_batch_norm(f(DIMS(1, 64, 1, 1)), NULL, NULL, .training = true), ERROR_VALUE,
          "Expected more than 1 value per channel when training, got input size torch.Size([1, 64, 1, 1])");
    fails(tensor_batch_norm(x, four, three), ERROR_SHAPE, "running_mean should contain 3 elements not 4");
    fails(tensor_batch_norm(x, three, four), ERROR_SHAPE, "running_var should contain 3 elements not 4");
    fails(tensor_batch_norm(x, three, three, four), ERROR_SHAPE, "weight should contain 3 elements not 4");
    fails(tensor_batch_norm(x, three, three, three, four), ERROR_SHAPE,
          "bias should contain 3 elements not 4");
    fails(tensor_batch_norm(x, NULL, NULL), ERROR_VALUE, "running_mean must be defined in evaluation mode");
    fails(tensor_batch_norm(x, three, NULL), ERROR_VALUE, "running_var must be defined in evaluation mode");
    fails(tensor_batch_norm(x, three, three, numbers(DIMS(3), DTYPE_FLOAT64)), ERROR_DTYPE,
          "mixed dtype (CPU): expect parameter to have scalar type of Float");
    fails(tensor_batch_norm(x, three, three, .eps = -1), ERROR_VALUE,
          "batch_norm eps must be non-negative, but got -1.0");
    fails(tensor_batch_norm(x, three, three, .training = true, .eps = 0), ERROR_VALUE,
          "batch_norm eps must be positive during training, but got 0.0");
    fails(tensor_batch_norm(numbers(DIMS(2, 3), DTYPE_INT64), NULL, NULL, .training = true), ERROR_DTYPE,
          "\"batch_norm\" not implemented for 'Long'");
    fails(tensor_layer_norm(f(DIMS(2, 3)), DIMS(4)), ERROR_SHAPE,
          "Given normalized_shape=[4], expected input with shape [*, 4], but got input of size[2, 3]");
    fails(tensor_layer_norm(f(DIMS(2, 3)), DIMS()), ERROR_SHAPE,
          "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, "
          "but got "
          "normalized_shape = []");
    fails(tensor_layer_norm(f(DIMS(2, 3)), DIMS(3), four), ERROR_SHAPE,
          "Expected weight to be of same shape as normalized_shape, but got weight of shape [4] and "
          "normalized_shape = "
          "[3]");
    fails(tensor_group_norm(f(DIMS(2, 6, 4)), 4), ERROR_SHAPE,
          "Expected number of channels in input to be divisible by num_groups, but got input of shape [2, 6, "
          "4] and "
          "num_groups=4");
    fails(tensor_group_norm(f(DIMS(2, 6, 4)), 0), ERROR_VALUE,
          "Expected num groups to be greater than 0, got 0");
    fails(tensor_group_norm(f(DIMS(2, 6, 4)), 2, four), ERROR_SHAPE,
          "Expected weight to be a vector of size equal to the number of channels in input, but got weight "
          "of shape [4] "
          "and input of shape [2, 6, 4]");
    fails(tensor_instance_norm(f(DIMS(2, 6, 1))), ERROR_VALUE,
          "Expected more than 1 spatial element when training, got input size torch.Size([2, 6, 1])");
    fails(tensor_instance_norm(x, .use_input_stats = false), ERROR_VALUE,
          "Expected running_mean and running_var to be defined when use_input_stats is false");
    scope_close(scope);
}

int main(void)
{
    error_set_handler(error_ignore, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keywords),
        cmocka_unit_test(memory_formats_are_kept),
        cmocka_unit_test(running_statistics),
        cmocka_unit_test(pool_errors),
        cmocka_unit_test(norm_errors),
        cmocka_unit_test(windows_beside_the_image),
        cmocka_unit_test(batch_norm_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
