/* Matrix products and convolutions as a user calls them: shapes of the results, keyword arguments, and what
 * is said of wrong operands, in PyTorch's words. Their values and derivatives are tested from their rows of
 * the table. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "autograd/autograd.h"
#include "autograd/creation.h"
#include "autograd/ops/conv.h"
#include "autograd/ops/matmul.h"
#include "core/error.h"
#include "core/scope.h"
#include "core/tensor_struct.h"

static Tensor *sample_of(Dims shape, DType dtype)
{
    Tensor *x = tensor_new(shape, dtype, cpu_device(), "test");
    for (int64_t i = 0; i < x->numel; i++)
        scalar_write(dtype, (char *)tensor_data_ptr(x) + (size_t)i * dtype_size(dtype),
                     scalar_float((double)(i * 7 % 11) - 5));
    return x;
}

#define F(...) sample_of(DIMS(__VA_ARGS__), DTYPE_FLOAT32)
#define D(...) sample_of(DIMS(__VA_ARGS__), DTYPE_FLOAT64)

static void fails(Tensor *result, const char *message)
{
    assert_null(result);
    assert_non_null(error_last());
    assert_string_equal(error_last()->message, message);
    error_clear();
}

static void shaped(Tensor *x, Dims shape)
{
    assert_non_null(x);
    assert_int_equal(tensor_dim(x), shape.n);
    for (int64_t d = 0; d < shape.n; d++)
        assert_int_equal(tensor_size(x, d), shape.data[d]);
}

static double at(Tensor *x, int64_t i)
{
    return ((float *)tensor_data_ptr(x))[i];
}

static void matmul_shapes(void **state)
{
    (void)state;
    tensor_scope {
        shaped(tensor_matmul(F(3), F(3)), DIMS());
        shaped(tensor_matmul(F(2, 3), F(3)), DIMS(2));
        shaped(tensor_matmul(F(3), F(3, 4)), DIMS(4));
        shaped(tensor_matmul(F(2, 3), F(3, 4)), DIMS(2, 4));
        shaped(tensor_matmul(F(5, 2, 3), F(3)), DIMS(5, 2));
        shaped(tensor_matmul(F(3), F(5, 3, 4)), DIMS(5, 4));
        shaped(tensor_matmul(F(5, 2, 3), F(3, 4)), DIMS(5, 2, 4));
        shaped(tensor_matmul(F(2, 3), F(5, 3, 4)), DIMS(5, 2, 4));
        shaped(tensor_matmul(F(5, 1, 2, 3), F(6, 3, 4)), DIMS(5, 6, 2, 4));
        shaped(tensor_matmul(F(0, 2, 3), F(3, 4)), DIMS(0, 2, 4));
        shaped(tensor_linear(F(2, 5, 3), F(4, 3), F(4)), DIMS(2, 5, 4));
        shaped(tensor_linear(F(3), F(4, 3)), DIMS(4));
        shaped(tensor_linear(F(3), F(4, 3), .bias = F(4)), DIMS(4));
        shaped(tensor_linear(F(2, 3), F(3)), DIMS(2));
        Tensor *y = tensor_addmm(F(4), F(2, 3), F(3, 4), .beta = 2, .alpha = 0.5),
               *p = tensor_mm(F(2, 3), F(3, 4));
        shaped(y, DIMS(2, 4));
        assert_float_equal(at(y, 5), 2 * at(F(4), 1) + 0.5 * at(p, 5), 1e-6);
        assert_null(tensor_mm(NULL, F(2, 2)));
        assert_null(error_last());
    }
}

/* beta 0 does not read self. */
static void beta_zero(void **state)
{
    (void)state;
    tensor_scope {
        Tensor *self = F(2, 2);
        ((float *)tensor_data_ptr(self))[1] = NAN;
        Tensor *y = tensor_addmm(self, F(2, 3), F(3, 2), .beta = 0);
        assert_false(isnan(at(y, 1)));
    }
}

/* alpha 0 does not look at the product, of whatever size: vectors, small matrices, large ones. */
static void alpha_zero(void **state)
{
    (void)state;
    static const int64_t sizes[] = {1, 5, 150};
    for (int i = 0; i < 3; i++)
        tensor_scope {
            int64_t n = sizes[i];
            Tensor *ones = tensor_ones(DIMS(n, n)), *nan = tensor_full(DIMS(n, n), (double)NAN);
            Tensor *y = tensor_addmm(ones, nan, ones, .beta = 3, .alpha = 0);
            for (int64_t k = 0; k < n * n; k++)
                assert_true(at(y, k) == 3);
        }
}

static void wrong_matrices(void **state)
{
    (void)state;
    error_set_handler(error_ignore, NULL);
    tensor_scope {
        fails(tensor_mm(F(2, 3), F(4, 5)), "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)");
        fails(tensor_mm(F(2, 3, 4), F(4, 5)), "self must be a matrix, got 3-D tensor");
        fails(tensor_mm(F(2, 3), F(5)), "mat2 must be a matrix, got 1-D tensor");
        fails(tensor_mm(F(2, 3), D(3, 5)),
              "expected m1 and m2 to have the same dtype, but got: float != double");
        fails(tensor_bmm(F(2, 3), F(2, 3, 4)), "batch1 must be a 3D tensor");
        fails(tensor_bmm(F(2, 3, 4), F(3, 4, 5)),
              "Expected size for first two dimensions of batch2 tensor to be: [2, 4] but got: [3, 4].");
        fails(tensor_bmm(F(2, 3, 4), D(2, 4, 5)), "expected scalar type Float but found Double");
        fails(tensor_mv(F(2, 3), F(2)), "size mismatch, got input (2), mat (2x3), vec (2)");
        fails(tensor_mv(F(2, 3, 4), F(2)), "vector + matrix @ vector expected, got 1, 3, 1");
        fails(tensor_dot(F(2, 3), F(2)), "1D tensors expected, but got 2D and 1D tensors");
        fails(tensor_dot(F(3), F(2)),
              "inconsistent tensor size, expected tensor [3] and src [2] to have the same number of "
              "elements, but got 3 and 2 elements respectively");
        fails(tensor_outer(F(3, 2), F(3)), "Expected 1-D argument self, but got 2-D");
        fails(tensor_matmul(F(), F(3)),
              "both arguments to matmul need to be at least 1D, but they are 0D and 1D");
        fails(tensor_matmul(F(2, 3, 4), F(3, 4, 5)),
              "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0");
        fails(tensor_matmul(F(2, 3, 4), F(5, 5)), "mat1 and mat2 shapes cannot be multiplied (6x4 and 5x5)");
        fails(tensor_linear(F(), F(2, 3), F(2)),
              "both arguments to linear need to be at least 1D, but they are 0D and 2D");
        fails(tensor_linear(F(2, 3), F(2, 2, 3)), "mat2 must be a matrix, got 3-D tensor");
        fails(tensor_linear(F(2, 3), F(4, 5)), "mat1 and mat2 shapes cannot be multiplied (2x3 and 5x4)");
        fails(tensor_addmm(F(2, 5), F(2, 3), D(3, 5)),
              "self and mat2 must have the same dtype, but got Float and Double");
        fails(tensor_addmm(F(2, 5), D(2, 3), F(3, 5)),
              "mat1 and mat2 must have the same dtype, but got Double and Float");
        fails(tensor_linear(D(2, 3), F(5, 3), F(5)),
              "mat1 and mat2 must have the same dtype, but got Double and Float");
        fails(tensor_baddbmm(D(2, 2, 5), F(2, 2, 3), F(2, 3, 5)),
              "Input dtypes must be the same, got: input double, batch1: float, batch2: float");
        Tensor *b = sample_of(DIMS(2, 2), DTYPE_BOOL);
        fails(tensor_mm(b, b), "\"addmm_impl_cpu_\" not implemented for 'Bool'");
    }
    error_set_handler(NULL, NULL);
}

static void conv_keywords(void **state)
{
    (void)state;
    tensor_scope {
        Tensor *x = F(2, 3, 8, 9), *w = F(6, 3, 3, 4);
        shaped(tensor_conv2d(x, w), DIMS(2, 6, 6, 6));
        shaped(tensor_conv2d(x, w, F(6)), DIMS(2, 6, 6, 6));
        shaped(tensor_conv2d(x, w, .stride = 2, .padding = 1), DIMS(2, 6, 4, 4));
        shaped(tensor_conv2d(x, w, .stride_hw = {2, 1}, .padding_hw = {0, 2}, .dilation_hw = {1, 2}),
               DIMS(2, 6, 3, 7));
        shaped(tensor_conv2d(x, w, NULL, 1, 1), DIMS(2, 6, 8, 8));
        shaped(tensor_conv2d(x, F(6, 1, 3, 3), .groups = 3), DIMS(2, 6, 6, 7));
        shaped(tensor_conv2d(F(3, 8, 9), w), DIMS(6, 6, 6));
        shaped(tensor_conv1d(F(2, 3, 9), F(4, 3, 3), .stride = 2), DIMS(2, 4, 4));
        shaped(tensor_conv2d(F(0, 3, 8, 8), w), DIMS(0, 6, 6, 5));
    }
}

static void conv_transpose_keywords(void **state)
{
    (void)state;
    tensor_scope {
        Tensor *x = F(2, 4, 3, 5), *w = F(4, 6, 3, 2);
        shaped(tensor_conv_transpose2d(x, w), DIMS(2, 6, 5, 6));
        shaped(tensor_conv_transpose2d(x, w, F(6), 2, 1, 1), DIMS(2, 6, 6, 9));
        shaped(tensor_conv_transpose2d(x, w, .stride_hw = {2, 1}, .padding_hw = {0, 1}, .dilation_hw = {1, 2},
                                       .output_padding_hw = {1, 1}),
               DIMS(2, 6, 8, 6));
        shaped(tensor_conv_transpose2d(x, w, .groups = 2), DIMS(2, 12, 5, 6));
        shaped(tensor_conv_transpose2d(F(4, 3, 5), w), DIMS(6, 5, 6));
        shaped(tensor_conv_transpose2d(F(0, 4, 3, 5), w), DIMS(0, 6, 5, 6));
        shaped(tensor_conv_transpose2d(x, w, .output_padding = 2, .dilation = 3), DIMS(2, 6, 11, 10));
    }
}

/* Where x and the weight are 1, output_padding adds the column that padding took away, then zeros. */
static void conv_transpose_output_padding(void **state)
{
    (void)state;
    tensor_scope {
        Tensor *x = tensor_ones(DIMS(1, 1, 1, 3)), *w = tensor_ones(DIMS(1, 1, 1, 1));
        Tensor *y =
            tensor_conv_transpose2d(x, w, .padding_hw = {0, 1}, .output_padding_hw = {0, 2}, .dilation = 3);
        const double expected[] = {1, 1, 0};
        shaped(y, DIMS(1, 1, 1, 3));
        for (int64_t i = 0; i < 3; i++)
            assert_float_equal(at(y, i), expected[i], 0);
    }
}

/* padding='same' with an even kernel pads one more below and on the right. */
/* Strides far beyond the image leave one window; borders beyond any memory are an error. */
static void conv_far_away(void **state)
{
    (void)state;
    const int64_t far = INT64_C(1) << 62, wide = INT64_C(1) << 32;
    tensor_scope {
        Tensor *x = tensor_requires_grad_(tensor_ones(DIMS(1, 1, 4, 4)), true);
        Tensor *weight = tensor_requires_grad_(tensor_ones(DIMS(1, 1, 2, 2)), true);
        Tensor *y = tensor_conv2d(x, weight, .stride = far, .padding = 1);
        shaped(y, DIMS(1, 1, 1, 1));
        TensorList grads = autograd_grad(TENSORS(y), TENSORS(x, weight));
        for (int i = 0; i < 16; i++)
            assert_true(at(grads.items[0], i) == (i == 0));
        for (int i = 0; i < 4; i++)
            assert_true(at(grads.items[1], i) == (i == 3));
        error_set_handler(error_ignore, NULL);
        fails(tensor_conv2d(x, weight, .padding = wide, .dilation = 2 * wide),
              "out of memory for the borders of the images");
    }
}

static void conv_same(void **state)
{
    (void)state;
    tensor_scope {
        Tensor *x = F(1, 1, 4, 5), *w = F(1, 1, 2, 4), *y = tensor_conv2d(x, w, .padding = PADDING_SAME);
        shaped(y, DIMS(1, 1, 4, 5));
        for (int64_t i = 0; i < 4; i++)
            for (int64_t j = 0; j < 5; j++) {
                double sum = 0;
                for (int64_t r = 0; r < 2; r++)
                    for (int64_t s = 0; s < 4; s++)
                        if (i + r < 4 && j + s - 1 >= 0 && j + s - 1 < 5)
                            sum += at(x, (i + r) * 5 + j + s - 1) * at(w, r * 4 + s);
                assert_float_equal(scalar_to_double(scalar_read(DTYPE_FLOAT32, (float *)tensor_data_ptr(y) +
                                                                                   i * tensor_stride(y, 2) +
                                                                                   j * tensor_stride(y, 3))),
                                   sum, 1e-5);
            }
    }
}

static void conv_layout(void **state)
{
    (void)state;
    tensor_scope {
        int64_t strides[4];
        channels_last_strides(DIMS(2, 3, 4, 5).data, strides);
        Tensor *x = tensor_new_strided(DIMS(2, 3, 4, 5), strides, DTYPE_FLOAT32, cpu_device(), "test");
        memset(tensor_data_ptr(x), 0, 4 * 120);
        assert_true(tensor_is_channels_last(tensor_conv2d(x, F(6, 3, 1, 1))));
        assert_true(tensor_is_contiguous(tensor_conv2d(F(2, 3, 4, 5), F(6, 3, 1, 1))));
        assert_true(tensor_is_channels_last(tensor_conv_transpose2d(x, F(3, 6, 1, 1))));
    }
}

static void wrong_convolutions(void **state)
{
    (void)state;
    error_set_handler(error_ignore, NULL);
    tensor_scope {
        Tensor *x = F(1, 3, 4, 4), *w = F(4, 3, 3, 3);
        fails(tensor_conv2d(F(3, 4), w),
              "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [3, 4]");
        fails(tensor_conv2d(F(1, 4, 8, 8), F(64, 3, 3, 3)),
              "Given groups=1, weight of size [64, 3, 3, 3], expected input[1, 4, 8, 8] to have 3 channels, "
              "but got 4 "
              "channels instead");
        fails(tensor_conv2d(F(1, 3, 2, 2), w), "Calculated padded input size per channel: (2 x 2). Kernel "
                                               "size: (3 x 3). Kernel size can't be greater than "
                                               "actual input size");
        fails(tensor_conv2d(x, w, .stride = 0), "non-positive stride is not supported");
        fails(tensor_conv2d(x, w, .padding = -1), "negative padding is not supported");
        fails(tensor_conv2d(x, w, .dilation = 0), "dilation should be greater than zero, but got [0, 0]");
        fails(tensor_conv2d(x, w, .groups = 0), "non-positive groups is not supported");
        fails(tensor_conv2d(F(1, 4, 4, 4), w, .groups = 2),
              "Given groups=2, weight of size [4, 3, 3, 3], expected input[1, 4, 4, 4] to have 6 channels, "
              "but got 4 "
              "channels instead");
        fails(tensor_conv2d(F(1, 6, 4, 4), F(5, 3, 3, 3), .groups = 2),
              "Given groups=2, expected weight to be divisible by 2 at dimension 0, but got weight of size "
              "[[5, 3, 3, 3]] "
              "instead");
        fails(tensor_conv2d(F(1, 6, 4, 4), F(1, 3, 3, 3), .groups = 2),
              "Given groups=2, expected weight to be at least 2 at dimension 0, but got weight of size [1, "
              "3, 3, 3] instead");
        fails(tensor_conv2d(x, w, F(5)),
              "Given weight of size [4, 3, 3, 3], expected bias to be 1-dimensional with 4 "
              "elements, but got bias of size [5] instead");
        fails(tensor_conv2d(x, D(4, 3, 3, 3)), "expected scalar type Float but found Double");
        fails(tensor_conv2d(x, D(4, 3, 3, 3), F(4)), "expected scalar type Float but found Double");
        fails(tensor_conv2d(x, F(4, 3, 0, 0)),
              "kernel size should be greater than zero, but got kernel_height: 0 kernel_width: 0");
        fails(tensor_conv2d(x, w, D(4)), "Input type (float) and bias type (double) should be the same");
        fails((tensor_conv2d)(x, w, NULL, DIMS(1, 1, 1), DIMS(0), DIMS(1), 1),
              "expected stride to be a single integer value or a list of 2 values to match the convolution "
              "dimensions, but "
              "got stride=[1, 1, 1]");
        fails(tensor_conv2d(x, w, .padding = PADDING_SAME, .stride = 2),
              "padding='same' is not supported for strided convolutions");
        fails(tensor_conv1d(F(3), F(4, 3, 1)),
              "Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: [3]");
    }
    error_set_handler(NULL, NULL);
}

static void wrong_transposed_convolutions(void **state)
{
    (void)state;
    error_set_handler(error_ignore, NULL);
    tensor_scope {
        Tensor *x = F(1, 2, 3, 3), *w = F(2, 3, 2, 2);
        fails(tensor_conv_transpose2d(F(3, 3), w), "Expected 3D (unbatched) or 4D (batched) input to "
                                                   "conv_transpose2d, but got input of size: [3, 3]");
        fails(
            tensor_conv_transpose2d(x, F(1, 3, 2, 2)),
            "Given transposed=1, weight of size [1, 3, 2, 2], expected input[1, 2, 3, 3] to have 1 channels, "
            "but got 2 channels instead");
        fails(tensor_conv_transpose2d(x, w, F(4)),
              "Given transposed=1, weight of size [2, 3, 2, 2], expected bias to be 1-dimensional with 3 "
              "elements, but got bias of size [4] instead");
        fails(tensor_conv_transpose2d(x, w, F(3, 1)),
              "Given transposed=1, weight of size [2, 3, 2, 2], expected bias to be 1-dimensional with 3 "
              "elements, but got bias of size [3, 1] instead");
        fails(tensor_conv_transpose2d(x, w, .stride = 0), "non-positive stride is not supported");
        fails(tensor_conv_transpose2d(x, w, .padding = -1), "negative padding is not supported");
        fails(tensor_conv_transpose2d(x, w, .dilation_hw = {1, 0}),
              "dilation should be greater than zero, but got dilation_height: 1, dilation_width: 0");
        fails(tensor_conv_transpose2d(x, w, .output_padding = -1),
              "negative output_padding is not supported");
        fails(tensor_conv_transpose2d(x, w, .groups = 0), "non-positive groups is not supported");
        fails(
            tensor_conv_transpose2d(x, w, .groups = 3),
            "Given groups=3, expected weight to be at least 3 at dimension 0, but got weight of size [2, 3, "
            "2, 2] instead");
        fails(
            tensor_conv_transpose2d(x, w, .stride = 2, .output_padding = 2),
            "output padding must be smaller than either stride or dilation, but got output_padding_height: 2 "
            "output_padding_width: 2 stride_height: 2 stride_width: 2 dilation_height: 1 dilation_width: 1");
        fails(tensor_conv_transpose2d(x, w, .padding = 5),
              "Given input size per channel: (3 x 3). Calculated output size per channel: (-6 x -6). Output "
              "size is too small");
        fails(tensor_conv_transpose2d(F(1, 2, 0, 3), w),
              "Only zero batch or zero channel inputs are supported, but got input shape: [1, 2, 0, 3]");
        fails(tensor_conv_transpose2d(x, D(2, 3, 2, 2)), "expected scalar type Float but found Double");
        fails((tensor_conv_transpose2d)(x, w, NULL, DIMS(1), DIMS(0), DIMS(0, 0, 0), 1, DIMS(1)),
              "expected output_padding to be a single integer value or a list of 2 values to match the "
              "convolution dimensions, but got output_padding=[0, 0, 0]");
        assert_null(tensor_conv_transpose2d(x, D(2, 3, 2, 2)));
        assert_string_equal(error_last()->operation, "conv_transpose2d");
        error_clear();
    }
    error_set_handler(NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matmul_shapes),
        cmocka_unit_test(beta_zero),
        cmocka_unit_test(alpha_zero),
        cmocka_unit_test(wrong_matrices),
        cmocka_unit_test(conv_keywords),
        cmocka_unit_test(conv_same),
        cmocka_unit_test(conv_far_away),
        cmocka_unit_test(conv_layout),
        cmocka_unit_test(wrong_convolutions),
        cmocka_unit_test(conv_transpose_keywords),
        cmocka_unit_test(conv_transpose_output_padding),
        cmocka_unit_test(wrong_transposed_convolutions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
