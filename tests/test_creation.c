/* New tensors against PyTorch's (tests/reference/creation.py writes vectors/creation.inc), what may be said
 * of them, and calls that must fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <taper.h>

#include "expect.h"
#include "fnv1a.h"

static void check_numbers(const char *call, const char *what, Dims found, Dims expected)
{
    char a[160], b[160];
    if (found.n != expected.n || (found.n > 0 && memcmp(found.data, expected.data, (size_t)found.n * 8) != 0))
        fail_msg("%s has %s %s instead of %s", call, what, dims_string(found, a, sizeof a),
                 dims_string(expected, b, sizeof b));
}

static void check_row(const char *call, Tensor *x, DType dtype, Dims shape, Dims strides, uint64_t hash,
                      const double *values, int64_t n_values)
{
    if (x == NULL)
        fail_msg("%s: %s", call, error_last() != NULL ? error_last()->text : "there is no tensor");
    if (tensor_dtype(x) != dtype)
        fail_msg("%s is %s instead of %s", call, dtype_name(tensor_dtype(x)), dtype_name(dtype));
    check_numbers(call, "shape", tensor_dims(x), shape);
    check_numbers(call, "strides", (Dims){tensor_dim(x), tensor_strides(x)}, strides);
    size_t size = dtype_size(dtype), n = (size_t)tensor_numel(x);
    unsigned char *elements = malloc(n * size + 1);
    assert_non_null(elements);
    assert_true(tensor_copy_to_host(x, dtype, elements));
    for (size_t i = 0; i < n && (int64_t)i < n_values; i++) {
        double value = scalar_to_double(scalar_read(dtype, elements + i * size));
        double tolerance = hash ? 0 : (dtype == DTYPE_FLOAT32 ? 4e-7 : 1e-15) * fmax(1, fabs(values[i]));
        if (!(fabs(value - values[i]) <= tolerance) && value != values[i])
            fail_msg("%s: element %zu is %.17g instead of %.17g", call, i, value, values[i]);
    }
    if (hash && fnv1a(FNV1A_START, elements, n * size) != hash)
        fail_msg("%s: some of the %zu elements differ from PyTorch's", call, n);
    free(elements);
}

static void same_as_pytorch(void **state)
{
    (void)state;
    Tensor *channels_last =
        tensor_as_strided(tensor_empty(DIMS(120)), DIMS(2, 3, 4, 5), DIMS(60, 1, 15, 3), 0);
    Tensor *transposed = tensor_as_strided(tensor_empty(DIMS(24), DTYPE_FLOAT64), DIMS(6, 4), DIMS(1, 6), 0);
    Tensor *sliced = tensor_as_strided(tensor_empty(DIMS(48)), DIMS(6, 4), DIMS(8, 2), 0);
    Tensor *expanded = tensor_expand(tensor_empty(DIMS(1, 3)), 4, 3);
    Tensor *expanded_last = tensor_expand(tensor_empty(DIMS(3, 1)), 3, 4);
    Tensor *permuted_slice = tensor_as_strided(tensor_empty(DIMS(24)), DIMS(2, 4, 2), DIMS(1, 6, 2), 2);
    Tensor *gaps_inside = tensor_as_strided(tensor_empty(DIMS(48)), DIMS(2, 4, 3), DIMS(24, 1, 8), 0);
    Tensor *integers = tensor_empty(DIMS(3, 2), DTYPE_INT64);
    Tensor *nothing = tensor_as_strided(tensor_empty(DIMS(0)), DIMS(3, 0), DIMS(1, 3), 0);
    Tensor *zero_dim = tensor_empty(DIMS());
#define ROW(call, dtype, shape, strides, hash, ...)                                                          \
    tensor_scope {                                                                                           \
        tensor_manual_seed(42);                                                                              \
        check_row(#call, call, dtype, shape, strides, hash, (const double[]){__VA_ARGS__},                   \
                  sizeof((const double[]){__VA_ARGS__}) / sizeof(double));                                   \
    }
#include "vectors/creation.inc"
#undef ROW
}

static void options_are_kept(void **state)
{
    (void)state;
    Generator *g = generator_new(3);
    Tensor *x = tensor_zeros(DIMS(2), .requires_grad = true);
    assert_true(tensor_requires_grad(x) && tensor_is_leaf(x));
    assert_false(tensor_requires_grad(tensor_zeros_like(x)));
    assert_true(tensor_requires_grad(tensor_rand_like(x, .requires_grad = true)));
    assert_true(tensor_requires_grad(tensor_arange(0, 3, 1, .dtype = DTYPE_FLOAT64, .requires_grad = true)));
    Tensor *a = tensor_rand(DIMS(5), .generator = g, .dtype = DTYPE_FLOAT64);
    generator_manual_seed(g, 3);
    Tensor *b = tensor_rand(DIMS(5), DTYPE_FLOAT64, .generator = g);
    assert_memory_equal(tensor_data_ptr(a), tensor_data_ptr(b), 5 * sizeof(double));
    object_release(g);
    autograd_inference_mode
    {
        assert_true(tensor_is_inference(tensor_ones(DIMS(2))));
    }
    assert_false(tensor_is_inference(tensor_ones(DIMS(2))));
    assert_true(tensor_set_default_dtype(DTYPE_FLOAT64));
    DType found = tensor_dtype(tensor_ones(DIMS(2)));
    assert_true(tensor_set_default_dtype(DTYPE_FLOAT32));
    assert_int_equal(found, DTYPE_FLOAT64);
}

static void functions_take_no_options(void **state)
{
    (void)state;
    expect_values(tensor_ones_args(DIMS(2), NULL), 1, 1);
    expect_values(tensor_full_like_args(tensor_zeros(DIMS(2)), scalar_float(0.5), NULL), 0.5, 0.5);
    assert_non_null(tensor_randn_args(DIMS(2), NULL));
    assert_null(tensor_zeros_like(NULL));
    assert_null(tensor_rand_like(NULL));
    assert_null(error_last());
}

static void data_is_copied(void **state)
{
    (void)state;
    float data[] = {1, 2, 3, 4, 5, 6};
    Tensor *x = tensor_from_data(data, DIMS(2, 3), DTYPE_FLOAT32);
    data[0] = 9;
    expect_values(x, 1, 2, 3, 4, 5, 6);
    assert_int_equal(tensor_size(x, 1), 3);
    expect_values(tensor_from_data((bool[]){true, false}, DIMS(2), DTYPE_BOOL), 1, 0);
    assert_int_equal(tensor_numel(tensor_from_data(NULL, DIMS(0, 2), DTYPE_INT64)), 0);
}

static int released;

static void count_release(void *data, void *user)
{
    released += *(int *)user;
    ((double *)data)[0] = -1;
}

static void blobs_are_borrowed(void **state)
{
    (void)state;
    double data[] = {1, 2, 3, 4, 5, 6};
    int by = 7;
    tensor_scope {
        Tensor *x = tensor_from_blob(data, DIMS(3, 2), DTYPE_FLOAT64, .strides = DIMS(1, 3),
                                     .deleter = count_release, .user = &by);
        expect_values(x, 1, 4, 2, 5, 3, 6);
        tensor_fill_(tensor_as_strided(x, DIMS(1), DIMS(1), 5), 8);
        assert_true(data[5] == 8);
        assert_int_equal(released, 0);
    }
    assert_int_equal(released, 7);
    assert_true(data[0] == -1);
    expect_values(tensor_from_blob(data, DIMS(2), DTYPE_FLOAT64), -1, 2);
    expect_values(tensor_from_blob(data, DIMS(2), DTYPE_FLOAT64, .strides = 2), -1, 3);
    expect_error(tensor_from_blob(data, DIMS(3, 2), DTYPE_FLOAT64, .strides = DIMS(1)), ERROR_SHAPE,
                 "mismatch in length of strides and shape: strides=[1], shape=[3, 2]");
    expect_error(tensor_from_blob(data, DIMS(3), DTYPE_FLOAT64, .strides = DIMS(-1)), ERROR_VALUE,
                 "as_strided: Negative strides are not supported at the moment, got strides: [-1]");
    expect_error(
        tensor_from_blob(data, DIMS(3, 2), DTYPE_FLOAT64, .strides = DIMS(INT64_C(1) << 62, 1)), ERROR_SHAPE,
        "Storage size calculation overflowed with sizes=[3, 2] and strides=[4611686018427387904, 1]");
}

static void wrong_sizes(void **state)
{
    (void)state;
    expect_error(tensor_zeros(DIMS(-1)), ERROR_SHAPE, "zeros: Dimension size must be non-negative.");
    expect_error(tensor_ones(DIMS(2, -3)), ERROR_SHAPE,
                 "Trying to create tensor with negative dimension -3: [2, -3]");
    expect_error(tensor_empty(DIMS(-2)), ERROR_SHAPE,
                 "Trying to create tensor with negative dimension -2: [-2]");
    expect_error(tensor_rand(DIMS(-2)), ERROR_SHAPE,
                 "Trying to create tensor with negative dimension -2: [-2]");
    expect_error(tensor_randperm(-1), ERROR_SHAPE,
                 "Trying to create tensor with negative dimension -1: [-1]");
    expect_error(tensor_eye(-1), ERROR_SHAPE, "n must be greater or equal to 0, got -1");
    expect_error(tensor_eye(2, -1), ERROR_SHAPE, "m must be greater or equal to 0, got -1");
    expect_error(tensor_linspace(0, 1, -1), ERROR_VALUE, "number of steps must be non-negative");
    int64_t large = INT64_C(1) << 40, many[TENSOR_MAX_DIMS + 1] = {0};
    expect_error(tensor_zeros(DIMS(large, large)), ERROR_SHAPE,
                 "Storage size calculation overflowed with sizes=[1099511627776, 1099511627776]");
    expect_error(tensor_zeros(DIMS(large, large, 0)), ERROR_SHAPE,
                 "Storage size calculation overflowed with sizes=[1099511627776, 1099511627776, 0]");
    expect_error(tensor_zeros(DIMS(0, large, large)), ERROR_SHAPE, "Stride calculation overflowed");
    Tensor *empty = tensor_zeros(DIMS(INT64_C(1) << 62, 0, 1024));
    assert_true(tensor_is_contiguous(empty) && tensor_stride(empty, 0) == 1024);
    expect_error(tensor_ones(((Dims){TENSOR_MAX_DIMS + 1, many})), ERROR_SHAPE,
                 "a tensor can have at most 16 dimensions, but got 17");
}

static void wrong_ranges(void **state)
{
    (void)state;
    expect_error(tensor_arange(0, 5, -1), ERROR_VALUE,
                 "upper bound and lower bound inconsistent with step sign");
    expect_error(tensor_arange(5, 0), ERROR_VALUE, "upper bound and lower bound inconsistent with step sign");
    expect_error(tensor_arange(0, 5, 0), ERROR_VALUE, "step must be nonzero");
    expect_error(tensor_arange(0, INFINITY), ERROR_VALUE, "unsupported range: 0 -> inf");
    expect_error(tensor_arange(0, (double)NAN), ERROR_VALUE, "unsupported range: 0 -> nan");
    expect_error(tensor_arange(0, 1e30, 1e10), ERROR_VALUE, "invalid size, possible overflow?");
    expect_error(tensor_randint(5, 5, DIMS(2)), ERROR_VALUE,
                 "random_ expects 'from' to be less than 'to', but got from=5 >= to=5");
    expect_error(tensor_random_(tensor_ones(DIMS(2)), 5, 2), ERROR_VALUE,
                 "random_ expects 'from' to be less than 'to', but got from=5 >= to=2");
    expect_error((tensor_random_)(tensor_ones(DIMS(2)), 5, TENSOR_NONE, NULL), ERROR_VALUE,
                 "random_ takes 'from' together with 'to' only");
    expect_error(tensor_uniform_(tensor_ones(DIMS(2)), 3, 1), ERROR_VALUE,
                 "uniform_ expects to return a [from, to) range, but found from=3 > to=1");
    expect_error(tensor_normal(0, -1, DIMS(2)), ERROR_VALUE, "normal expects std >= 0.0, but found std -1");
    expect_error(tensor_bernoulli_(tensor_ones(DIMS(2)), 2), ERROR_VALUE,
                 "bernoulli_ expects p to be in [0, 1], but got p=2");
    expect_error(tensor_full(DIMS(2), 300, .dtype = DTYPE_UINT8), ERROR_VALUE,
                 "value cannot be converted to type uint8_t without overflow");
    expect_error(tensor_full(DIMS(2), -1.5, .dtype = DTYPE_UINT8), ERROR_VALUE,
                 "value cannot be converted to type uint8_t without overflow");
    expect_error(tensor_full(DIMS(2), (double)NAN, .dtype = DTYPE_INT64), ERROR_VALUE,
                 "value cannot be converted to type int64_t without overflow");
    expect_error(tensor_full(DIMS(2), 1e300), ERROR_VALUE,
                 "value cannot be converted to type float without overflow");
    expect_error(tensor_fill_(tensor_ones(DIMS(2), DTYPE_INT32), INT64_C(1) << 40), ERROR_VALUE,
                 "value cannot be converted to type int without overflow");
}

static void wrong_dtypes_and_devices(void **state)
{
    (void)state;
    expect_error(tensor_rand(DIMS(2), DTYPE_INT64), ERROR_DTYPE,
                 "\"check_uniform_bounds\" not implemented for 'Long'");
    expect_error(tensor_randn_like(tensor_arange(3)), ERROR_DTYPE,
                 "\"normal_kernel_cpu\" not implemented for 'Long'");
    expect_error(tensor_arange(0, 2, 1, .dtype = DTYPE_BOOL), ERROR_DTYPE,
                 "\"arange_cpu\" not implemented for 'Bool'");
    expect_error(tensor_linspace(0, 2, 1, .dtype = DTYPE_BOOL), ERROR_DTYPE,
                 "\"linspace_cpu\" not implemented for 'Bool'");
    expect_error(tensor_randperm(5, .dtype = DTYPE_BOOL), ERROR_DTYPE,
                 "\"randperm\" not implemented for 'Bool'");
    expect_error(tensor_randint(0, 300, DIMS(2), DTYPE_UINT8), ERROR_VALUE,
                 "to - 1 is out of bounds for unsigned char");
    expect_error(tensor_zeros(DIMS(2), .dtype = (DType)99), ERROR_DTYPE, "unknown dtype 99");
    expect_error(tensor_from_data("", DIMS(1), DTYPE_NONE), ERROR_DTYPE, "unknown dtype 0");
    expect_error(tensor_to(tensor_ones(DIMS(1)), (DType)-3), ERROR_DTYPE, "unknown dtype -3");
    expect_error(tensor_zeros(DIMS(2), DTYPE_INT64, .requires_grad = true), ERROR_AUTOGRAD,
                 "Only Tensors of floating point and complex dtype can require gradients");
    Device gpu = {DEVICE_CUDA, 3};
    expect_error(tensor_zeros(DIMS(2), .device = gpu), ERROR_DEVICE,
                 "device cuda:3 is not available: 0 cuda devices found");
    Device unknown = {9, 0}, negative = {DEVICE_CPU, -1};
    expect_error(tensor_zeros(DIMS(2), .device = unknown), ERROR_DEVICE, "unknown device type 9");
    expect_error(tensor_to(tensor_ones(DIMS(2)), unknown), ERROR_DEVICE, "unknown device type 9");
    expect_error(tensor_zeros(DIMS(2), .device = negative), ERROR_DEVICE, "device cpu is not available");
    assert_int_equal(device_count((DeviceType)9), 0);
    Device parsed;
    expect_error(device_parse("tpu", &parsed), ERROR_DEVICE, "Invalid device string: 'tpu'");
    expect_error(tensor_arange(0, 2, 1, .device = gpu), ERROR_DEVICE, "device cuda:3 is not available");
    expect_error(tensor_rand_like(tensor_ones(DIMS(2)), .device = gpu), ERROR_DEVICE,
                 "device cuda:3 is not available");
    expect_error(tensor_to(tensor_ones(DIMS(2)), gpu), ERROR_DEVICE, "device cuda:3 is not available");
}

static void one_number_for_random_is_the_upper_bound(void **state)
{
    (void)state;
    tensor_manual_seed(3);
    Tensor *x = tensor_random_(tensor_zeros(DIMS(9)), 10);
    tensor_manual_seed(3);
    assert_true(tensor_equal(x, tensor_random_(tensor_zeros(DIMS(9)), 0, 10)));
    expect_error(tensor_random_(x, 0), ERROR_VALUE,
                 "random_ expects 'from' to be less than 'to', but got from=0 >= to=0");
}

/* In place: the version goes on, the history ends, leaves are guarded. */
static void random_fills_end_the_history(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *y = tensor_mul(x, 2);
    int64_t version = tensor_version(y);
    assert_ptr_equal(tensor_uniform_(y), y);
    assert_int_equal(tensor_version(y), version + 1);
    char *text = tensor_to_string(y);
    assert_non_null(strstr(text, "grad_fn=<UniformBackward0>"));
    free(text);
    assert_true(tensor_backward(tensor_sum(y)));
    expect_values(tensor_grad(x), 0, 0);
    expect_error(tensor_normal_(x), ERROR_AUTOGRAD,
                 "a leaf Variable that requires grad is being used in an in-place operation.");
    expect_error(tensor_random_(tensor_expand(tensor_ones(DIMS(1)), 3)), ERROR_VALUE,
                 "unsupported operation: more than one element of the written-to tensor refers to a single");
    autograd_no_grad
    {
        assert_ptr_equal(tensor_normal_(x), x);
    }
    assert_null(tensor_bernoulli_(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(same_as_pytorch, begin_test, end_test),
        cmocka_unit_test_setup_teardown(options_are_kept, begin_test, end_test),
        cmocka_unit_test_setup_teardown(functions_take_no_options, begin_test, end_test),
        cmocka_unit_test_setup_teardown(data_is_copied, begin_test, end_test),
        cmocka_unit_test_setup_teardown(blobs_are_borrowed, begin_test, end_test),
        cmocka_unit_test_setup_teardown(wrong_sizes, begin_test, end_test),
        cmocka_unit_test_setup_teardown(wrong_ranges, begin_test, end_test),
        cmocka_unit_test_setup_teardown(wrong_dtypes_and_devices, begin_test, end_test),
        cmocka_unit_test_setup_teardown(one_number_for_random_is_the_upper_bound, begin_test, end_test),
        cmocka_unit_test_setup_teardown(random_fills_end_the_history, begin_test, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
