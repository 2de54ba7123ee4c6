/* What follows from each row of autograd/ops/table.def: its samples give PyTorch's results and gradients
 * (tests/vectors/operations, written by tests/reference/operations.py) in float64 and float32,
 * from tensors of whatever strides, and gradcheck and gradgradcheck agree. One test a row. */
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

#include "operations/run.h"
#include "operations/vectors.h"

static Vectors *vectors;

/* A sample in one dtype and layout, for the messages. */
typedef struct Case {
    const Operation *operation;
    int sample;
    DType floats;
    Layout layout;
} Case;

static const char *case_name(const Case *at, char *text, size_t size)
{
    snprintf(text, size, "%s, sample %d, %s%s", at->operation->name, at->sample, dtype_name(at->floats),
             at->layout == LAYOUT_ODD ? ", odd strides" : "");
    return text;
}

static void fail_case(const Case *at, const char *what, const char *reason)
{
    char name[128];
    fail_msg("%s: %s: %s", case_name(at, name, sizeof name), what, reason);
}

static const char *error_text(void)
{
    return error_last() != NULL ? error_last()->text : "no error was raised";
}

/* PyTorch's defaults for assert_close are 1e-7 and 1.3e-6; here PyTorch's float64 is compared with both
 * dtypes, whose sums have other orders; functions of integers are float32 in both. */
static void check_values(const Case *at, const char *part, int i, const Tensor *x)
{
    char key[96], reason[256];
    Vector vector;
    bool single = at->floats == DTYPE_FLOAT32 || tensor_dtype(x) == DTYPE_FLOAT32;
    double rtol = single ? 2e-5 : 1e-9, atol = single ? 2e-5 : 1e-10;
    snprintf(key, sizeof key, "%s/%d/%s%d", at->operation->name, at->sample, part, i);
    if (!vectors_find(vectors, key, &vector))
        fail_case(at, key, "PyTorch's vectors have none; run tests/reference/operations.py");
    if (!vector_matches(&vector, x, rtol, atol, reason, sizeof reason))
        fail_case(at, key, reason);
}

/* The dtypes of the results: float64's stand in the vectors, float32's in the metadata. */
static void check_dtypes(const Case *at, const Results *results)
{
    char key[96], dtypes[128] = "";
    snprintf(key, sizeof key, "%s/%d/%s", at->operation->name, at->sample, dtype_name(at->floats));
    const char *expected = vectors_metadata(vectors, key);
    if (expected == NULL)
        fail_case(at, key, "not among PyTorch's vectors; run tests/reference/operations.py");
    for (int i = 0; i < results->count; i++) {
        size_t length = strlen(dtypes);
        snprintf(dtypes + length, sizeof dtypes - length, "%s%s", i > 0 ? "," : "",
                 dtype_name(tensor_dtype(results->items[i])));
    }
    if (strcmp(dtypes, expected) != 0) {
        char reason[320];
        snprintf(reason, sizeof reason, "dtypes are %s, PyTorch's are %s", dtypes, expected);
        fail_case(at, "results", reason);
    }
}

/* Shape of a random result: the vector has it, its values do not count. */
static void check_shape(const Case *at, int i, const Tensor *x)
{
    char key[96], reason[256];
    Vector vector;
    snprintf(key, sizeof key, "%s/%d/out%d", at->operation->name, at->sample, i);
    if (!vectors_find(vectors, key, &vector))
        fail_case(at, key, "PyTorch's vectors have none; run tests/reference/operations.py");
    if (!vector_matches(&vector, x, HUGE_VAL, HUGE_VAL, reason, sizeof reason) &&
        strncmp(reason, "shape", 5) == 0)
        fail_case(at, key, reason);
}

/* -- gradients -- */

static TensorList differentiable(const Results *results, Tensor **outputs, Tensor **gradients)
{
    TensorList list = {outputs, 0};
    for (int i = 0; i < results->count; i++)
        if (tensor_requires_grad(results->items[i])) {
            gradients[list.n] = sample_gradient(results->items[i], i);
            outputs[list.n++] = results->items[i];
        }
    return list;
}

static void check_no_gradient(const Case *at, int i)
{
    char key[96];
    Vector vector;
    snprintf(key, sizeof key, "%s/%d/grad%d", at->operation->name, at->sample, i);
    if (!vectors_find(vectors, key, &vector))
        return;
    const unsigned char *bytes = vector.data;
    size_t size = dtype_size(vector.dtype);
    for (int d = 0; d < vector.ndim; d++)
        size *= (size_t)vector.shape[d];
    for (size_t b = 0; b < size; b++)
        if (bytes[b] != 0 && bytes[b] != 0x80)
            fail_case(at, key, "there is no gradient, PyTorch has one");
}

static void check_gradients(const Case *at, const Run *run, const Results *results)
{
    Tensor *outputs[SAMPLE_MAX_LIST], *gradients[SAMPLE_MAX_LIST], *inputs[SAMPLE_MAX_LIST];
    TensorList from = differentiable(results, outputs, gradients), to = {inputs, 0};
    int numbers[SAMPLE_MAX_LIST];
    for (int i = 0; i < run->n_tensors; i++)
        if (run_differentiates(run, i)) {
            numbers[to.n] = i;
            inputs[to.n++] = run->tensors[i];
        }
    if (from.n == 0 || to.n == 0) {
        for (int64_t i = 0; i < to.n; i++)
            check_no_gradient(at, numbers[i]);
        return;
    }
    TensorList given = autograd_grad(from, to, .grad_outputs = {gradients, from.n}, .allow_unused = true);
    if (given.items == NULL)
        fail_case(at, "backward", error_text());
    for (int64_t i = 0; i < to.n; i++) {
        if (given.items[i] == NULL)
            check_no_gradient(at, numbers[i]);
        else if (tensor_dtype(given.items[i]) != tensor_dtype(inputs[i]))
            fail_case(at, "gradient", "its dtype is not its input's");
        else
            check_values(at, "grad", numbers[i], given.items[i]);
    }
}

static void check_differences(const Case *at, const Run *run, const Results *results)
{
    for (int i = 0; i < results->count; i++) {
        const Tensor *y = results->items[i];
        if (!tensor_requires_grad(y) || tensor_dtype(y) != DTYPE_FLOAT64)
            continue;
        if (!run_gradcheck(run, i))
            fail_case(at, "gradcheck", error_text());
        if (!run_gradgradcheck(run, i))
            fail_case(at, "gradgradcheck", error_text());
    }
}

/* -- rows -- */

/* A tensor that must be given and is NULL makes the result NULL, and no error: it was raised where the NULL
 * came from. */
static void check_null_tensors(const Case *at, const Run *run)
{
    const SampleCall *sample = run->sample;
    ArgumentType result = run->signature->result_type;
    int number = 0;
    if (result != ARGUMENT_TENSOR && result != ARGUMENT_TENSORS)
        return; /* a bool is false, which the caller cannot tell from a result */
    for (int i = 0; i < sample->count; i++) {
        const SampleValue *value = &sample->arguments[i];
        bool holds_tensors = value->kind == SAMPLE_TENSOR || value->kind == SAMPLE_TENSORS;
        if (holds_tensors && value->count > 0 && !run->signature->optional[i]) {
            Tensor *tensors[SAMPLE_MAX_LIST];
            memcpy(tensors, run->tensors, sizeof tensors);
            tensors[number] = NULL;
            Results results = operation_call(run->operation, run->signature, sample, tensors);
            if (results.count >= 0)
                fail_case(at, "NULL in the place of a tensor", "there is a result");
            if (error_last() != NULL)
                fail_case(at, "NULL in the place of a tensor raises an error", error_text());
        }
        number += holds_tensors ? value->count : 0;
    }
}

static void check_case(const Case *at, const Signature *signature, const SampleCall *sample)
{
    Run run;
    if (!run_begin(&run, at->operation, signature, sample, at->floats, at->layout))
        fail_case(at, "its tensors", error_text());
    Results results = run_call(&run, run.tensors);
    if (results.count < 0)
        fail_case(at, "the call",
                  sample->count != signature->count ? "the sample has not as many arguments as "
                                                      "the signature"
                                                    : error_text());
    check_dtypes(at, &results);
    check_null_tensors(at, &run);
    for (int i = 0; i < results.count; i++) {
        if (sample->shape_only)
            check_shape(at, i, results.items[i]);
        else
            check_values(at, "out", i, results.items[i]);
    }
    if (sample->shape_only)
        return;
    check_gradients(at, &run, &results);
    if (at->floats == DTYPE_FLOAT64 && at->layout == LAYOUT_CONTIGUOUS)
        check_differences(at, &run, &results);
}

static void check_sample(const Operation *op, const Signature *signature, const SampleCall *sample,
                         int number)
{
    static const DType dtypes[] = {DTYPE_FLOAT64, DTYPE_FLOAT32};
    static const Layout layouts[] = {LAYOUT_CONTIGUOUS, LAYOUT_ODD};
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < (sample->contiguous_only ? 1 : 2); j++) {
            Scope scope = scope_open();
            Case at = {op, number, dtypes[i], layouts[j]};
            check_case(&at, signature, sample);
            scope_close(scope);
            assert_null(error_last());
        }
}

static void test_row(void **state)
{
    const Operation *op = *state;
    Signature signature;
    SampleCall sample;
    const char *samples = op->samples;
    int64_t objects = object_live_count();
    assert_non_null(op->backward);
    if (!signature_read(op->signature, &signature))
        fail_msg("%s: the signature \"%s\" cannot be read", op->name, op->signature);
    int count = 0;
    while (sample_read(&samples, &sample))
        check_sample(op, &signature, &sample, count++);
    if (samples != NULL && *samples != '\0')
        fail_msg("%s: the samples cannot be read from \"%s\" on", op->name, samples);
    if (count == 0)
        fail_msg("%s has no samples", op->name);
    assert_int_equal(object_live_count(), objects);
}

static int begin_row(void **state)
{
    (void)state;
    error_clear();
    scope_close_all();
    return 0;
}

static int begin(void **state)
{
    (void)state;
    error_set_handler(error_ignore, NULL);
    vectors = vectors_open(TAPER_TESTS_DIR "/vectors/operations");
    return vectors != NULL ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    vectors_close(vectors);
    scope_close_all();
    return 0;
}

/* Without arguments all rows; else those named. */
int main(int argc, char **argv)
{
    struct CMUnitTest tests[OP_COUNT + 1];
    size_t count = 0;
    for (int id = 0; id < operation_count(); id++) {
        const Operation *op = operation((OpId)id);
        bool wanted = argc < 2;
        for (int i = 1; i < argc; i++)
            wanted = wanted || strcmp(argv[i], op->name) == 0;
        if (wanted)
            tests[count++] =
                (struct CMUnitTest){op->name, test_row, begin_row, begin_row, (void *)(uintptr_t)op};
    }
    return _cmocka_run_group_tests("operations", tests, count, begin, end);
}
