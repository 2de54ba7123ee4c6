/* parallel_for: how it splits, what nested calls do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <taper.h>

typedef struct Visits {
    int count[1000];
    int parts;
} Visits;

static void visit(void *context, int64_t begin, int64_t end)
{
    Visits *visits = context;
    __atomic_add_fetch(&visits->parts, 1, __ATOMIC_RELAXED);
    for (int64_t i = begin; i < end; i++)
        visits->count[i]++;
}

static void test_every_item_is_visited_once(void **state)
{
    (void)state;
    int before = tensor_get_num_threads();
    for (int threads = 1; threads <= 5; threads += 2) {
        assert_true(tensor_set_num_threads(threads));
        for (int64_t n = 0; n <= 1000; n = 3 * n + 1) {
            Visits visits = {{0}, 0};
            parallel_for(n, 10, visit, &visits);
            for (int64_t i = 0; i < 1000; i++)
                assert_int_equal(visits.count[i], i < n ? 1 : 0);
            int64_t most = (n + 9) / 10;
            assert_int_equal(visits.parts, most < threads ? most : threads);
        }
    }
    assert_true(tensor_set_num_threads(before));
}

static void visit_nested(void *context, int64_t begin, int64_t end)
{
    for (int64_t i = begin; i < end; i++)
        parallel_for(100, 1, visit, (Visits *)context + i);
}

static void test_nested_calls_run_serially(void **state)
{
    (void)state;
    int before = tensor_get_num_threads();
    assert_true(tensor_set_num_threads(4));
    Visits *visits = calloc(8, sizeof *visits);
    assert_non_null(visits);
    parallel_for(8, 1, visit_nested, visits);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(visits[i].parts, 1);
        assert_int_equal(visits[i].count[99], 1);
    }
    free(visits);
    assert_true(tensor_set_num_threads(before));
}

static void test_number_of_threads_must_be_positive(void **state)
{
    (void)state;
    error_set_handler(error_ignore, NULL);
    assert_false(tensor_set_num_threads(0));
    assert_int_equal(error_last()->code, ERROR_VALUE);
    assert_string_equal(error_last()->message,
                        "expected a positive integer for the number of threads, but got 0");
    error_clear();
    error_set_handler(NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_item_is_visited_once),
        cmocka_unit_test(test_nested_calls_run_serially),
        cmocka_unit_test(test_number_of_threads_must_be_positive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
