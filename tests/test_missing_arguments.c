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
    MISSING(optim_MultiStepLR(optimizer), "1 required positional argument: 'milestones'");
    MISSING(optim_MultiStepLR(optimizer, .gamma = 0.5), "1 required positional argument: 'milestones'");
    assert_non_null(optim_MultiStepLR(optimizer, DIMS()));
    MISSING(optim_LambdaLR(optimizer), "1 required positional argument: 'lr_lambda'");
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

#define NULL_ERROR(call, what) expect_error((call), ERROR_VALUE, "the " what " is NULL")

static void test_null_names(void **state)
{
    (void)state;
    Module *linear = nn_Linear(2, 2);
    Tensor *x = tensor_ones(DIMS(2));
    NULL_ERROR(nn_get_submodule(linear, NULL), "target");
    NULL_ERROR(nn_get_parameter(linear, NULL), "target");
    NULL_ERROR(nn_get_buffer(linear, NULL), "target");
    NULL_ERROR(nn_isinstance(linear, NULL), "type");
    NULL_ERROR(nn_register_module(linear, NULL, nn_ReLU()), "name");
    NULL_ERROR(nn_register_parameter(linear, NULL, x), "name");
    NULL_ERROR(nn_register_buffer(linear, NULL, x, true), "name");
    NULL_ERROR(nn_module_alloc(&(ModuleType){.size = sizeof(Module)}), "name of the type");
    StateDict *dict = state_dict_new();
    NULL_ERROR(state_dict_set(dict, NULL, x), "name");
    NULL_ERROR(state_dict_remove(dict, NULL), "name");
    NULL_ERROR(state_dict_set_metadata(dict, NULL, "pt"), "key");
    assert_null(state_dict_get(dict, NULL));
    assert_null(state_dict_metadata(dict, NULL));
    Optimizer *optimizer = optim_SGD(TENSORS(PARAMETER(1)), 0.1);
    ParamGroup *group = optim_add_param_group(optimizer, TENSORS(PARAMETER(2)));
    NULL_ERROR(optim_set_option(group, NULL, 1), "name");
    assert_false(optim_has_option(group, NULL));
    assert_int_equal(dtype_parse(NULL), DTYPE_NONE);
    NULL_ERROR(device_parse(NULL, &(Device){0, 0}), "text");
    assert_null(error_last());
}

static bool indices_of_nothing(Sampler *self, int64_t *indices)
{
    (void)self, (void)indices;
    return true;
}

static int64_t length_of_nothing(Dataset *self)
{
    (void)self;
    return 0;
}

static void test_null_functions(void **state)
{
    (void)state;
    Module *linear = nn_Linear(2, 2);
    Tensor *w = PARAMETER(1, 2);
    NULL_ERROR(nn_apply(linear, NULL, NULL), "function");
    NULL_ERROR(nn_register_forward_hook(linear, NULL, NULL), "hook");
    NULL_ERROR(nn_register_forward_pre_hook(linear, NULL, NULL), "hook");
    NULL_ERROR(tensor_register_hook(w, NULL, NULL), "hook");
    NULL_ERROR(autograd_gradcheck(NULL, NULL, TENSORS(w)), "function");
    NULL_ERROR(autograd_gradgradcheck(NULL, NULL, TENSORS(w)), "function");
    AutogradFunction function = {"Cube", NULL};
    NULL_ERROR(autograd_record(&function, tensor_ones(DIMS(2)), TENSORS(w), NO_SAVES, NULL, 0), "backward");
    NULL_ERROR(autograd_record(NULL, tensor_ones(DIMS(2)), TENSORS(w), NO_SAVES, NULL, 0),
               "name of the function");
    Optimizer *optimizer = optim_SGD(TENSORS(w), 0.1);
    NULL_ERROR(optim_LambdaLR(optimizer, .lr_lambdas = (LRLambda[]){NULL}), "lr_lambda of a group");
    NULL_ERROR(optim_new(&(OptimizerType){.name = "Still"}, TENSORS(w), NULL), "step");
    NULL_ERROR(data_sampler_alloc(sizeof(Sampler), "Mine", NULL, indices_of_nothing), "length function");
    NULL_ERROR(data_dataset_alloc(sizeof(Dataset), &(DatasetType){"Mine", length_of_nothing, NULL, NULL}),
               "get function");
    NULL_ERROR(data_Lambda(NULL, NULL), "apply function");
}

static void test_null_data(void **state)
{
    (void)state;
    NULL_ERROR(tensor_copy_to_host(tensor_ones(DIMS(2)), DTYPE_FLOAT32, NULL), "data");
    assert_true(tensor_copy_to_host(tensor_ones(DIMS(0)), DTYPE_FLOAT32, NULL));
    Dataset *dataset = data_TensorDataset(tensor_ones(DIMS(2)), NULL);
    NULL_ERROR(data_get(dataset, 0, NULL), "sample");
    NULL_ERROR(data_sampler_indices(data_SequentialSampler(dataset), NULL), "array");
    NULL_ERROR(nn_summary_write(nn_ReLU(), TENSORS(tensor_ones(DIMS(2))), NULL), "file");
    data_for_each (batch, NULL)
        fail();
    assert_string_equal(error_last()->text, "DataLoader: the loader is NULL");
    error_clear();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_missing_arguments_of_layers),
        TEST(test_missing_arguments_of_schedulers),
        TEST(test_null),
        TEST(test_null_names),
        TEST(test_null_functions),
        TEST(test_null_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
