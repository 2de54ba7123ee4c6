/* The caching allocator: its statistics, size classes, reuse of blocks, what it does when memory is short,
 * and threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <taper.h>

#include "core/backend.h"
#include "expect.h"

static void statistics_count_what_is_in_use(void **state)
{
    (void)state;
    Device cpu = cpu_device();
    AllocatorStats before = allocator_stats(cpu);
    allocator_reset_peak_stats(cpu);
    void *a = allocator_allocate(cpu, 100, "test"), *b = allocator_allocate(cpu, 4096, "test");
    assert_true(a != NULL && b != NULL);
    AllocatorStats in_use = allocator_stats(cpu);
    assert_int_equal(in_use.allocated, before.allocated + 512 + 4096);
    assert_int_equal(in_use.allocations, before.allocations + 2);
    assert_int_equal(in_use.peak_allocated, in_use.allocated);
    assert_true(in_use.reserved >= in_use.allocated);
    allocator_release(cpu, a, 100);
    allocator_release(cpu, b, 4096);
    AllocatorStats after = allocator_stats(cpu);
    assert_int_equal(after.allocated, before.allocated);
    assert_int_equal(after.peak_allocated, in_use.allocated);
    assert_int_equal(after.reserved, in_use.reserved); /* cached */
    allocator_reset_peak_stats(cpu);
    assert_int_equal(allocator_stats(cpu).peak_allocated, before.allocated);
    allocator_release(cpu, NULL, 100);
}

static void blocks_are_aligned_and_not_much_larger(void **state)
{
    (void)state;
    Device cpu = cpu_device();
    for (size_t bytes = 0; bytes < 40000; bytes = bytes + bytes / 9 + 1) {
        int64_t before = allocator_stats(cpu).allocated;
        char *data = allocator_allocate(cpu, bytes, "test");
        assert_non_null(data);
        assert_int_equal((uintptr_t)data % 64, 0);
        memset(data, 1, bytes);
        int64_t taken = allocator_stats(cpu).allocated - before;
        assert_true(taken >= (int64_t)bytes);
        assert_true(bytes <= 512 ? taken == 512 : taken * 8 <= (int64_t)bytes * 9 + 8);
        allocator_release(cpu, data, bytes);
        assert_int_equal(allocator_stats(cpu).allocated, before);
    }
}

static void released_blocks_are_used_again(void **state)
{
    (void)state;
    Device cpu = cpu_device();
    size_t bytes = 1 << 20;
    void *first = allocator_allocate(cpu, bytes, "test");
    allocator_release(cpu, first, bytes);
    AllocatorStats before = allocator_stats(cpu);
    void *again = allocator_allocate(cpu, bytes - 1000, "test"); /* the same class */
    assert_ptr_equal(again, first);
    void *other = allocator_allocate(cpu, bytes, "test");
    assert_ptr_not_equal(other, first);
    AllocatorStats after = allocator_stats(cpu);
    assert_true(after.system_allocations <= before.system_allocations + 1);
    assert_int_equal(after.allocations, before.allocations + 2);
    allocator_release(cpu, again, bytes - 1000);
    allocator_release(cpu, other, bytes);
    allocator_empty_cache(cpu);
    AllocatorStats empty = allocator_stats(cpu);
    assert_int_equal(empty.reserved, empty.allocated);
}

static void tensors_give_their_memory_back(void **state)
{
    (void)state;
    Device cpu = cpu_device();
    int64_t before = allocator_stats(cpu).allocated;
    tensor_scope {
        Tensor *x = tensor_zeros(DIMS(1000));
        tensor_mul(x, x);
        assert_int_equal(allocator_stats(cpu).allocated, before + 2 * 4096);
    }
    assert_int_equal(allocator_stats(cpu).allocated, before);
}

/* -- a device with little memory -- */

static size_t left = 1 << 20;

static int count(void)
{
    return 1;
}

static void *allocate(int index, size_t bytes)
{
    if (bytes > left)
        return NULL;
    left -= bytes;
    return cpu_backend.allocate(index, bytes);
}

static void deallocate(int index, void *data, size_t bytes)
{
    left += bytes;
    cpu_backend.deallocate(index, data, bytes);
}

static void cached_memory_helps_when_it_is_short(void **state)
{
    (void)state;
    static Backend backend;
    Device small = {DEVICE_CUDA, 0};
    backend = cpu_backend;
    backend.type = DEVICE_CUDA;
    backend.count = count;
    backend.allocate = allocate;
    backend.deallocate = deallocate;
    device_register(&backend);
    size_t two_thirds = 700000, half = 500000;
    void *a = allocator_allocate(small, two_thirds, "test");
    assert_non_null(a);
    expect_error(allocator_allocate(small, half, "test"), ERROR_MEMORY,
                 "out of memory: tried to allocate 500000 bytes on cuda:0");
    assert_int_equal(allocator_stats(small).allocations, 1);
    allocator_release(small, a, two_thirds);
    void *b = allocator_allocate(small, half, "test"); /* a's block went back to the system */
    assert_non_null(b);
    AllocatorStats stats = allocator_stats(small);
    assert_int_equal(stats.reserved, stats.allocated);
    assert_int_equal(stats.system_allocations, 2);
    expect_error(tensor_zeros(DIMS(1 << 20), .device = small), ERROR_MEMORY,
                 "out of memory: tried to allocate 4194304 bytes on cuda:0");
    allocator_release(small, b, half);
    allocator_empty_cache(small);
    assert_int_equal(left, 1 << 20);
    expect_error(allocator_allocate(cpu_device(), SIZE_MAX / 2, "test"), ERROR_MEMORY,
                 "out of memory: tried to allocate");
}

/* -- threads -- */

static void *allocate_often(void *seed)
{
    Device cpu = cpu_device();
    unsigned char mark = (unsigned char)(uintptr_t)seed;
    for (int round = 0; round < 2000; round++) {
        size_t bytes = 64 + (size_t)(round * 37 % 5000);
        unsigned char *data = allocator_allocate(cpu, bytes, "test");
        if (data == NULL)
            return "out of memory";
        memset(data, mark, bytes);
        for (size_t i = 0; i < bytes; i += 63)
            if (data[i] != mark)
                return "a block was given to two threads";
        allocator_release(cpu, data, bytes);
        if (round % 500 == 0)
            allocator_empty_cache(cpu);
    }
    return NULL;
}

static void threads_share_the_cache(void **state)
{
    (void)state;
    Device cpu = cpu_device();
    AllocatorStats before = allocator_stats(cpu);
    pthread_t threads[4];
    for (uintptr_t t = 0; t < 4; t++)
        assert_int_equal(pthread_create(&threads[t], NULL, allocate_often, (void *)(t + 1)), 0);
    for (int t = 0; t < 4; t++) {
        void *wrong = NULL;
        pthread_join(threads[t], &wrong);
        if (wrong != NULL)
            fail_msg("%s", (const char *)wrong);
    }
    AllocatorStats after = allocator_stats(cpu);
    assert_int_equal(after.allocated, before.allocated);
    assert_int_equal(after.allocations, before.allocations + 4 * 2000);
    allocator_empty_cache(cpu);
    assert_int_equal(allocator_stats(cpu).reserved, before.allocated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(statistics_count_what_is_in_use, begin_test, end_test),
        cmocka_unit_test_setup_teardown(blocks_are_aligned_and_not_much_larger, begin_test, end_test),
        cmocka_unit_test_setup_teardown(released_blocks_are_used_again, begin_test, end_test),
        cmocka_unit_test_setup_teardown(tensors_give_their_memory_back, begin_test, end_test),
        cmocka_unit_test_setup_teardown(cached_memory_helps_when_it_is_short, begin_test, end_test),
        cmocka_unit_test_setup_teardown(threads_share_the_cache, begin_test, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
