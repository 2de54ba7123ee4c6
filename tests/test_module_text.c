/* Modules as text: PyTorch's repr, and the table of a summary. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taper.h>
#include <unistd.h>

#include "expect.h"
#include "examples/training/model.h"
#include "vectors/modules.inc"

static void expect_repr(const Module *module, const char *const *lines)
{
    char *text = nn_to_string(module);
    expect_lines(text, lines);
    free(text);
}

static void test_repr_is_pytorchs(void **state)
{
    (void)state;
    expect_repr(se_resnet_new(10), custom_cnn_repr);
    Module *alike[3];
    for (int i = 0; i < 3; i++)
        alike[i] = nn_Sequential(nn_Linear(2, 3), nn_ReLU());
    expect_repr(nn_Sequential(nn_ModuleList(alike[0], alike[1], alike[2], nn_ReLU()), nn_ModuleList(),
                              nn_Sequential(), nn_Sigmoid()),
                containers_repr);
}

static void test_print_goes_to_stdout(void **state)
{
    (void)state;
    char text[64] = "";
    FILE *file = tmpfile();
    assert_non_null(file);
    fflush(stdout);
    int before = dup(STDOUT_FILENO);
    dup2(fileno(file), STDOUT_FILENO);
    bool printed = nn_print(nn_Sequential(nn_ReLU()));
    fflush(stdout);
    dup2(before, STDOUT_FILENO);
    close(before);
    rewind(file);
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    assert_true(printed && size > 0);
    assert_string_equal(text, "Sequential(\n  (0): ReLU()\n)\n");
    assert_false(nn_print(NULL));
}

/* Two lines of its own, and a child. */
static void lines_repr(const Module *self, FILE *out)
{
    (void)self;
    fputs("first=1,\nsecond=2", out);
}

static void line_repr(const Module *self, FILE *out)
{
    (void)self;
    fputs("only=1", out);
}

static const ModuleType Lines_type = {.name = "Lines", .size = sizeof(Module), .extra_repr = lines_repr};
static const ModuleType Line_type = {.name = "Line", .size = sizeof(Module), .extra_repr = line_repr};

static void test_texts_of_ones_own(void **state)
{
    (void)state;
    Module *lines = nn_module_alloc(&Lines_type), *line = nn_module_alloc(&Line_type);
    expect_repr(line, (const char *const[]){"Line(only=1)", NULL});
    expect_repr(lines, (const char *const[]){"Lines(", "  first=1,", "  second=2", ")", NULL});
    nn_register_module(line, "a", lines);
    expect_repr(line, (const char *const[]){"Line(", "  only=1", "  (a): Lines(", "    first=1,",
                                            "    second=2", "  )", ")", NULL});
}

/* -- summaries -- */

static void test_summary_of_a_small_net(void **state)
{
    (void)state;
    Module *net =
        nn_Sequential(nn_Conv2d(3, 8, .kernel_size = 3, .padding = 1, .bias = false), nn_BatchNorm2d(8),
                      nn_Sequential(nn_ReLU(), nn_Flatten()), nn_Linear(8 * 16, 10));
    nn_requires_grad_(nn_at(net, 3), false);
    nn_eval(nn_at(net, 1));
    char *text = nn_summary(net, DIMS(2, 3, 4, 4));
    expect_lines(text,
                 ((const char *const[]){"Layer              Output shape       Parameters    Multiply-adds",
                                        "=================================================================",
                                        "Sequential         [2, 10]                    --               --",
                                        "  0 (Conv2d)       [2, 8, 4, 4]              216            6,912",
                                        "  1 (BatchNorm2d)  [2, 8, 4, 4]               16               --",
                                        "  2 (Sequential)   [2, 128]                   --               --",
                                        "    0 (ReLU)       [2, 8, 4, 4]               --               --",
                                        "    1 (Flatten)    [2, 128]                   --               --",
                                        "  3 (Linear)       [2, 10]                 1,290            2,560",
                                        "=================================================================",
                                        "Total parameters: 1,522",
                                        "Trainable parameters: 232",
                                        "Non-trainable parameters: 1,290",
                                        "Total multiply-adds: 9,472",
                                        "Input size (MB): 0.00",
                                        "Forward/backward pass size (MB): 0.00",
                                        "Parameters size (MB): 0.01",
                                        "Estimated total size (MB): 0.01",
                                        "",
                                        NULL}));
    free(text);
    /* all is as it was */
    assert_true(nn_is_training(net) && !nn_is_training(nn_at(net, 1)) && nn_is_training(nn_at(net, 2)));
    expect_values(nn_get_buffer(net, "1.num_batches_tracked"), 0);
    expect_values(nn_get_buffer(net, "1.running_mean"), 0, 0, 0, 0, 0, 0, 0, 0);
    assert_true(autograd_is_grad_enabled());
    assert_true(tensor_requires_grad(nn_forward(net, tensor_randn(DIMS(2, 3, 4, 4)))));
}

static void test_summary_of_the_reference_model(void **state)
{
    (void)state;
    char *text = nn_summary(se_resnet_new(10), DIMS(1, 3, 32, 32));
    assert_non_null(text);
    /* PyTorch: sum(p.numel() for p in model.parameters()) */
    assert_non_null(strstr(text, "Total parameters: 11,261,002\n"));
    assert_non_null(strstr(text, "\n  layer2 (Sequential) "));
    assert_non_null(strstr(text, "\n          0 (Linear) "));
    free(text);
}

static void test_modules_that_are_there_twice_or_never_called(void **state)
{
    (void)state;
    Module *shared = nn_Linear(4, 4), *net = nn_Sequential(shared, shared);
    nn_register_module(shared, "aside", nn_Linear(1, 1, .bias = false));
    nn_to(net, DTYPE_FLOAT64);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    Tensor *x = VECTOR(1, 2, 3, 4);
    assert_true(nn_summary_write(net, TENSORS(x), out));
    fclose(out);
    assert_non_null(strstr(text, "\n  0 (Linear)        [4]                        20               32\n"
                                 "    aside (Linear)  --                          1               --\n"
                                 "  1 (Linear)        (see above)                --               --\n"
                                 "    aside (Linear)  (see above)                --               --\n"));
    assert_non_null(strstr(text, "Total parameters: 21\n"));
    free(text);
}

static void test_a_summary_that_fails_leaves_no_trace(void **state)
{
    (void)state;
    Module *net = nn_Sequential(nn_Linear(4, 2), nn_Linear(3, 1));
    nn_eval(nn_at(net, 1));
    assert_null(nn_summary(net, DIMS(1, 4)));
    assert_non_null(error_last());
    assert_string_equal(error_last()->module_path, "1");
    error_clear();
    assert_true(nn_is_training(net) && !nn_is_training(nn_at(net, 1)));
    assert_false(nn_remove_hook(nn_at(net, 0), 1));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_repr_is_pytorchs),
        TEST(test_print_goes_to_stdout),
        TEST(test_texts_of_ones_own),
        TEST(test_summary_of_a_small_net),
        TEST(test_summary_of_the_reference_model),
        TEST(test_modules_that_are_there_twice_or_never_called),
        TEST(test_a_summary_that_fails_leaves_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
