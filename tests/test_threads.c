/* Threads: how parallel_for splits, counts that many threads touch, errors that travel from one to another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <taper.h>

static int destroyed;

static void count_destroyed(Object *object)
{
    __atomic_add_fetch(&destroyed, 1, __ATOMIC_RELAXED);
    free(object);
}

static void *retain_and_release(void *object)
{
    for (int i = 0; i < 20000; i++)
        object_release(object_retain(object));
    object_release(object);
    return NULL;
}

static void test_counts_are_atomic(void **state)
{
    (void)state;
    Object *object = malloc(sizeof *object);
    assert_non_null(object);
    object_init(object, count_destroyed);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, retain_and_release, object_retain(object)), 0);
    object_release(object);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(destroyed, 1);
    assert_int_equal(object_live_count(), 0);
}

static void *raise_on_thread(void *unused)
{
    (void)unused;
    error_capture(true);
    error_raise(ERROR_IO, "read", "file cut short");
    return error_take();
}

static int handled;
static ErrorCode last_handled;

static void count_handled(const Error *error, void *user)
{
    (void)user;
    assert_string_equal(error->message, error->code == ERROR_IO ? "file cut short" : "another");
    handled++;
    last_handled = error->code;
}

static void test_errors_travel_between_threads(void **state)
{
    (void)state;
    error_set_handler(count_handled, NULL);
    pthread_t thread;
    void *error = NULL;
    assert_int_equal(pthread_create(&thread, NULL, raise_on_thread, NULL), 0);
    assert_int_equal(pthread_join(thread, &error), 0);
    assert_non_null(error);
    assert_int_equal(handled, 0);
    assert_null(error_last());
    error_give(error);
    assert_int_equal(handled, 1);
    assert_int_equal(error_last()->code, ERROR_IO);
    assert_int_equal(last_handled, ERROR_IO);
    /* beside one that nobody has cleared yet, which stays the last, the handler hears of the given one */
    error = error_take();
    error_raise(ERROR_VALUE, "test", "another");
    error_give(error);
    assert_int_equal(handled, 3);
    assert_int_equal(last_handled, ERROR_IO);
    assert_int_equal(error_last()->code, ERROR_VALUE);
    error_clear();
    error_set_handler(NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_are_atomic),
        cmocka_unit_test(test_errors_travel_between_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
