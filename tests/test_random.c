/* The generator and its distributions against PyTorch's numbers (tests/reference/random_numbers.py writes
 * them). */
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/error.h"
#include "core/object.h"
#include "core/random.h"
#include "fnv1a.h"

enum Kind { UNIFORM, NORMAL, BERNOULLI, BERNOULLI_EACH, FROM_TO, ANY, PERMUTATION };

typedef struct Row {
    enum Kind kind;
    DType dtype;
    uint64_t seed;
    int64_t n;
    double a, b;
    uint64_t hash; /* 0: the first four are compared, with a tolerance */
    double first[4];
} Row;

static const Row rows[] = {
#include "vectors/random.inc"
};

static bool draw(const Row *row, Generator *g, void *out)
{
    float p32[100];
    double p64[100];
    for (int i = 0; i < 100; i++) {
        p32[i] = (float)i / 100.0f;
        p64[i] = i / 100.0;
    }
    switch (row->kind) {
    case UNIFORM:
        return random_uniform(g, row->dtype, out, row->n, row->a, row->b);
    case NORMAL:
        return random_normal(g, row->dtype, out, row->n, row->a, row->b);
    case BERNOULLI:
        return random_bernoulli(g, row->dtype, out, row->n, row->a);
    case BERNOULLI_EACH:
        return row->a == 32 ? random_bernoulli_each(g, row->dtype, out, row->n, DTYPE_FLOAT32, p32)
                            : random_bernoulli_each(g, row->dtype, out, row->n, DTYPE_FLOAT64, p64);
    case FROM_TO:
        return random_from_to(g, row->dtype, out, row->n, (int64_t)row->a, (int64_t)row->b);
    case ANY:
        return random_any(g, row->dtype, out, row->n);
    case PERMUTATION:
        return random_permutation(g, row->dtype, out, row->n);
    }
    return false;
}

static void same_numbers_as_pytorch(void **state)
{
    (void)state;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        const Row *row = &rows[r];
        size_t size = dtype_size(row->dtype), bytes = (size_t)row->n * size;
        unsigned char *out = malloc(bytes ? bytes : 1);
        Generator *g = generator_new(row->seed);
        assert_true(draw(row, g, out));
        for (int64_t i = 0; i < 4 && i < row->n; i++) {
            double value = scalar_to_double(scalar_read(row->dtype, out + (size_t)i * size));
            double tolerance = row->hash ? 0.0 : row->dtype == DTYPE_FLOAT32 ? 3e-7 : 1e-15;
            if (!(fabs(value - row->first[i]) <= tolerance * fmax(1.0, fabs(value))))
                fail_msg("row %zu, number %d: %.17g, PyTorch has %.17g", r, (int)i, value, row->first[i]);
        }
        if (row->hash && fnv1a(FNV1A_START, out, bytes) != row->hash)
            fail_msg("row %zu: some of the %d numbers differ from PyTorch's", r, (int)row->n);
        object_release(g);
        free(out);
    }
}

static void state_can_be_taken_and_given_back(void **state)
{
    (void)state;
    unsigned char saved[GENERATOR_STATE_SIZE];
    Generator *g = generator_new(3);
    float x[7], again[7]; /* an odd number: one normal number waits in the state */
    random_normal(g, DTYPE_FLOAT32, x, 7, 0, 1);
    generator_get_state(g, saved);
    random_normal(g, DTYPE_FLOAT32, x, 7, 0, 1);
    Generator *other = generator_new(99);
    assert_true(generator_set_state(other, saved, sizeof saved));
    random_normal(other, DTYPE_FLOAT32, again, 7, 0, 1);
    assert_memory_equal(x, again, sizeof x);
    assert_true(generator_initial_seed(other) == 3);

    error_set_handler(error_ignore, NULL);
    assert_false(generator_set_state(g, saved, 5));
    assert_string_equal(
        error_last()->message,
        "Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size to be 5");
    error_clear();
    memset(saved, 0, sizeof saved);
    assert_false(generator_set_state(g, saved, sizeof saved));
    assert_string_equal(error_last()->message, "Invalid mt19937 state");
    error_clear();
    object_release(g);
    object_release(other);
}

static void expect_error(bool result, const char *message)
{
    assert_false(result);
    assert_non_null(error_last());
    assert_string_equal(error_last()->message, message);
    error_clear();
}

static void wrong_arguments_change_nothing(void **state)
{
    (void)state;
    error_set_handler(error_ignore, NULL);
    Generator *g = generator_new(1);
    unsigned char before[GENERATOR_STATE_SIZE], after[GENERATOR_STATE_SIZE];
    generator_get_state(g, before);
    double x[4];
    float two = 2.0f;
    expect_error(random_uniform(g, DTYPE_INT64, x, 4, 0, 1),
                 "\"check_uniform_bounds\" not implemented for 'Long'");
    expect_error(random_uniform(g, DTYPE_FLOAT64, x, 4, 1, 0),
                 "uniform_ expects to return a [from, to) range, but found from=1 > to=0");
    expect_error(random_uniform(g, DTYPE_FLOAT32, x, 4, -3e38, 3e38),
                 "uniform_ expects to-from <= std::numeric_limits<Float>::max(), but found to=3e+38 and "
                 "from=-3e+38 which result in to-from to exceed the limit");
    expect_error(random_uniform(g, DTYPE_FLOAT32, x, 4, 0, 1e39), "to is out of bounds for float");
    expect_error(random_uniform(g, DTYPE_FLOAT64, x, 4, -INFINITY, 0), "from is out of bounds for double");
    expect_error(random_normal(g, DTYPE_FLOAT64, x, 4, 0, -1), "normal expects std >= 0.0, but found std -1");
    expect_error(random_normal(g, DTYPE_INT64, x, 4, 0, 1),
                 "\"normal_kernel_cpu\" not implemented for 'Long'");
    expect_error(random_bernoulli(g, DTYPE_FLOAT64, x, 4, 2),
                 "bernoulli_ expects p to be in [0, 1], but got p=2");
    expect_error(random_bernoulli_each(g, DTYPE_FLOAT64, x, 1, DTYPE_FLOAT32, &two),
                 "Expected p_in >= 0 && p_in <= 1 to be true, but got false.");
    expect_error(random_from_to(g, DTYPE_INT64, x, 4, 5, 3),
                 "random_ expects 'from' to be less than 'to', but got from=5 >= to=3");
    /* float32 holds every fourth integer there */
    expect_error(random_from_to(g, DTYPE_FLOAT32, x, 4, (1 << 25) + 1, (1 << 25) + 8),
                 "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got "
                 "from=33554436 >= to=33554436");
    expect_error(random_from_to(g, DTYPE_FLOAT32, x, 4, (1 << 25) + 1, (1 << 25) + 2),
                 "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got "
                 "from=33554436 >= to=33554434");
    expect_error(random_from_to(g, DTYPE_UINT8, x, 4, -1, 3), "from is out of bounds for unsigned char");
    expect_error(random_from_to(g, DTYPE_UINT8, x, 4, 0, 300), "to - 1 is out of bounds for unsigned char");
    expect_error(random_permutation(g, DTYPE_INT64, x, -1),
                 "Trying to create tensor with negative dimension -1: [-1]");
    expect_error(random_permutation(g, DTYPE_UINT8, x, 300),
                 "value cannot be converted to type uint8_t without overflow");
    generator_get_state(g, after);
    assert_memory_equal(before, after, sizeof before);
    object_release(g);
}

static void *draw_many(void *generator)
{
    uint64_t sum = 0;
    for (int i = 0; i < 2000; i++)
        sum += generator_random(generator);
    return (void *)(uintptr_t)sum;
}

/* Two threads that share a generator share out its numbers: none is lost or drawn twice. */
static void threads_share_a_generator(void **state)
{
    (void)state;
    Generator *g = generator_new(5), *alone = generator_new(5);
    pthread_t threads[2];
    void *sums[2];
    for (int t = 0; t < 2; t++)
        assert_int_equal(pthread_create(&threads[t], NULL, draw_many, g), 0);
    for (int t = 0; t < 2; t++)
        pthread_join(threads[t], &sums[t]);
    uint64_t expected = 0;
    for (int i = 0; i < 4000; i++)
        expected += generator_random(alone);
    assert_true((uint64_t)(uintptr_t)sums[0] + (uint64_t)(uintptr_t)sums[1] == expected);
    object_release(g);
    object_release(alone);
}

static void a_thread_can_have_its_own_default(void **state)
{
    (void)state;
    Generator *process = tensor_manual_seed(0), *own = generator_new(7);
    assert_ptr_equal(generator_default(), process);
    assert_null(generator_set_thread_default(own));
    assert_ptr_equal(generator_default(), own);
    tensor_manual_seed(8);
    assert_true(generator_initial_seed(own) == 8);
    assert_true(generator_initial_seed(process) == 0);
    assert_ptr_equal(generator_set_thread_default(NULL), own);
    assert_ptr_equal(generator_default(), process);
    object_release(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_numbers_as_pytorch),
        cmocka_unit_test(state_can_be_taken_and_given_back),
        cmocka_unit_test(wrong_arguments_change_nothing),
        cmocka_unit_test(threads_share_a_generator),
        cmocka_unit_test(a_thread_can_have_its_own_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
