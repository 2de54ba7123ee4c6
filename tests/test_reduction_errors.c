/* Wrong inputs of reductions, scans and sorts: NULL, and PyTorch's words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <taper.h>

#include "expect.h"

static const char out_of_range[] = "Dimension out of range (expected to be in range of [-2, 1], but got 5)";
static const char twice[] = "dim 0 appears multiple times in the list of dims";

static void test_dimensions(void **state)
{
    (void)state;
    Tensor *x = ONES(2, 3);
    expect_error(tensor_mean(x, DIMS(5)), ERROR_INDEX, out_of_range);
    expect_error(tensor_mean(x, DIMS(0, 0)), ERROR_INDEX, twice);
    expect_error(tensor_var(x, DIMS(5)), ERROR_INDEX, out_of_range);
    expect_error(tensor_std(x, DIMS(0, -2)), ERROR_INDEX, twice);
    expect_error(tensor_amax(x, DIMS(5)), ERROR_INDEX, out_of_range);
    expect_error(tensor_amin(x, DIMS(0, 0)), ERROR_INDEX, twice);
    expect_error(tensor_max(x, 5).values, ERROR_INDEX, out_of_range);
    expect_error(tensor_min(x, 5).indices, ERROR_INDEX, out_of_range);
    expect_error(tensor_argmax(x, 5), ERROR_INDEX, out_of_range);
    expect_error(tensor_norm(x, 2, DIMS(5)), ERROR_INDEX, out_of_range);
    expect_error(tensor_logsumexp(x, DIMS(5)), ERROR_INDEX, out_of_range);
    expect_error(tensor_all(x, DIMS(5)), ERROR_INDEX, out_of_range);
    expect_error(tensor_any(x, DIMS(0, 0)), ERROR_INDEX, twice);
    expect_error(tensor_count_nonzero(x, DIMS(5)), ERROR_INDEX, out_of_range);
    expect_error(tensor_nansum(x, DIMS(5)), ERROR_INDEX, out_of_range);
    expect_error(tensor_prod(x, 5), ERROR_INDEX, out_of_range);
    expect_error(tensor_cumsum(x, 5), ERROR_INDEX, out_of_range);
    expect_error(tensor_cumprod(x, 5), ERROR_INDEX, out_of_range);
    expect_error(tensor_sort(x, 5).values, ERROR_INDEX, out_of_range);
    expect_error(tensor_argsort(x, 5), ERROR_INDEX, out_of_range);
    expect_error(tensor_topk(x, 1, 5).values, ERROR_INDEX, out_of_range);
    expect_error(tensor_kthvalue(x, 1, 5).values, ERROR_INDEX, out_of_range);
    expect_error(tensor_sort(tensor_sum(x), 1).values, ERROR_INDEX,
                 "Dimension out of range (expected to be in range of [-1, 0], but got 1)");
}

static void test_nothing_to_reduce(void **state)
{
    (void)state;
    Tensor *none = ONES(0), *rows = ONES(0, 3);
    expect_error(tensor_max(none), ERROR_VALUE,
                 "max(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
                 "reduction dim with the 'dim' argument.");
    expect_error(tensor_min(none), ERROR_VALUE,
                 "min(): Expected reduction dim to be specified for input.numel() == 0.");
    expect_error(tensor_amax(none), ERROR_VALUE,
                 "amax(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
                 "reduction dim with the 'dim' argument.");
    expect_error(tensor_amin(rows, DIMS(0)), ERROR_INDEX,
                 "amin(): Expected reduction dim 0 to have non-zero size.");
    expect_error(tensor_max(rows, 0).values, ERROR_INDEX,
                 "max(): Expected reduction dim 0 to have non-zero size.");
    expect_error(tensor_argmax(none), ERROR_INDEX,
                 "argmax(): Expected reduction dim to be specified for input.numel() == 0.");
    expect_error(tensor_argmin(rows, 0), ERROR_INDEX,
                 "argmin(): Expected reduction dim 0 to have non-zero size.");
    expect_error(tensor_kthvalue(rows, 1, 0).values, ERROR_INDEX,
                 "kthvalue(): Expected reduction dim 0 to have non-zero size.");
    expect_error(tensor_norm(none, INFINITY), ERROR_VALUE,
                 "linalg.vector_norm cannot compute the inf norm on an empty tensor because the operation "
                 "does not have an identity");
    expect_error(tensor_norm(rows, -1, DIMS(0)), ERROR_VALUE,
                 "linalg.vector_norm cannot compute the -1 norm on the dimension 0");
}

static void test_dtypes(void **state)
{
    (void)state;
    Tensor *integers = ones_of(DIMS(2, 3), DTYPE_INT64), *bools = ones_of(DIMS(2, 3), DTYPE_BOOL);
    Tensor *doubles = ones_of(DIMS(2), DTYPE_FLOAT64);
    expect_error(tensor_mean(integers), ERROR_DTYPE,
                 "mean(): could not infer output dtype. Input dtype must be either a floating point or "
                 "complex dtype. Got: Long");
    expect_error(tensor_mean(doubles, .dtype = DTYPE_INT64), ERROR_DTYPE,
                 "mean(): could not infer output dtype. Optional dtype must be either a floating point or "
                 "complex dtype. Got: Long");
    expect_error(tensor_var(integers), ERROR_DTYPE,
                 "std and var only support floating point and complex dtypes");
    expect_error(tensor_var_mean(integers).mean, ERROR_DTYPE,
                 "var_mean only support floating point and complex dtypes");
    expect_error(tensor_std_mean(bools).std, ERROR_DTYPE,
                 "std_mean only support floating point and complex dtypes");
    expect_error(tensor_norm(integers), ERROR_DTYPE,
                 "linalg.vector_norm: Expected a floating point or complex tensor as input. Got Long");
    expect_error(tensor_norm(doubles, .dtype = DTYPE_INT64), ERROR_DTYPE,
                 "linalg.vector_norm: dtype should be floating point or complex, but got Long");
    expect_error(tensor_norm(doubles, .dtype = DTYPE_FLOAT32), ERROR_DTYPE,
                 "linalg.vector_norm: the dtype of the input (Double) should be convertible without "
                 "narrowing to the specified dtype (Float)");
    expect_error(tensor_argmax(bools), ERROR_DTYPE, "argmax(): does not support bool input");
    expect_error(tensor_topk(bools, 1).values, ERROR_DTYPE, "topk does not support bool dtypes on CPU");
    expect_error(tensor_kthvalue(bools, 1).values, ERROR_DTYPE,
                 "\"kthvalue_cpu\" not implemented for 'Bool'");
}

/* A sum in whole numbers has no derivative; without one it is allowed. */
static void test_dtypes_without_gradient(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1.5, 2.5);
    expect_error(tensor_sum(x, .dtype = DTYPE_INT64), ERROR_DTYPE, "Autograd not support dtype: Long");
    expect_error(tensor_nansum(x, .dtype = DTYPE_INT32), ERROR_DTYPE, "Autograd not support dtype: Int");
    expect_error(tensor_prod(x, .dtype = DTYPE_BOOL), ERROR_DTYPE, "Autograd not support dtype: Bool");
    expect_error(tensor_cumsum(x, 0, .dtype = DTYPE_INT64), ERROR_DTYPE, "Autograd not support dtype: Long");
    expect_error(tensor_cumprod(x, 0, .dtype = DTYPE_INT64), ERROR_DTYPE, "Autograd not support dtype: Long");
    expect_values(tensor_sum(tensor_detach(x), .dtype = DTYPE_INT64), 3);
    autograd_no_grad
    {
        expect_values(tensor_cumsum(x, 0, .dtype = DTYPE_INT64), 1, 3);
    }
}

static void test_ranks(void **state)
{
    (void)state;
    Tensor *x = ONES(2, 3);
    expect_error(tensor_topk(x, 4).values, ERROR_VALUE, "selected index k out of range");
    expect_error(tensor_topk(x, -1).values, ERROR_VALUE, "selected index k out of range");
    expect_error(tensor_kthvalue(x, 4).values, ERROR_VALUE,
                 "kthvalue(): selected number k out of range for dimension 1");
    expect_error(tensor_kthvalue(x, 0).values, ERROR_VALUE,
                 "kthvalue(): selected number k out of range for dimension 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_dimensions, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_nothing_to_reduce, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_dtypes_without_gradient, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_dtypes, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_ranks, begin_test, end_test),
    };
    return cmocka_run_group_tests_name("reduction_errors", tests, NULL, NULL);
}
