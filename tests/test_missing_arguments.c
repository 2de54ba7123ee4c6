/* Layers and schedulers without an argument that PyTorch has no default for, and NULL for a word, a path or
 * data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <taper.h>

#include "expect.h"

static void test_missing_arguments_of_layers(void **state)
{
    (void)state;
#define MISSING(call, names) expect_error((call), ERROR_VALUE, "missing " names)
    MISSING(nn_Conv2d(3, 4), "1 required positional argument: 'kernel_size'");
    MISSING(nn_Conv2d(), "3 required positional arguments: 'in_channels', 'out_channels', and 'kernel_size'");
    MISSING(nn_ConvTranspose2d(3, .kernel_size_hw = {3, 3}),
            "1 required positional argument: 'out_channels'");
    MISSING(nn_Linear(), "2 required positional arguments: 'in_features' and 'out_features'");
    MISSING(nn_Linear(8, .bias = false), "1 required positional argument: 'out_features'");
    MISSING(nn_Embedding(8), "1 required positional argument: 'embedding_dim'");
    MISSING(nn_BatchNorm2d(), "1 required positional argument: 'num_features'");
    MISSING(nn_InstanceNorm1d(.affine = true), "1 required positional argument: 'num_features'");
    MISSING(nn_LayerNorm(.eps = 1e-6), "1 required positional argument: 'normalized_shape'");
    MISSING(nn_GroupNorm(2), "1 required positional argument: 'num_channels'");
    MISSING(nn_MaxPool2d(), "1 required positional argument: 'kernel_size'");
    MISSING(nn_AvgPool2d(.padding = 1), "1 required positional argument: 'kernel_size'");
    MISSING(nn_SEModule(), "1 required positional argument: 'in_channels'");
    MISSING(nn_ResidualBlock(64), "1 required positional argument: 'out_channels'");
}

static void test_missing_arguments_of_schedulers(void **state)
{
    (void)state;
    Optimizer *optimizer = optim_SGD(TENSORS(PARAMETER(1)), .momentum = 0.9);
    MISSING(optim_ExponentialLR(optimizer), "1 required positional argument: 'gamma'");
    MISSING(optim_OneCycleLR(optimizer, .total_steps = 10), "1 required positional argument: 'max_lr'");
    assert_non_null(optim_OneCycleLR(optimizer, .max_lrs = (const double[]){0.1}, .total_steps = 10));
}

static void test_null(void **state)
{
    (void)state;
    Optimizer *optimizer = optim_SGD(TENSORS(PARAMETER(1)), .momentum = 0.9);
    Tensor *x = tensor_ones(DIMS(2, 2));
    expect_error(nn_CrossEntropyLoss(.reduction = NULL), ERROR_VALUE,
                 "NULL is not a valid value for reduction");
    expect_error(nn_Conv2d(1, 1, 1, .padding_mode = NULL), ERROR_VALUE, "padding_mode must be one of {");
    expect_error(nn_ConvTranspose2d(1, 1, 1, .padding_mode = NULL), ERROR_VALUE,
                 "Only \"zeros\" padding mode");
    expect_error(nn_GELU(NULL), ERROR_VALUE, "approximate argument must be either none or tanh.");
    expect_error(nn_init_kaiming_normal_(x, .mode = NULL), ERROR_VALUE, "Mode NULL not supported");
    expect_error(nn_init_kaiming_normal_(x, .nonlinearity = NULL), ERROR_VALUE,
                 "Unsupported nonlinearity NULL");
    expect_error(optim_ReduceLROnPlateau(optimizer, .mode = NULL), ERROR_VALUE, "mode NULL is unknown!");
    expect_error(optim_ReduceLROnPlateau(optimizer, .threshold_mode = NULL), ERROR_VALUE,
                 "threshold mode NULL is unknown!");
    expect_error(optim_OneCycleLR(optimizer, 0.1, 10, .anneal_strategy = NULL), ERROR_VALUE,
                 "anneal_strategy must be one of 'cos' or 'linear', instead got NULL");
    expect_error(nn_save_safetensors(state_dict_new(), NULL), ERROR_VALUE, "the path is NULL");
    expect_error(nn_load_safetensors(NULL), ERROR_VALUE, "the path is NULL");
    expect_error(tensor_from_data(NULL, DIMS(2), DTYPE_FLOAT32), ERROR_VALUE,
                 "the data of 2 elements is NULL");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_missing_arguments_of_layers),
        TEST(test_missing_arguments_of_schedulers),
        TEST(test_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
