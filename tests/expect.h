/* What the tests of tensors share: tensors of given numbers, and what is expected of results, errors and
 * leaks. */
#ifndef TAPER_TESTS_EXPECT_H
#define TAPER_TESTS_EXPECT_H

#include <taper.h>

/* A float64 tensor of these numbers; parameter_of's requires a gradient. */
#define VECTOR(...)          vector_of(sizeof((double[]){__VA_ARGS__}) / sizeof(double), (double[]){__VA_ARGS__})
#define PARAMETER(...)       tensor_requires_grad_(VECTOR(__VA_ARGS__), true)
#define MATRIX(shape, ...)   tensor_of(shape, DTYPE_FLOAT64, (double[]){__VA_ARGS__})
#define INTEGERS(shape, ...) tensor_of(shape, DTYPE_INT64, (double[]){__VA_ARGS__})
Tensor *vector_of(size_t n, const double *values);
Tensor *tensor_of(Dims shape, DType dtype, const double *values);
/* Ones of that shape, float32: for calls that fail. */
#define ONES(...) ones_of(DIMS(__VA_ARGS__), DTYPE_FLOAT32)
Tensor *ones_of(Dims shape, DType dtype);

/* x has these elements, in row-major order, to 1e-12. */
#define expect_values(x, ...)                                                                                \
    expect_values_((x), sizeof((double[]){__VA_ARGS__}) / sizeof(double), (double[]){__VA_ARGS__}, __FILE__, \
                   __LINE__)
void expect_values_(const Tensor *x, size_t n, const double *values, const char *file, int line);

/* The call raised this error, with this text as (the beginning of) its message, and gave NULL or false; the
 * error is cleared. */
#define expect_error(call, code, text)                                                                       \
    expect_error_((call) ? 1 : 0, (code), (text), #call, __FILE__, __LINE__)
void expect_error_(int result, ErrorCode code, const char *text, const char *call, const char *file,
                   int line);

/* The text has these lines; NULL ends them. */
#define expect_lines(text, lines) expect_lines_((text), (lines), __FILE__, __LINE__)
void expect_lines_(const char *text, const char *const *lines, const char *file, int line);

/* A test's fixtures: errors come back as NULL; afterwards, nothing is alive that was not before. */
int begin_test(void **state);
int end_test(void **state);

#endif
