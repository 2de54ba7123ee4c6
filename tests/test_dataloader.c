/* The DataLoader against PyTorch's (tests/reference/data.py writes the expected batches), its errors, and
 * leaving it early. Runs under ThreadSanitizer too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taper.h>

#include "fnv1a.h"
#include "pattern.h"

enum { N = 100, CLASSES = 97, BATCH = 16 };

enum Pipeline { REFERENCE, EDGE, REFLECT, SYMMETRIC, NEEDED };

typedef struct Row {
    enum Pipeline pipeline;
    int seed, workers, shuffle, drop_last, epoch, batch, n;
    int64_t labels[BATCH];
    uint64_t hash;
} Row;

static const Row rows[] = {
#include "vectors/data.inc"
};

static Pattern *images(Transform *transform)
{
    return pattern_new(N, CLASSES, transform);
}

static Transform *pipeline(enum Pipeline which)
{
    static const char *const modes[] = {"constant", "edge", "reflect", "symmetric", "constant"};
    Transform *statistics = data_Normalize({0.4914, 0.4822, 0.4465}, {0.2470, 0.2435, 0.2616});
    if (which == REFERENCE)
        return reference_transform();
    if (which == NEEDED)
        return data_Compose(data_RandomCrop(40, .pad_if_needed = true, .fill = 77), data_ToTensor(),
                            statistics);
    return data_Compose(
        data_RandomCrop(.size_hw = {28, 40}, .padding_ltrb = {4, 3, 6, 2}, .padding_mode = modes[which]),
        data_RandomHorizontalFlip(0.3), data_ToTensor(), statistics);
}

static void check_batch(const Row *row, const DataBatch *batch)
{
    const int64_t *labels = tensor_data_ptr(batch->labels);
    assert_int_equal(batch->index, row->batch);
    assert_int_equal(tensor_size(batch->inputs, 0), row->n);
    assert_int_equal(tensor_size(batch->labels, 0), row->n);
    for (int i = 0; i < row->n; i++)
        assert_int_equal(labels[i], row->labels[i]);
    size_t bytes = (size_t)tensor_numel(batch->inputs) * sizeof(float);
    if (fnv1a(FNV1A_START, tensor_data_ptr(batch->inputs), bytes) != row->hash)
        fail_msg("row %d: the images differ from PyTorch's", (int)(row - rows));
}

static void compare_all(bool delay)
{
    size_t count = sizeof rows / sizeof *rows, r = 0;
    while (r < count) {
        Scope scope = scope_open();
        const Row *first = &rows[r];
        Pattern *pattern = images(pipeline(first->pipeline));
        pattern->delay = delay;
        tensor_manual_seed((uint64_t)first->seed);
        DataLoader *loader = data_DataLoader(&pattern->base, .batch_size = BATCH, .shuffle = first->shuffle,
                                             .num_workers = first->workers, .drop_last = first->drop_last);
        bool more = true;
        for (int epoch = 0; more; epoch++) {
            data_for_each (batch, loader) {
                assert_int_equal(rows[r].epoch, epoch);
                check_batch(&rows[r], &batch);
                r++;
            }
            more = r < count && rows[r].epoch == epoch + 1;
        }
        scope_close(scope);
    }
    assert_int_equal(r, count);
}

static void same_batches_as_pytorch(void **state)
{
    (void)state;
    compare_all(false);
}

static void same_batches_from_slow_workers(void **state)
{
    (void)state;
    compare_all(true);
}

static int leave_by_return(DataLoader *loader)
{
    data_for_each (batch, loader) {
        if (batch.index == 1)
            return (int)tensor_size(batch.inputs, 0);
    }
    return -1;
}

static void leaving_early_frees_everything(void **state)
{
    (void)state;
    int64_t before = object_live_count();
    for (int workers = 0; workers <= 3; workers += 3) {
        Scope scope = scope_open();
        DataLoader *loader = data_DataLoader(&images(pipeline(REFERENCE))->base, .batch_size = 5,
                                             .shuffle = true, .num_workers = workers);
        assert_int_equal(leave_by_return(loader), 5);
        int64_t seen = 0;
        data_for_each (batch, loader) {
            if (batch.index % 2 == 0)
                continue;
            if (batch.index > 4)
                break;
            seen += tensor_size(batch.labels, 0);
        }
        assert_int_equal(seen, 10);
        Tensor *kept = NULL;
        data_for_each (batch, loader) {
            kept = batch.index == 0 ? tensor_keep(batch.inputs) : kept;
            data_for_each (inner, loader) {
                assert_int_equal(tensor_size(inner.inputs, 1), 3);
                break;
            }
        }
        assert_int_equal(tensor_size(kept, 0), 5);
        tensor_release(kept);
        scope_close(scope);
    }
    assert_int_equal(object_live_count(), before);
}

static void errors_reach_the_loop(void **state)
{
    (void)state;
    error_set_handler(error_ignore, NULL);
    int64_t before = object_live_count();
    for (int workers = 0; workers <= 2; workers++) {
        Scope scope = scope_open();
        Pattern *pattern = images(pipeline(REFERENCE));
        pattern->broken = 37;
        DataLoader *loader = data_DataLoader(&pattern->base, .batch_size = 10, .num_workers = workers);
        int batches = 0;
        data_for_each (batch, loader) {
            batches++;
        }
        assert_int_equal(batches, 3);
        assert_non_null(error_last());
        assert_string_equal(error_last()->text, "Pattern: sample 37 is broken");
        error_clear();
        scope_close(scope);
    }
    assert_int_equal(object_live_count(), before);
}

/* A dataset that forgets something at index 3: its error, or the sample's input. */
typedef struct Forgetful {
    Dataset base;
    bool fails;
} Forgetful;

static int64_t forgetful_length(Dataset *self)
{
    (void)self;
    return 6;
}

static bool forgetful_get(Dataset *self, int64_t index, Sample *sample)
{
    if (index == 3)
        return !((Forgetful *)self)->fails;
    return data_item_new(&sample->input, DTYPE_FLOAT32, DIMS(1)) != NULL;
}

static void samples_that_are_forgotten(void **state)
{
    (void)state;
    static const DatasetType type = {"Forgetful", forgetful_length, forgetful_get, NULL};
    static const char *const messages[] = {"sample 3 of the dataset has no input",
                                           "the dataset gave no sample 3 and no error"};
    error_set_handler(error_ignore, NULL);
    for (int i = 0; i < 6; i++) {
        Scope scope = scope_open();
        Forgetful *dataset = data_dataset_new(Forgetful, &type);
        dataset->fails = i % 2;
        DataLoader *loader = data_DataLoader(&dataset->base, .batch_size = 2, .num_workers = i / 2);
        int batches = 0;
        data_for_each (batch, loader) {
            batches++;
        }
        assert_int_equal(batches, 1);
        assert_non_null(error_last());
        assert_string_equal(error_last()->message, messages[i % 2]);
        error_clear();
        scope_close(scope);
    }
}

static void expect(const void *result, const char *message)
{
    assert_null(result);
    assert_non_null(error_last());
    assert_string_equal(error_last()->message, message);
    error_clear();
}

static void wrong_arguments(void **state)
{
    (void)state;
    error_set_handler(error_ignore, NULL);
    Scope scope = scope_open();
    Dataset *dataset = &images(NULL)->base;
    Sampler *sampler = data_SequentialSampler(dataset);
    expect(data_DataLoader(dataset, .batch_size = 0),
           "batch_size should be a positive integer value, but got batch_size=0");
    expect(data_DataLoader(dataset, .num_workers = -1),
           "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.");
    expect(data_DataLoader(dataset, .shuffle = true, .sampler = sampler),
           "sampler option is mutually exclusive with shuffle");
    expect(data_DataLoader(dataset, .batch_size = 2, .batch_sampler = data_BatchSampler(sampler, 3, false)),
           "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last");
    expect(data_RandomSampler(data_Subset(dataset, DIMS())),
           "num_samples should be a positive integer value, but got num_samples=0");
    expect(data_RandomCrop(32, .padding_mode = "mirror"),
           "Padding mode should be either constant, edge, reflect or symmetric");
    expect(data_Normalize({0.5}, {0.0}),
           "std evaluated to zero after conversion to torch.float32, leading to division by zero.");
    assert_null(data_DataLoader(NULL));
    assert_null(error_last());
    DataLoader *greedy = data_DataLoader(dataset, .num_workers = 2, .prefetch_factor = INT64_MAX);
    data_for_each (batch, greedy)
        fail();
    assert_int_equal(error_last()->code, ERROR_MEMORY);
    error_clear();
    scope_close(scope);
}

static void samples_that_do_not_fit(void **state)
{
    (void)state;
    error_set_handler(error_ignore, NULL);
    Scope scope = scope_open();
    Sample sample = {0};
    assert_false(data_get(&images(data_RandomCrop(50))->base, 0, &sample));
    assert_string_equal(error_last()->message,
                        "Required crop size (50, 50) is larger than input image size (32, 32)");
    error_clear();
    assert_false(data_get(&images(data_Normalize({0.5}, {0.5}))->base, 0, &sample));
    assert_string_equal(error_last()->message, "Input tensor should be a float tensor. Got torch.uint8.");
    error_clear();
    assert_false(data_get(&images(NULL)->base, N, &sample));
    assert_string_equal(error_last()->message, "index 100 is out of bounds for a dataset of 100 samples");
    error_clear();
    assert_true(data_get(&images(NULL)->base, -1, &sample));
    assert_int_equal(*(int64_t *)sample.label.data, 99 % CLASSES);
    data_sample_free(&sample);
    scope_close(scope);
}

/* 2,000 images a batch pass, both workers: far more than training takes. */
static void two_workers_bring_every_image(void **state)
{
    (void)state;
    Scope scope = scope_open();
    int64_t indices[10000];
    for (int i = 0; i < 10000; i++)
        indices[i] = i % N;
    Dataset *dataset = data_Subset(&images(pipeline(REFERENCE))->base, (Dims){10000, indices});
    DataLoader *loader = data_DataLoader(dataset, .batch_size = 32, .shuffle = true, .num_workers = 2);
    int64_t images = 0;
    data_for_each (batch, loader) {
        images += tensor_size(batch.inputs, 0);
    }
    assert_int_equal(images, 10000);
    scope_close(scope);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_batches_as_pytorch),        cmocka_unit_test(same_batches_from_slow_workers),
        cmocka_unit_test(leaving_early_frees_everything), cmocka_unit_test(errors_reach_the_loop),
        cmocka_unit_test(samples_that_are_forgotten),     cmocka_unit_test(wrong_arguments),
        cmocka_unit_test(samples_that_do_not_fit),        cmocka_unit_test(two_workers_bring_every_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
