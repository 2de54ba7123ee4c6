#include "expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/tensor_struct.h"

Tensor *tensor_of(Dims shape, DType dtype, const double *values)
{
    Tensor *x = tensor_new(shape, dtype, cpu_device(), "test");
    assert_non_null(x);
    char *data = tensor_data_ptr(x);
    for (int64_t i = 0; i < tensor_numel(x); i++)
        scalar_write(dtype, data + (size_t)i * dtype_size(dtype),
                     scalar_float(values != NULL ? values[i] : 1));
    return x;
}

Tensor *vector_of(size_t n, const double *values)
{
    return tensor_of(DIMS((int64_t)n), DTYPE_FLOAT64, values);
}

Tensor *ones_of(Dims shape, DType dtype)
{
    return tensor_of(shape, dtype, NULL);
}

static void fail_at(const char *file, int line, const char *message)
{
    print_error("%s\n", message);
    _fail(file, line);
}

void expect_values_(const Tensor *x, size_t n, const double *values, const char *file, int line)
{
    char message[256];
    double found[64];
    if (x == NULL)
        fail_at(file, line, error_last() != NULL ? error_last()->text : "there is no tensor");
    if (tensor_numel(x) != (int64_t)n || n > 64) {
        snprintf(message, sizeof message, "%lld elements instead of %zu", (long long)tensor_numel(x), n);
        fail_at(file, line, message);
    }
    assert_true(tensor_copy_to_host(x, DTYPE_FLOAT64, found));
    for (size_t i = 0; i < n; i++) {
        bool same = found[i] == values[i] || (isnan(found[i]) && isnan(values[i]));
        if (!same && !(fabs(found[i] - values[i]) <= 1e-12 * fmax(1, fabs(values[i])))) {
            snprintf(message, sizeof message, "element %zu is %.15g instead of %.15g", i, found[i],
                     values[i]);
            fail_at(file, line, message);
        }
    }
}

void expect_error_(int result, ErrorCode code, const char *text, const char *call, const char *file, int line)
{
    const Error *error = error_last();
    char message[1024];
    if (error == NULL || result != 0) {
        snprintf(message, sizeof message, "%s %s", call, result != 0 ? "has a result" : "raised no error");
        fail_at(file, line, message);
    } else if (error->code != code || strncmp(error->message, text, strlen(text)) != 0) {
        snprintf(message, sizeof message, "%s raised\n  %s: %s\ninstead of\n  %s: %s", call,
                 error_code_name(error->code), error->message, error_code_name(code), text);
        fail_at(file, line, message);
    }
    error_clear();
}

void expect_lines_(const char *text, const char *const *lines, const char *file, int line)
{
    if (text == NULL)
        fail_at(file, line, "there is no text");
    for (int i = 1; *lines != NULL; lines++, i++) {
        size_t length = strcspn(text, "\n");
        if (strlen(*lines) != length || strncmp(text, *lines, length) != 0) {
            print_error("line %d is\n%.*s\ninstead of\n%s\n", i, (int)length, text, *lines);
            _fail(file, line);
        }
        text += length;
        if (lines[1] != NULL && *text++ != '\n')
            fail_at(file, line, "there are too few lines");
    }
    if (*text != '\0')
        fail_at(file, line, "there are more lines than there should be");
}

static int64_t alive_before;

int begin_test(void **state)
{
    (void)state;
    error_set_handler(error_ignore, NULL);
    error_clear();
    scope_close_all();
    autograd_set_grad_enabled(true);
    autograd_set_inference_mode(false);
    alive_before = object_live_count();
    return 0;
}

int end_test(void **state)
{
    (void)state;
    scope_close_all();
    if (error_last() != NULL)
        print_error("an error was left: %s\n", error_last()->text);
    if (object_live_count() != alive_before)
        print_error("%lld objects leaked\n", (long long)(object_live_count() - alive_before));
    return error_last() == NULL && object_live_count() == alive_before ? 0 : -1;
}
