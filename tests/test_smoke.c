/* What every other part stands on: counted objects, errors that a handler survives, dtypes and their
 * promotion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <taper.h>

static int destroyed;

static void count_destroyed(Object *object)
{
    destroyed++;
    free(object);
}

static void test_object_lives_until_last_release(void **state)
{
    (void)state;
    Object *object = malloc(sizeof *object);
    assert_non_null(object);
    int64_t before = object_live_count();
    destroyed = 0;
    object_init(object, count_destroyed);
    assert_int_equal(object_live_count(), before + 1);
    assert_ptr_equal(object_retain(object), object);
    assert_int_equal(object_refcount(object), 2);
    object_release(object);
    assert_int_equal(destroyed, 0);
    object_release(object);
    assert_int_equal(destroyed, 1);
    assert_int_equal(object_live_count(), before);
    object_release(NULL);
}

static void test_first_error_stays_until_cleared(void **state)
{
    (void)state;
    error_set_handler(error_ignore, NULL);
    assert_null(error_last());
    assert_null(error_raise(ERROR_SHAPE, "linear",
                            "mat1 and mat2 shapes cannot be multiplied (%dx%d and %dx%d)", 2, 3, 4, 5));
    assert_null(error_raise(ERROR_DTYPE, "add", "a second error"));
    const Error *error = error_last();
    assert_non_null(error);
    assert_int_equal(error->code, ERROR_SHAPE);
    assert_string_equal(error->operation, "linear");
    assert_string_equal(error->message, "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)");
    error_clear();
    assert_null(error_last());
    error_set_handler(NULL, NULL);
}

static void test_promotion_is_pytorchs(void **state)
{
    (void)state;
    assert_int_equal(dtype_promote(DTYPE_FLOAT32, DTYPE_INT64), DTYPE_FLOAT32);
    assert_int_equal(dtype_promote(DTYPE_UINT8, DTYPE_INT32), DTYPE_INT32);
    assert_int_equal(dtype_promote(DTYPE_BOOL, DTYPE_UINT8), DTYPE_UINT8);
    assert_int_equal(dtype_promote(DTYPE_FLOAT16, DTYPE_BFLOAT16), DTYPE_FLOAT32);
    for (int dtype = DTYPE_NONE + 1; dtype < DTYPE_COUNT; dtype++) {
        assert_true(dtype_size((DType)dtype) > 0);
        assert_int_equal(dtype_parse(dtype_name((DType)dtype)), dtype);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_object_lives_until_last_release),
        cmocka_unit_test(test_first_error_stays_until_cleared),
        cmocka_unit_test(test_promotion_is_pytorchs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
