/* Two devices: moving between them, what may be mixed and what may not, and every operation of the table,
 * which must not care where it runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <taper.h>

#include "expect.h"
#include "fake_device.h"
#include "operations/run.h"

static bool is_on(const Tensor *x, Device device)
{
    return x != NULL && device_equal(tensor_device(x), device);
}

static void there_and_back(void **state)
{
    (void)state;
    Device gpu = fake_device(0), second = fake_device(1);
    Tensor *x = MATRIX(DIMS(2, 3), 1, 2, 3, 4, 5, 6);
    Tensor *y = tensor_to(x, gpu);
    assert_true(is_on(y, gpu));
    expect_values(y, 1, 2, 3, 4, 5, 6);
    assert_true(tensor_item(tensor_sum(y)) == 21);
    assert_ptr_equal(tensor_to(y, gpu), y);
    assert_ptr_equal(tensor_cpu(x), x);
    Tensor *copy = tensor_to(y, gpu, .copy = true);
    assert_true(copy != y && !tensor_shares_storage(copy, y) && is_on(copy, gpu));
    int64_t before = fake_device_copies();
    Tensor *z = tensor_to(y, second);
    assert_int_equal(fake_device_copies(), before + 2); /* by way of the host */
    assert_true(is_on(z, second));
    Tensor *back = tensor_cpu(z);
    assert_true(is_on(back, cpu_device()));
    expect_values(back, 1, 2, 3, 4, 5, 6);
    Tensor *empty = tensor_to(tensor_ones(DIMS(0, 2)), gpu);
    assert_true(is_on(empty, gpu) && tensor_size(empty, 1) == 2);
    assert_null(tensor_to(NULL, gpu));
}

static void dtype_and_device_together(void **state)
{
    (void)state;
    Device gpu = fake_device(1);
    Tensor *x = tensor_to(VECTOR(1.5, -2.5), gpu, DTYPE_INT64);
    assert_true(is_on(x, gpu) && tensor_dtype(x) == DTYPE_INT64);
    expect_values(x, 1, -2);
    Tensor *y = tensor_to(x, DTYPE_FLOAT32);
    assert_true(is_on(y, gpu) && tensor_dtype(y) == DTYPE_FLOAT32);
    Tensor *z = tensor_to(VECTOR(3.5), y);
    assert_true(is_on(z, gpu) && tensor_dtype(z) == DTYPE_FLOAT32);
    Tensor *t = tensor_type_as(y, VECTOR(1));
    assert_true(is_on(t, cpu_device()) && tensor_dtype(t) == DTYPE_FLOAT64);
    assert_int_equal(tensor_dtype(tensor_float(x)), DTYPE_FLOAT32);
    assert_int_equal(tensor_dtype(tensor_double(x)), DTYPE_FLOAT64);
    assert_int_equal(tensor_dtype(tensor_long(t)), DTYPE_INT64);
    assert_int_equal(tensor_dtype(tensor_int(t)), DTYPE_INT32);
    assert_int_equal(tensor_dtype(tensor_bool(t)), DTYPE_BOOL);
    assert_ptr_equal(tensor_long(x), x);
    DType wanted = DTYPE_FLOAT64;
    assert_int_equal(tensor_dtype(tensor_to(x, wanted)), DTYPE_FLOAT64);
    assert_null(tensor_to(x, (Tensor *)NULL));
}

static void strides_stay(void **state)
{
    (void)state;
    Device gpu = fake_device(0);
    Tensor *x = tensor_as_strided(tensor_arange(24), DIMS(1, 2, 3, 4), DIMS(24, 1, 8, 2), 0);
    Tensor *y = tensor_to(x, gpu, DTYPE_FLOAT32);
    assert_true(tensor_is_channels_last(y));
    Tensor *gaps = tensor_as_strided(tensor_arange(24), DIMS(3, 4), DIMS(2, 6), 0);
    Tensor *z = tensor_to(gaps, gpu);
    assert_int_equal(tensor_stride(z, 0), 1);
    expect_values(z, 0, 6, 12, 18, 2, 8, 14, 20, 4, 10, 16, 22);
}

static void mixing_is_an_error(void **state)
{
    (void)state;
    Device gpu = fake_device(0), second = fake_device(1);
    Tensor *x = VECTOR(1, 2), *y = tensor_to(x, gpu), *z = tensor_to(x, second);
    expect_error(
        tensor_add(y, x), ERROR_DEVICE,
        "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!");
    expect_error(
        tensor_mul(x, z), ERROR_DEVICE,
        "Expected all tensors to be on the same device, but found at least two devices, cpu and cuda:1!");
    expect_error(tensor_mul_(y, z), ERROR_DEVICE,
                 "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and "
                 "cuda:1!");
    expect_error(tensor_dot(y, z), ERROR_DEVICE, "Expected all tensors to be on the same device");
    expect_values(y, 1, 2);
    Device third = {DEVICE_CUDA, 2};
    expect_error(tensor_to(x, third), ERROR_DEVICE, "device cuda:2 is not available: 2 cuda devices found");
}

static void numbers_go_everywhere(void **state)
{
    (void)state;
    Device gpu = fake_device(0);
    Tensor *y = tensor_to(VECTOR(1, 2), gpu), *s = tensor_scalar(3.0, .requires_grad = true);
    expect_values(tensor_add(y, 1), 2, 3);
    Tensor *z = tensor_mul(s, y);
    assert_true(is_on(z, gpu));
    assert_true(tensor_backward(tensor_sum(z)));
    assert_true(is_on(tensor_grad(s), cpu_device()));
    expect_values(tensor_grad(s), 3);
}

static void gradients_flow_across(void **state)
{
    (void)state;
    Device gpu = fake_device(0), second = fake_device(1);
    Tensor *x = PARAMETER(1, 2, 3);
    Tensor *y = tensor_to(tensor_to(tensor_mul(x, x), gpu, DTYPE_FLOAT32), second);
    char *text = tensor_to_string(y);
    assert_string_equal(text, "tensor([1., 4., 9.], device='cuda:1', grad_fn=<ToCopyBackward0>)");
    free(text);
    assert_true(tensor_backward(tensor_sum(tensor_mul(y, 2))));
    assert_true(is_on(tensor_grad(x), cpu_device()));
    assert_int_equal(tensor_dtype(tensor_grad(x)), DTYPE_FLOAT64);
    expect_values(tensor_grad(x), 4, 8, 12);
    Tensor *w = tensor_ones(DIMS(2), .device = gpu, .requires_grad = true);
    assert_true(tensor_is_leaf(w) && is_on(w, gpu));
    assert_true(tensor_backward(tensor_cpu(tensor_sum(tensor_mul(w, 5)))));
    assert_true(is_on(tensor_grad(w), gpu));
    expect_values(tensor_grad(w), 5, 5);
    expect_error(tensor_set_grad(w, tensor_ones(DIMS(2))), ERROR_DEVICE,
                 "assigned grad has data located on a different device");
}

static void copying_into_another_device(void **state)
{
    (void)state;
    Device gpu = fake_device(0);
    Tensor *x = PARAMETER(1, 2), *y = tensor_zeros(DIMS(2, 2), .device = gpu);
    assert_ptr_equal(tensor_copy_(y, x), y);
    assert_true(is_on(y, gpu));
    expect_values(y, 1, 2, 1, 2);
    assert_true(tensor_backward(tensor_sum(y)));
    assert_true(is_on(tensor_grad(x), cpu_device()));
    expect_values(tensor_grad(x), 2, 2);
}

static void creation_on_a_device(void **state)
{
    (void)state;
    Device gpu = fake_device(1);
    Tensor *made[] = {tensor_zeros(DIMS(2, 2), .device = gpu),
                      tensor_arange(0, 4, 1, .device = gpu),
                      tensor_full(DIMS(4), 2, .device = gpu),
                      tensor_linspace(0, 1, 4, .device = gpu),
                      tensor_eye(2, 2, .device = gpu),
                      tensor_rand(DIMS(4), .device = gpu),
                      tensor_randint(0, 9, DIMS(4), .device = gpu),
                      tensor_randperm(4, .device = gpu)};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        assert_true(is_on(made[i], gpu));
        Tensor *like = tensor_ones_like(made[i]), *host = tensor_zeros_like(made[i], .device = cpu_device());
        assert_true(is_on(like, gpu) && is_on(host, cpu_device()));
        assert_true(tensor_numel(made[i]) == 4);
    }
    expect_values(made[1], 0, 1, 2, 3);
    expect_values(made[4], 1, 0, 0, 1);
    char *text = tensor_to_string(made[1]);
    assert_string_equal(text, "tensor([0, 1, 2, 3], device='cuda:1')");
    free(text);
}

/* -- x.data = y -- */

static void data_can_be_replaced(void **state)
{
    (void)state;
    Device gpu = fake_device(0);
    Tensor *x = PARAMETER(1, 2), *y = tensor_mul(x, x);
    assert_true(tensor_backward(tensor_sum(y)));
    Tensor *grad = tensor_grad(x);
    assert_true(tensor_set_data(x, tensor_to(tensor_detach(x), gpu, DTYPE_FLOAT32)));
    assert_true(is_on(x, gpu) && tensor_dtype(x) == DTYPE_FLOAT32);
    assert_true(tensor_requires_grad(x) && tensor_is_leaf(x));
    assert_ptr_equal(tensor_grad(x), grad);
    assert_true(tensor_set_grad(x, NULL));
    assert_true(tensor_backward(tensor_sum(tensor_mul(x, 3))));
    assert_true(is_on(tensor_grad(x), gpu));
    expect_values(tensor_grad(x), 3, 3);

    Tensor *z = tensor_ones(DIMS(3, 4));
    assert_true(tensor_set_data(x, z));
    assert_int_equal(tensor_size(x, 1), 4);
    assert_true(tensor_shares_storage(x, z));
    expect_error(tensor_set_data(x, tensor_arange(3)), ERROR_AUTOGRAD,
                 "data set to a tensor that requires gradients must be floating point or complex dtype");
    assert_int_equal(tensor_size(x, 1), 4);
    Tensor *integers = tensor_arange(2);
    assert_true(tensor_set_data(integers, VECTOR(0.5)));
    expect_values(integers, 0.5);
    assert_false(tensor_set_data(NULL, z) || tensor_set_data(z, NULL));

    Tensor *base = tensor_mul(tensor_ones(DIMS(4), .requires_grad = true), 2);
    Tensor *view = tensor_as_strided(base, DIMS(2), DIMS(1), 0);
    assert_true(tensor_set_data(view, tensor_zeros(DIMS(9))));
    tensor_add_(base, 1);
    tensor_bump_version(view);
    assert_true(tensor_requires_grad(view)); /* and does not look into the base, which is smaller */
    assert_true(tensor_item(tensor_sum(view)) == 0);
    assert_null(error_last());
}

/* -- every operation gives the same on both devices -- */

static bool is_in_place(const Operation *op)
{
    return op->name[strlen(op->name) - 1] == '_';
}

/* The call with its tensors on the device; leaves take the gradient. */
static Results call_on(const Run *run, Device device, Tensor **leaves)
{
    Tensor *tensors[SAMPLE_MAX_LIST] = {NULL};
    for (int i = 0; i < run->n_tensors; i++) {
        leaves[i] = tensor_to(tensor_detach(run->tensors[i]), device);
        if (run_differentiates(run, i))
            tensor_requires_grad_(leaves[i], true);
        tensors[i] = leaves[i];
    }
    if (is_in_place(run->operation))
        tensors[0] = tensor_clone(tensors[0]);
    tensor_manual_seed(1);
    return operation_call(run->operation, run->signature, run->sample, tensors);
}

/* The gradients of all float results, added up over the leaves. */
static void go_backward(const Results *results, Device device)
{
    for (int i = 0; i < results->count; i++) {
        Tensor *y = results->items[i];
        if (!tensor_requires_grad(y))
            continue;
        Tensor *gradient = tensor_to(sample_gradient(tensor_to(tensor_detach(y), cpu_device()), i), device);
        assert_true(tensor_backward(y, .gradient = gradient, .retain_graph = true));
    }
}

static void check_equal(const char *name, const Tensor *found, const Tensor *expected, Device device)
{
    if ((found == NULL) != (expected == NULL))
        fail_msg("%s: there is a tensor on one device only", name);
    if (expected == NULL)
        return;
    if (!is_on(found, device) && !(tensor_dim(found) == 0 && is_on(expected, tensor_device(found))))
        fail_msg("%s: a result is not on the device", name);
    size_t bytes = (size_t)tensor_numel(expected) * dtype_size(tensor_dtype(expected));
    assert_true(tensor_same_shape(found, expected) && tensor_dtype(found) == tensor_dtype(expected));
    char *a = malloc(bytes + 1), *b = malloc(bytes + 1);
    assert_true(a != NULL && b != NULL);
    assert_true(tensor_copy_to_host(found, tensor_dtype(found), a) &&
                tensor_copy_to_host(expected, tensor_dtype(expected), b));
    if (memcmp(a, b, bytes) != 0)
        fail_msg("%s: the devices give different numbers", name);
    free(a);
    free(b);
}

static void check_call(const Operation *op, const Signature *signature, const SampleCall *sample)
{
    Device host = cpu_device(), gpu = fake_device(0);
    Tensor *at_home[SAMPLE_MAX_LIST], *away[SAMPLE_MAX_LIST];
    Run run;
    assert_true(run_begin(&run, op, signature, sample, DTYPE_FLOAT32, LAYOUT_CONTIGUOUS));
    if (run.n_tensors == 0)
        return;
    Results expected = call_on(&run, host, at_home), found = call_on(&run, gpu, away);
    if (found.count != expected.count || found.count < 0)
        fail_msg("%s: %s", op->name, error_last() != NULL ? error_last()->text : "no results");
    for (int i = 0; i < expected.count; i++)
        check_equal(op->name, found.items[i], expected.items[i], gpu);
    go_backward(&expected, host);
    go_backward(&found, gpu);
    for (int i = 0; i < run.n_tensors; i++)
        check_equal(op->name, tensor_grad(away[i]), tensor_grad(at_home[i]), gpu);
}

static void every_operation(void **state)
{
    (void)state;
    for (int id = 0; id < operation_count(); id++) {
        const Operation *op = operation((OpId)id);
        const char *samples = op->samples;
        Signature signature;
        SampleCall sample;
        assert_true(signature_read(op->signature, &signature));
        while (sample_read(&samples, &sample))
            tensor_scope {
                check_call(op, &signature, &sample);
                if (error_last() != NULL)
                    fail_msg("%s: %s", op->name, error_last()->text);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(there_and_back, begin_test, end_test),
        cmocka_unit_test_setup_teardown(dtype_and_device_together, begin_test, end_test),
        cmocka_unit_test_setup_teardown(strides_stay, begin_test, end_test),
        cmocka_unit_test_setup_teardown(mixing_is_an_error, begin_test, end_test),
        cmocka_unit_test_setup_teardown(numbers_go_everywhere, begin_test, end_test),
        cmocka_unit_test_setup_teardown(gradients_flow_across, begin_test, end_test),
        cmocka_unit_test_setup_teardown(copying_into_another_device, begin_test, end_test),
        cmocka_unit_test_setup_teardown(creation_on_a_device, begin_test, end_test),
        cmocka_unit_test_setup_teardown(data_can_be_replaced, begin_test, end_test),
        cmocka_unit_test_setup_teardown(every_operation, begin_test, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
