/* Scopes: what they own, what leaving them releases, and that nothing of a thread's outlives it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <taper.h>

typedef struct Link {
    Object base;
    Object *next;
} Link;

static void link_destroy(Object *object)
{
    object_release(((Link *)object)->next);
    free(object);
}

static Link *link_new(Object *next)
{
    Link *link = malloc(sizeof *link);
    assert_non_null(link);
    object_init(&link->base, link_destroy);
    link->next = next;
    return link;
}

static int check_nothing_lives(void **state)
{
    (void)state;
    scope_close_all();
    return object_live_count() == 0 ? 0 : -1;
}

static void test_close_releases_above_mark(void **state)
{
    (void)state;
    scope_own(link_new(NULL));
    Scope scope = scope_open();
    for (int i = 0; i < 1000; i++)
        scope_own(link_new(NULL));
    assert_int_equal(scope_size(), 1001);
    scope_close(scope);
    assert_int_equal(scope_size(), 1);
    assert_int_equal(object_live_count(), 1);
}

static void test_retained_objects_survive(void **state)
{
    (void)state;
    Scope scope = scope_open();
    Link *kept = object_retain(scope_own(link_new(NULL)));
    scope_close(scope);
    assert_int_equal(object_refcount(kept), 1);
    object_release(kept);
}

static bool leave_early(void)
{
    tensor_scope {
        scope_own(link_new(NULL));
        tensor_scope {
            scope_own(link_new(NULL));
            if (scope_size() == 2)
                return true;
        }
    }
    return false;
}

static void test_block_closes_however_it_is_left(void **state)
{
    (void)state;
    assert_true(leave_early());
    assert_int_equal(scope_size(), 0);
    for (int i = 0; i < 3; i++)
        tensor_scope {
            scope_own(link_new(NULL));
            if (i == 1)
                break; /* leaves the scope's own loop: the block */
        }
    assert_int_equal(object_live_count(), 0);
}

static void test_memory_is_zeroed_and_freed(void **state)
{
    (void)state;
    tensor_scope {
        unsigned char *bytes = scope_alloc(1000);
        assert_non_null(bytes);
        assert_int_equal((uintptr_t)bytes % 16, 0);
        for (int i = 0; i < 1000; i++)
            assert_int_equal(bytes[i], 0);
    }
    assert_int_equal(object_live_count(), 0);
}

static void test_long_chains_need_no_stack(void **state)
{
    (void)state;
    Object *chain = NULL;
    for (int i = 0; i < 1000000; i++)
        chain = &link_new(chain)->base;
    assert_int_equal(object_live_count(), 1000000);
    object_release(chain);
    assert_int_equal(object_live_count(), 0);
}

static void *own_and_end(void *owned)
{
    scope_open();
    scope_own(link_new(NULL));
    scope_own(link_new(NULL));
    *(size_t *)owned = scope_size();
    return NULL;
}

static void test_thread_takes_its_objects_along(void **state)
{
    (void)state;
    pthread_t thread;
    size_t owned = 0;
    assert_int_equal(pthread_create(&thread, NULL, own_and_end, &owned), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(owned, 2);
    assert_int_equal(object_live_count(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_close_releases_above_mark, check_nothing_lives),
        cmocka_unit_test_teardown(test_retained_objects_survive, check_nothing_lives),
        cmocka_unit_test_teardown(test_block_closes_however_it_is_left, check_nothing_lives),
        cmocka_unit_test_teardown(test_memory_is_zeroed_and_freed, check_nothing_lives),
        cmocka_unit_test_teardown(test_long_chains_need_no_stack, check_nothing_lives),
        cmocka_unit_test_teardown(test_thread_takes_its_objects_along, check_nothing_lives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
