/* Layers against PyTorch's (tests/reference/layers.py): how they are printed, the names and first values of
 * their parameters and buffers, which are the same bits, their results in training and in evaluation mode,
 * gradients and running statistics. Then what they say when they are misused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taper.h>

#include "core/tensor_struct.h"
#include "expect.h"
#include "operations/vectors.h"

static Tensor *class_weight(void)
{
    return tensor_of(DIMS(3), DTYPE_FLOAT32, (double[]){1, 2, 0.5});
}

/* The cases of layers.py. */
#define CASES(CASE)                                                                                          \
    CASE(linear, nn_Linear(5, 3))                                                                            \
    CASE(linear_without_bias, nn_Linear(5, 3, .bias = false))                                                \
    CASE(linear_double, nn_Linear(5, 3, .dtype = DTYPE_FLOAT64))                                             \
    CASE(identity, nn_Identity())                                                                            \
    CASE(flatten, nn_Flatten())                                                                              \
    CASE(flatten_two, nn_Flatten(0, 1))                                                                      \
    CASE(conv2d, nn_Conv2d(3, 4, .kernel_size = 3, .stride = 2, .padding = 1))                               \
    CASE(conv2d_positional, nn_Conv2d(3, 4, 3, 1, 1, 2, 1, false))                                           \
    CASE(conv2d_pairs, nn_Conv2d(2, 3, .kernel_size_hw = {3, 2}, .stride_hw = {1, 2}, .padding_hw = {1, 0},  \
                                 .dilation_hw = {2, 1}))                                                     \
    CASE(conv2d_same, nn_Conv2d(2, 3, .kernel_size_hw = {3, 4}, .padding = PADDING_SAME))                    \
    CASE(conv2d_groups, nn_Conv2d(4, 6, 3, .groups = 2, .bias = false))                                      \
    CASE(conv1d, nn_Conv1d(3, 4, 3, .padding = 1, .dilation = 2))                                            \
    CASE(conv2d_reflect, nn_Conv2d(2, 3, 3, .padding_hw = {2, 1}, .padding_mode = "reflect"))                \
    CASE(conv2d_replicate,                                                                                   \
         nn_Conv2d(2, 3, .kernel_size_hw = {3, 2}, .padding = PADDING_SAME, .padding_mode = "replicate"))    \
    CASE(conv2d_circular, nn_Conv2d(2, 3, 3, .stride = 2, .padding = 1, .padding_mode = "circular"))         \
    CASE(conv1d_reflect, nn_Conv1d(2, 3, 3, .padding = 2, .padding_mode = "reflect"))                        \
    CASE(conv_transpose2d, nn_ConvTranspose2d(3, 4, 3, .stride = 2, .padding = 1, .output_padding = 1))      \
    CASE(conv_transpose2d_pairs,                                                                             \
         nn_ConvTranspose2d(4, 6, .kernel_size_hw = {3, 2}, .stride_hw = {2, 1}, .padding_hw = {0, 1},       \
                            .groups = 2, .bias = false, .dilation_hw = {1, 2}))                              \
    CASE(unflatten, nn_Unflatten(1, DIMS(2, -1)))                                                            \
    CASE(embedding, nn_Embedding(5, 4))                                                                      \
    CASE(embedding_padding, nn_Embedding(5, 4, .padding_idx = -2))                                           \
    CASE(zero_pad2d, nn_ZeroPad2d(1))                                                                        \
    CASE(constant_pad2d, nn_ConstantPad2d(.padding_lrtb = {1, 2, 0, -1}, .value = 0.5))                      \
    CASE(reflection_pad2d, nn_ReflectionPad2d(.padding_lrtb = {1, 2, 0, 1}))                                 \
    CASE(replication_pad2d, nn_ReplicationPad2d(2))                                                          \
    CASE(circular_pad2d, nn_CircularPad2d(.padding_lrtb = {1, 2, 0, 1}))                                     \
    CASE(pixel_shuffle, nn_PixelShuffle(2))                                                                  \
    CASE(pixel_unshuffle, nn_PixelUnshuffle(2))                                                              \
    CASE(batch_norm2d, nn_BatchNorm2d(3))                                                                    \
    CASE(batch_norm2d_average, nn_BatchNorm2d(3, .eps = 1e-3, .momentum = NN_MOMENTUM_NONE))                 \
    CASE(batch_norm2d_plain, nn_BatchNorm2d(3, .affine = false, .track_running_stats = false))               \
    CASE(batch_norm2d_without_bias, nn_BatchNorm2d(3, .momentum = 0.25, .bias = false))                      \
    CASE(batch_norm1d, nn_BatchNorm1d(3))                                                                    \
    CASE(batch_norm1d_lines, nn_BatchNorm1d(3))                                                              \
    CASE(instance_norm1d, nn_InstanceNorm1d(3))                                                              \
    CASE(instance_norm2d, nn_InstanceNorm2d(3, .affine = true, .track_running_stats = true))                 \
    CASE(instance_norm2d_unbatched, nn_InstanceNorm2d(3, .eps = 1e-3, .affine = true))                       \
    CASE(layer_norm, nn_LayerNorm(5))                                                                        \
    CASE(layer_norm_dims, nn_LayerNorm(DIMS(3, 4), .eps = 1e-6, .bias = false))                              \
    CASE(layer_norm_plain, nn_LayerNorm(5, .elementwise_affine = false))                                     \
    CASE(group_norm, nn_GroupNorm(2, 4))                                                                     \
    CASE(group_norm_plain, nn_GroupNorm(2, 4, .affine = false))                                              \
    CASE(max_pool2d, nn_MaxPool2d(2))                                                                        \
    CASE(max_pool2d_pairs,                                                                                   \
         nn_MaxPool2d(.kernel_size_hw = {3, 2}, .stride_hw = {2, 1}, .padding = 1, .ceil_mode = true))       \
    CASE(avg_pool2d, nn_AvgPool2d(3, 2, 1, .count_include_pad = false))                                      \
    CASE(adaptive_avg_pool2d, nn_AdaptiveAvgPool2d(.output_size_hw = {2, 3}))                                \
    CASE(adaptive_avg_pool2d_none, nn_AdaptiveAvgPool2d(.output_size_hw = {TENSOR_NONE, 1}))                 \
    CASE(adaptive_max_pool2d, nn_AdaptiveMaxPool2d(1))                                                       \
    CASE(relu, nn_ReLU())                                                                                    \
    CASE(relu_inplace, nn_ReLU(.inplace = true))                                                             \
    CASE(sigmoid, nn_Sigmoid())                                                                              \
    CASE(tanh, nn_Tanh())                                                                                    \
    CASE(log_sigmoid, nn_LogSigmoid())                                                                       \
    CASE(softsign, nn_Softsign())                                                                            \
    CASE(tanhshrink, nn_Tanhshrink())                                                                        \
    CASE(relu6, nn_ReLU6())                                                                                  \
    CASE(silu, nn_SiLU())                                                                                    \
    CASE(mish, nn_Mish(.inplace = true))                                                                     \
    CASE(hardswish, nn_Hardswish(.inplace = true))                                                           \
    CASE(hardsigmoid, nn_Hardsigmoid())                                                                      \
    CASE(selu, nn_SELU())                                                                                    \
    CASE(leaky_relu, nn_LeakyReLU())                                                                         \
    CASE(leaky_relu_inplace, nn_LeakyReLU(0.2, .inplace = true))                                             \
    CASE(elu, nn_ELU())                                                                                      \
    CASE(celu, nn_CELU(.alpha = 0.5, .inplace = true))                                                       \
    CASE(hardtanh, nn_Hardtanh())                                                                            \
    CASE(hardtanh_inplace, nn_Hardtanh(-0.5, .max_val = 0.25, .inplace = true))                              \
    CASE(softplus, nn_Softplus())                                                                            \
    CASE(softplus_options, nn_Softplus(.beta = 2, .threshold = 1.5))                                         \
    CASE(gelu, nn_GELU())                                                                                    \
    CASE(gelu_tanh, nn_GELU(.approximate = "tanh"))                                                          \
    CASE(prelu, nn_PReLU())                                                                                  \
    CASE(prelu_channels, nn_PReLU(3, .init = 0.1))                                                           \
    CASE(softmax, nn_Softmax(1))                                                                             \
    CASE(softmax_none, nn_Softmax())                                                                         \
    CASE(log_softmax, nn_LogSoftmax(.dim = -1))                                                              \
    CASE(softmin, nn_Softmin(.dim = 0))                                                                      \
    CASE(dropout, nn_Dropout())                                                                              \
    CASE(dropout_inplace, nn_Dropout(0.2, .inplace = true))                                                  \
    CASE(dropout2d, nn_Dropout2d(0.4))                                                                       \
    CASE(sequential, nn_Sequential(nn_Linear(5, 4), nn_ReLU(), nn_Linear(4, 2)))                             \
    CASE(se_module, nn_SEModule(8, .reduction = 4))                                                          \
    CASE(residual_block, nn_ResidualBlock(16, 16))                                                           \
    CASE(residual_block_stride, nn_ResidualBlock(3, 16, .stride = 2))                                        \
    CASE(cross_entropy_loss, nn_CrossEntropyLoss())                                                          \
    CASE(cross_entropy_loss_options,                                                                         \
         nn_CrossEntropyLoss(class_weight(), .ignore_index = 1, .reduction = "sum", .label_smoothing = 0.1)) \
    CASE(nll_loss, nn_NLLLoss(.reduction = "none"))                                                          \
    CASE(mse_loss, nn_MSELoss())                                                                             \
    CASE(l1_loss, nn_L1Loss(.reduction = "sum"))                                                             \
    CASE(smooth_l1_loss, nn_SmoothL1Loss())                                                                  \
    CASE(smooth_l1_loss_beta, nn_SmoothL1Loss(.reduction = "none", .beta = 0.5))                             \
    CASE(huber_loss, nn_HuberLoss(.delta = 0.5))                                                             \
    CASE(bce_loss, nn_BCELoss())                                                                             \
    CASE(bce_loss_weight, nn_BCELoss(class_weight(), .reduction = "sum"))                                    \
    CASE(bce_with_logits_loss, nn_BCEWithLogitsLoss())                                                       \
    CASE(bce_with_logits_loss_pos_weight, nn_BCEWithLogitsLoss(.pos_weight = class_weight()))                \
    CASE(hinge_embedding_loss, nn_HingeEmbeddingLoss())                                                      \
    CASE(margin_ranking_loss, nn_MarginRankingLoss(0.5, .reduction = "none"))                                \
    CASE(cosine_embedding_loss, nn_CosineEmbeddingLoss(.margin = -0.5))                                      \
    CASE(cosine_similarity, nn_CosineSimilarity())                                                           \
    CASE(kl_div_loss, nn_KLDivLoss(.reduction = "batchmean"))                                                \
    CASE(kl_div_loss_log, nn_KLDivLoss(.log_target = true))

#define MAKE(name, call)                                                                                     \
    static Module *make_##name(void)                                                                         \
    {                                                                                                        \
        return call;                                                                                         \
    }
CASES(MAKE)

typedef struct Case {
    const char *name;
    Module *(*make)(void);
} Case;

#define ROW(name, call) {#name, make_##name},
static const Case cases[] = {CASES(ROW)};

enum { CASE_COUNT = sizeof cases / sizeof *cases };

/* -- comparing -- */

static Vectors *vectors;

static const char *key(const Case *c, const char *what, const char *name)
{
    static char text[128];
    snprintf(text, sizeof text, "%s/%s%s", c->name, what, name);
    return text;
}

static void same(const Case *c, const char *what, const char *name, const Tensor *x, double tolerance)
{
    Vector vector;
    char reason[256] = "it is NULL";
    if (!vectors_find(vectors, key(c, what, name), &vector))
        fail_msg("no vector of the name %s", key(c, what, name));
    if (x != NULL && tensor_dtype(x) != vector.dtype)
        fail_msg("%s is %s", key(c, what, name), dtype_name(tensor_dtype(x)));
    if (x == NULL || !vector_matches(&vector, x, tolerance, tolerance, reason, sizeof reason))
        fail_msg("%s: %s %s", key(c, what, name), reason, error_last() != NULL ? error_last()->text : "");
}

static Tensor *input(const Case *c, const char *name)
{
    Vector vector;
    if (!vectors_find(vectors, key(c, name, ""), &vector))
        return NULL;
    Tensor *x = tensor_new((Dims){vector.ndim, vector.shape}, vector.dtype, cpu_device(), "test");
    assert_non_null(x);
    memcpy(tensor_data_ptr(x), vector.data, (size_t)x->numel * dtype_size(vector.dtype));
    return x;
}

static void check_repr(const Case *c, const Module *module)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    fprintf(out, "%s(", nn_type_name(module));
    if (module->type->extra_repr != NULL)
        module->type->extra_repr(module, out);
    fputc(')', out);
    fclose(out);
    assert_string_equal(text, vectors_metadata(vectors, c->name));
    free(text);
}

/* The names, and the values before anything was computed. */
static void check_initial(const Case *c, const Module *module)
{
    char names[512] = "";
    NamedTensors lists[] = {nn_named_parameters(module), nn_named_buffers(module)};
    for (int l = 0; l < 2; l++)
        for (int64_t i = 0; i < lists[l].n; i++) {
            if (names[0] != '\0')
                strcat(names, " ");
            strcat(names, lists[l].names[i]);
            same(c, "initial/", lists[l].names[i], lists[l].tensors[i], 0);
            assert_int_equal(tensor_requires_grad(lists[l].tensors[i]), l == 0);
        }
    assert_string_equal(names, vectors_metadata(vectors, key(c, "names", "")));
}

static Tensor *call(const Case *c, Module *module, Tensor *x)
{
    Tensor *second = input(c, "x1"), *third = input(c, "x2");
    if (third != NULL)
        return nn_forward(module, x, second, third);
    return second != NULL ? nn_forward(module, x, second) : nn_forward(module, x);
}

static void check_training(const Case *c, Module *module)
{
    Tensor *x = input(c, "x0"), *gradient = input(c, "gradient");
    if (tensor_is_floating_point(x))
        tensor_requires_grad_(x, true);
    Tensor *y = call(c, module, tensor_clone(x));
    same(c, "train", "", y, 1e-5);
    assert_int_equal(tensor_requires_grad(y), gradient != NULL);
    if (gradient == NULL)
        return;
    assert_true(tensor_backward(y, .gradient = gradient));
    NamedTensors parameters = nn_named_parameters(module);
    for (int64_t i = 0; i < parameters.n; i++)
        same(c, "grad/", parameters.names[i], tensor_grad(parameters.tensors[i]), 1e-5);
    if (tensor_requires_grad(x))
        same(c, "grad/", "x0", tensor_grad(x), 1e-5);
}

static void test_cases(void **state)
{
    (void)state;
    char names[4096] = "";
    for (int i = 0; i < CASE_COUNT; i++) {
        const Case *c = &cases[i];
        strcat(strcat(names, i > 0 ? " " : ""), c->name);
        Scope scope = scope_open();
        tensor_manual_seed(17);
        Module *module = c->make();
        assert_non_null(module);
        check_repr(c, module);
        check_initial(c, module);
        check_training(c, module);
        assert_non_null(call(c, module, input(c, "x0")));
        NamedTensors buffers = nn_named_buffers(module);
        for (int64_t b = 0; b < buffers.n; b++)
            same(c, "after/", buffers.names[b], buffers.tensors[b], 1e-6);
        same(c, "eval", "", call(c, nn_eval(module), input(c, "x0")), 1e-5);
        scope_close(scope);
    }
    assert_string_equal(names, vectors_metadata(vectors, "cases"));
}

/* -- initial values -- */

#define INIT(which, shape, call)                                                                             \
    do {                                                                                                     \
        Tensor *x = tensor_new(shape, DTYPE_FLOAT32, cpu_device(), "test");                                  \
        tensor_manual_seed(17);                                                                              \
        assert_ptr_equal(call, x);                                                                           \
        same(&(Case){.name = "init"}, #which, "", x, 0);                                                     \
    } while (0)

static void test_init(void **state)
{
    (void)state;
    Tensor *y = tensor_new(DIMS(4, 3), DTYPE_FLOAT64, cpu_device(), "test");
    INIT(uniform, DIMS(3, 5), nn_init_uniform_(x));
    INIT(uniform_range, DIMS(3, 5), nn_init_uniform_(x, -2, .b = 0.5));
    INIT(normal, DIMS(3, 5), nn_init_normal_(x, 1, 0.02));
    INIT(normal_many, DIMS(4, 5), nn_init_normal_(x));
    INIT(trunc_normal, DIMS(10, 10), nn_init_trunc_normal_(x, .std = 0.02));
    INIT(trunc_normal_cut, DIMS(10, 10), nn_init_trunc_normal_(x, 0.5, 1, -0.5, 1.5));
    INIT(trunc_normal_tail, DIMS(10, 10), nn_init_trunc_normal_(x, .a = 1.5, .b = 3));
    INIT(constant, DIMS(3), nn_init_constant_(x, 0.3));
    INIT(ones, DIMS(3), nn_init_ones_(x));
    INIT(zeros, DIMS(3), nn_init_zeros_(x));
    INIT(eye, DIMS(3, 5), nn_init_eye_(x));
    INIT(xavier_uniform, DIMS(4, 3, 2), nn_init_xavier_uniform_(x));
    INIT(xavier_normal, DIMS(4, 3, 2), nn_init_xavier_normal_(x, .gain = nn_init_calculate_gain("tanh")));
    INIT(kaiming_uniform, DIMS(4, 3, 2), nn_init_kaiming_uniform_(x));
    INIT(kaiming_uniform_slope, DIMS(4, 3, 2), nn_init_kaiming_uniform_(x, .a = 0.3, .mode = "fan_out"));
    INIT(kaiming_normal, DIMS(4, 3, 2),
         nn_init_kaiming_normal_(x, .mode = "fan_out", .nonlinearity = "relu"));
    INIT(kaiming_normal_selu, DIMS(4, 3), nn_init_kaiming_normal_(x, .nonlinearity = "selu"));
    tensor_manual_seed(17);
    same(&(Case){.name = "init"}, "kaiming_uniform_double", "", nn_init_kaiming_uniform_(y), 0);
}

static void test_init_of_parameters(void **state)
{
    (void)state;
    Module *linear = nn_Linear(3, 2);
    Tensor *weight = nn_get_parameter(linear, "weight"), *empty = ONES(0, 3);
    int64_t version = tensor_version(weight);
    assert_ptr_equal(nn_init_constant_(weight, 2), weight);
    assert_true(tensor_requires_grad(weight) && tensor_is_leaf(weight));
    assert_true(tensor_version(weight) > version);
    assert_ptr_equal(nn_init_kaiming_normal_(empty), empty);
    assert_null(nn_init_uniform_((Tensor *)NULL));
    assert_true(nn_init_calculate_gain("leaky_relu", 3) == sqrt(0.2));
    assert_true(nn_init_calculate_gain("leaky_relu") == sqrt(2 / (1 + 0.01 * 0.01)));
}

static void test_init_errors(void **state)
{
    (void)state;
    expect_error(nn_init_eye_(ONES(2)), ERROR_VALUE, "Only tensors with 2 dimensions are supported");
    expect_error(nn_init_xavier_normal_(ONES(2)), ERROR_VALUE,
                 "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
    expect_error(nn_init_kaiming_uniform_(ONES(2, 2), .mode = "fan"), ERROR_VALUE,
                 "Mode fan not supported, please use one of ['fan_in', 'fan_out']");
    expect_error(nn_init_kaiming_normal_(ONES(2, 2), .nonlinearity = "gelu"), ERROR_VALUE,
                 "Unsupported nonlinearity gelu");
}

/* -- parts -- */

/* The arguments of nn_Sequential are made in order, so after the same seed they are PyTorch's. C leaves the
 * order of initialisers open; gcc and clang keep it. */
static void test_order(void **state)
{
    (void)state;
    tensor_manual_seed(3);
    Module *together = nn_Sequential(nn_Linear(4, 4), nn_Linear(4, 4), nn_Linear(4, 4));
    tensor_manual_seed(3);
    Module *first = nn_Linear(4, 4), *second = nn_Linear(4, 4), *third = nn_Linear(4, 4);
    const char *names[] = {"0.weight", "1.weight", "2.weight"};
    Module *modules[] = {first, second, third};
    for (int i = 0; i < 3; i++) {
        const Tensor *a = nn_get_parameter(together, names[i]), *b = nn_get_parameter(modules[i], "weight");
        assert_memory_equal(tensor_address(a), tensor_address(b), 16 * sizeof(float));
    }
}

static void test_tied_weights(void **state)
{
    (void)state;
    Module *a = nn_Linear(2, 2, .bias = false), *b = nn_Linear(2, 2, .bias = false);
    nn_register_parameter(b, "weight", nn_get_parameter(a, "weight"));
    nn_init_eye_(nn_get_parameter(a, "weight"));
    Tensor *x = tensor_of(DIMS(1, 2), DTYPE_FLOAT32, (double[]){3, 4});
    expect_values(nn_forward(b, x), 3, 4);
}

static void test_multiply_adds(void **state)
{
    (void)state;
    Module *conv = nn_Conv2d(4, 6, 3, .padding = 1, .groups = 2), *linear = nn_Linear(5, 3);
    Tensor *image = ONES(2, 4, 5, 5), *rows = ONES(7, 5);
    Tensor *y = nn_forward(conv, image), *z = nn_forward(linear, rows);
    assert_int_equal(conv->type->multiply_adds(conv, TENSORS(image), y), 2 * 6 * 25 * 2 * 9);
    assert_int_equal(linear->type->multiply_adds(linear, TENSORS(rows), z), 7 * 3 * 5);
}

/* -- misuse -- */

static void test_constructor_errors(void **state)
{
    (void)state;
    expect_error(nn_Conv2d(3, 4, 3, .groups = 0), ERROR_VALUE, "groups must be a positive integer");
    expect_error(nn_Conv2d(3, 4, 3, .groups = 2), ERROR_VALUE, "in_channels must be divisible by groups");
    expect_error(nn_Conv2d(4, 3, 3, .groups = 2), ERROR_VALUE, "out_channels must be divisible by groups");
    expect_error(nn_Conv2d(3, 4, 3, .stride = 2, .padding = PADDING_SAME), ERROR_VALUE,
                 "padding='same' is not supported for strided convolutions");
    expect_error(nn_Conv2d(3, 4, 3, .padding_mode = "mirror"), ERROR_VALUE, "padding_mode must be one of {");
    expect_error(nn_Linear(-1, 4), ERROR_SHAPE,
                 "Trying to create tensor with negative dimension -1: [4, -1]");
    expect_error(nn_GroupNorm(4, 6), ERROR_VALUE, "num_channels (6) must be divisible by num_groups (4)");
    expect_error(nn_MaxPool2d(2, .return_indices = true), ERROR_UNSUPPORTED, "return_indices=True");
    expect_error(nn_ZeroPad2d(1, 1, 2, 2), ERROR_VALUE,
                 "padding is one number, 1, or four, .padding_lrtb = {...}, not both");
    expect_error(nn_ReflectionPad2d(1, 2), ERROR_VALUE, "ReflectionPad2d takes no value");
    expect_error(nn_CrossEntropyLoss(.reduction = "max"), ERROR_VALUE,
                 "max is not a valid value for reduction");
    expect_error(nn_MSELoss(.reduction = "batchmean"), ERROR_VALUE,
                 "batchmean is not a valid value for reduction");
    expect_error(nn_ConvTranspose2d(3, 4, 3, .padding_mode = "reflect"), ERROR_VALUE,
                 "Only \"zeros\" padding mode is supported for ConvTranspose2d");
    expect_error(nn_Embedding(3, 4, .padding_idx = 3), ERROR_VALUE,
                 "Padding_idx must be within num_embeddings");
    expect_error(nn_GELU("erf"), ERROR_VALUE, "approximate argument must be either none or tanh.");
    expect_error(nn_Dropout(1.5), ERROR_VALUE, "dropout probability has to be between 0 and 1, but got 1.5");
    expect_error(nn_Hardtanh(1, 1), ERROR_VALUE, "max_val (1) must be greater than min_val (1)");
    expect_error(nn_SEModule(16, .reduction = 0), ERROR_VALUE, "reduction must be positive, but got 0");
}

static void test_call_errors(void **state)
{
    (void)state;
    Module *conv = nn_Sequential(nn_Identity(), nn_Conv2d(3, 4, 3));
    assert_null(nn_forward(conv, ONES(1, 2, 5, 5)));
    assert_non_null(strstr(error_last()->text, "(in 1 (Conv2d))"));
    expect_error(NULL, ERROR_SHAPE,
                 "Given groups=1, weight of size [4, 3, 3, 3], expected input[1, 2, 5, 5] to have 3 "
                 "channels, but got 2 channels instead");
    expect_error(nn_forward(nn_Conv2d(3, 4, 3), ONES(3, 3)), ERROR_SHAPE,
                 "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [3, 3]");
    expect_error(nn_forward(nn_Linear(3, 4), ONES(2, 5)), ERROR_SHAPE,
                 "mat1 and mat2 shapes cannot be multiplied (2x5 and 3x4)");
    expect_error(nn_forward(nn_InstanceNorm2d(3, .affine = true), ONES(1, 4, 2, 2)), ERROR_SHAPE,
                 "expected input's size at dim=1 to match num_features (3), but got: 4.");
    expect_error(nn_forward(nn_InstanceNorm1d(3), ONES(4)), ERROR_SHAPE,
                 "expected 2D or 3D input (got 1D input)");
    Module *transposed = nn_ConvTranspose2d(3, 4, 3);
    expect_error(nn_forward(transposed, ONES(1, 2, 5, 5)), ERROR_SHAPE,
                 "Given transposed=1, weight of size [3, 4, 3, 3], expected input[1, 2, 5, 5] to have 3 "
                 "channels, but got 2 channels instead");
    expect_error(
        nn_forward(transposed, ONES(3, 5)), ERROR_SHAPE,
        "Expected 3D (unbatched) or 4D (batched) input to conv_transpose2d, but got input of size: [3, 5]");
    expect_error(
        nn_forward(nn_ConvTranspose2d(3, 4, 3, .output_padding = 1), ONES(1, 3, 5, 5)), ERROR_VALUE,
        "output padding must be smaller than either stride or dilation, but got output_padding_height: 1 "
        "output_padding_width: 1 stride_height: 1 stride_width: 1 dilation_height: 1 dilation_width: 1");
    assert_int_equal(
        tensor_size(
            nn_forward(nn_ConvTranspose2d(3, 4, 3, .output_padding = 1, .dilation = 2), ONES(1, 3, 5, 5)), 3),
        10);
    expect_error(nn_forward(nn_ConvTranspose2d(3, 4, 1, .padding = 4), ONES(1, 3, 2, 2)), ERROR_SHAPE,
                 "Given input size per channel: (2 x 2). Calculated output size per channel: (-6 x -6). "
                 "Output size is too small");
    expect_error(nn_forward(nn_PReLU(2), ONES(2, 3)), ERROR_SHAPE,
                 "Mismatch of parameter numbers and input channel size. Found parameter numbers = 2 and "
                 "channel size = 3.");
    Module *norm = nn_BatchNorm2d(4);
    expect_error(nn_forward(norm, ONES(1, 4, 2)), ERROR_SHAPE, "expected 4D input (got 3D input)");
    expect_error(nn_forward(nn_BatchNorm1d(4), ONES(1, 4, 2, 2)), ERROR_SHAPE,
                 "expected 2D or 3D input (got 4D input)");
    expect_error(
        nn_forward(norm, ONES(1, 4, 1, 1)), ERROR_VALUE,
        "Expected more than 1 value per channel when training, got input size torch.Size([1, 4, 1, 1])");
    expect_error(nn_forward(norm, ONES(2, 3, 1, 1)), ERROR_SHAPE,
                 "running_mean should contain 3 elements not 4");
    assert_int_equal(tensor_item_int(nn_get_buffer(norm, "num_batches_tracked")), 0);
    expect_error(nn_forward(nn_CrossEntropyLoss(), ONES(2, 3)), ERROR_VALUE,
                 "CrossEntropyLoss.forward() takes 2 positional arguments but 1 was given");
}

/* An error that nobody has looked at does not spoil the layers that are made after it. */
static void test_after_an_error(void **state)
{
    (void)state;
    assert_null(nn_Conv2d(3, 4, 3, .groups = 0));
    assert_non_null(nn_Linear(3, 4, .bias = false));
    assert_non_null(nn_BatchNorm2d(3, .affine = false, .track_running_stats = false));
    assert_non_null(nn_CrossEntropyLoss());
    error_clear();
}

static int open_vectors(void **state)
{
    (void)state;
    vectors = vectors_open(TAPER_TESTS_DIR "/vectors/layers");
    return vectors != NULL ? 0 : -1;
}

static int close_vectors(void **state)
{
    (void)state;
    vectors_close(vectors);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cases, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_init, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_init_of_parameters, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_init_errors, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_order, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_tied_weights, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_multiply_adds, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_constructor_errors, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_call_errors, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_after_an_error, begin_test, end_test),
    };
    return cmocka_run_group_tests_name("layers", tests, open_vectors, close_vectors);
}
