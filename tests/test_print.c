/* Printed tensors are Python's, to the character (tests/reference/print.py writes vectors/print.inc). */
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
#include <unistd.h>

#include "expect.h"

static void check_text(const char *call, Tensor *x, const char *expected)
{
    char *text = tensor_to_string(x);
    if (text == NULL || strcmp(text, expected) != 0)
        fail_msg("%s is printed as\n%s\ninstead of\n%s", call, text != NULL ? text : "NULL", expected);
    free(text);
}

static void same_text_as_python(void **state)
{
    (void)state;
#define SHOW(call, expected)                                                                                 \
    tensor_scope {                                                                                           \
        check_text(#call, call, expected);                                                                   \
    }
#include "vectors/print.inc"
#undef SHOW
}

/* What tensor_print writes to stdout goes into a file for the length of the test. */
static void print_writes_a_line(void **state)
{
    (void)state;
    char text[200] = "";
    FILE *file = tmpfile();
    assert_non_null(file);
    fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    dup2(fileno(file), STDOUT_FILENO);
    bool printed = tensor_print(tensor_ones(DIMS(2))), none = tensor_print(NULL);
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    rewind(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    assert_true(printed && none);
    assert_int_equal(n, strlen(text));
    assert_string_equal(text, "tensor([1., 1.])\nNone\n");
    assert_null(tensor_to_string(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(same_text_as_python, begin_test, end_test),
        cmocka_unit_test_setup_teardown(print_writes_a_line, begin_test, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
