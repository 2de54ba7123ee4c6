/* Reading CIFAR, downloading it, the generated data set, subsets and tensors as datasets. The archives come
 * from file:// addresses, so no network takes part. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>
#include <dirent.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <taper.h>
#include <unistd.h>

#include "core/tensor_struct.h"

enum { RECORD = 3073, IMAGES = 4 };

static char folder[64]; /* a fresh one for each test */
static int64_t objects_before;

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/taper-test-XXXXXX");
    objects_before = object_live_count();
    error_set_handler(error_ignore, NULL);
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    char command[128];
    (void)state;
    scope_close_all();
    error_clear();
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) != 0 || object_live_count() != objects_before;
}

static char *path_in(const char *name)
{
    static char paths[4][256];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* Record i of a file: label i (of `label_bytes`), pixel p is i * 50 + p mod 41. */
static void fill_record(unsigned char *record, int label_bytes, int i)
{
    record[0] = (unsigned char)i;
    record[label_bytes - 1] = (unsigned char)i;
    for (int p = 0; p < 3072; p++)
        record[label_bytes + p] = (unsigned char)(i * 50 + p % 41);
}

static void write_file(const char *path, int label_bytes, size_t bytes)
{
    unsigned char data[IMAGES * (RECORD + 1)];
    for (int i = 0; i < IMAGES; i++)
        fill_record(data + i * (label_bytes + 3072), label_bytes, i);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, bytes, file), bytes);
    fclose(file);
}

static const char *const cifar10_files[] = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                            "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"};

static void write_cifar10(void)
{
    char name[64];
    assert_int_equal(mkdir(path_in("cifar-10-batches-bin"), 0777), 0);
    for (int f = 0; f < 6; f++) {
        snprintf(name, sizeof name, "cifar-10-batches-bin/%s", cifar10_files[f]);
        write_file(path_in(name), 1, IMAGES * RECORD);
    }
}

static void expect_error(ErrorCode code, const char *part)
{
    assert_non_null(error_last());
    assert_int_equal(error_last()->code, code);
    if (strstr(error_last()->text, part) == NULL)
        fail_msg("the error \"%s\" does not say \"%s\"", error_last()->text, part);
    error_clear();
}

static void reads_cifar10(void **state)
{
    (void)state;
    write_cifar10();
    Dataset *train = data_CIFAR10(.root = folder), *test = data_CIFAR10(folder, false, data_ToTensor());
    assert_int_equal(data_length(train), 5 * IMAGES);
    assert_int_equal(data_length(test), IMAGES);
    Sample sample = {0};
    assert_true(data_get(train, IMAGES + 2, &sample));
    assert_int_equal(*(int64_t *)sample.label.data, 2);
    assert_int_equal(sample.input.ndim, 3);
    assert_int_equal(((uint8_t *)sample.input.data)[43], 102);
    assert_true(data_get(test, 3, &sample));
    assert_float_equal(((float *)sample.input.data)[1], 151.0f / 255.0f, 0.0f);
    data_sample_free(&sample);
    assert_true(data_cifar10_is_there(folder));
    assert_string_equal(data_cifar10_class(9), "truck");
    assert_null(data_cifar10_class(10));
}

static void reads_cifar100(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path_in("cifar-100-binary"), 0777), 0);
    write_file(path_in("cifar-100-binary/train.bin"), 2, IMAGES * (RECORD + 1));
    Dataset *train = data_CIFAR100(.root = folder);
    assert_int_equal(data_length(train), IMAGES);
    Sample sample = {0};
    assert_true(data_get(train, 3, &sample));
    assert_int_equal(*(int64_t *)sample.label.data, 3);
    assert_int_equal(((uint8_t *)sample.input.data)[0], 150);
    data_sample_free(&sample);
    assert_null(data_CIFAR100(.root = folder, .train = false));
    expect_error(ERROR_IO, "cifar-100-binary/test.bin: No such file or directory");
}

static void says_what_is_wrong_with_files(void **state)
{
    (void)state;
    assert_null(data_CIFAR10(.root = folder));
    expect_error(ERROR_IO,
                 "CIFAR10: Dataset not found or corrupted. You can use .download = true to download it");
    write_cifar10();
    write_file(path_in("cifar-10-batches-bin/data_batch_3.bin"), 1, 2 * RECORD + 100);
    assert_null(data_CIFAR10(.root = folder));
    expect_error(ERROR_FORMAT, "data_batch_3.bin is cut short: 6246 bytes");
    write_file(path_in("cifar-10-batches-bin/data_batch_3.bin"), 1, 3 * RECORD); /* between two records */
    assert_null(data_CIFAR10(.root = folder));
    expect_error(ERROR_FORMAT, "data_batch_3.bin is cut short: 9219 bytes");
    write_file(path_in("cifar-10-batches-bin/test_batch.bin"), 1, 0);
    assert_null(data_CIFAR10(.root = folder, .train = false));
    expect_error(ERROR_FORMAT, "test_batch.bin is cut short: 0 bytes");
    unsigned char record[RECORD];
    fill_record(record, 1, 77);
    FILE *file = fopen(path_in("cifar-10-batches-bin/test_batch.bin"), "wb");
    fwrite(record, 1, RECORD, file);
    fclose(file);
    assert_null(data_CIFAR10(.root = folder, .train = false));
    expect_error(ERROR_FORMAT, "test_batch.bin: image 0 has label 77, which is no class");
}

/* -- downloads -- */

/* Packs the folder cifar-10-batches-bin into cifar.tar.gz, and removes it. */
static void pack(void)
{
    char name[96];
    unsigned char data[IMAGES * RECORD];
    struct archive *archive = archive_write_new();
    archive_write_add_filter_gzip(archive);
    archive_write_set_format_ustar(archive);
    assert_int_equal(archive_write_open_filename(archive, path_in("cifar.tar.gz")), ARCHIVE_OK);
    for (int f = 0; f < 7; f++) {
        struct archive_entry *entry = archive_entry_new();
        snprintf(name, sizeof name, "cifar-10-batches-bin/%s", f < 6 ? cifar10_files[f] : "../../escaped");
        for (int i = 0; i < IMAGES; i++)
            fill_record(data + i * RECORD, 1, i);
        archive_entry_set_pathname(entry, name);
        archive_entry_set_size(entry, sizeof data);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
        assert_int_equal(archive_write_data(archive, data, sizeof data), sizeof data);
        archive_entry_free(entry);
    }
    archive_write_free(archive);
}

static void md5_of(const char *path, char text[33])
{
    unsigned char digest[EVP_MAX_MD_SIZE], data[1 << 16];
    FILE *file = fopen(path, "rb");
    size_t n = fread(data, 1, sizeof data, file);
    fclose(file);
    assert_true(n < sizeof data);
    assert_int_equal(EVP_Digest(data, n, digest, NULL, EVP_md5(), NULL), 1);
    for (int i = 0; i < 16; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

static const char *url_of(const char *name)
{
    static char url[300];
    snprintf(url, sizeof url, "file://%s", path_in(name));
    return url;
}

/* How many entries `folder`/root has; a half done download would leave some. */
static int entries_of_root(void)
{
    int n = 0;
    DIR *open = opendir(path_in("root"));
    assert_non_null(open);
    for (struct dirent *entry; (entry = readdir(open)) != NULL;)
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(open);
    return n;
}

static void downloads_and_unpacks(void **state)
{
    (void)state;
    char md5[33];
    pack();
    md5_of(path_in("cifar.tar.gz"), md5);
    const char *root = path_in("root");
    Dataset *train = data_CIFAR10(.root = root, .download = true, .url = url_of("cifar.tar.gz"), .md5 = md5);
    assert_null(error_last());
    assert_int_equal(data_length(train), 5 * IMAGES);
    assert_int_equal(entries_of_root(), 1);
    assert_int_not_equal(access(path_in("root/escaped"), F_OK), 0);
    assert_int_not_equal(access(path_in("escaped"), F_OK), 0);
    /* What is there is not fetched again; what is damaged is replaced. */
    assert_non_null(data_CIFAR10(.root = path_in("root"), .download = true, .url = "file:///nowhere"));
    const int cut[] = {100, (IMAGES - 1) * RECORD}; /* within an image, between two */
    for (int i = 0; i < 2; i++) {
        write_file(path_in("root/cifar-10-batches-bin/data_batch_2.bin"), 1, cut[i]);
        train = data_CIFAR10(.root = path_in("root"), .download = true, .url = url_of("cifar.tar.gz"),
                             .md5 = md5);
        assert_int_equal(data_length(train), 5 * IMAGES);
        assert_int_equal(entries_of_root(), 1);
    }
}

static void failed_downloads_leave_nothing(void **state)
{
    (void)state;
    char md5[33];
    pack();
    const char *root = "root";
    assert_null(data_CIFAR10(.root = path_in(root), .download = true, .url = url_of("missing.tar.gz")));
    expect_error(ERROR_IO, "CIFAR10: cannot download file:///");
    assert_int_equal(entries_of_root(), 0);
    assert_null(data_CIFAR10(.root = path_in(root), .download = true, .url = url_of("cifar.tar.gz")));
    expect_error(ERROR_FORMAT, "instead of c32a1d4ab5d03f1284b67883e8d87530");
    assert_int_equal(entries_of_root(), 0);
    struct stat status;
    assert_int_equal(stat(path_in("cifar.tar.gz"), &status), 0);
    assert_int_equal(truncate(path_in("cifar.tar.gz"), status.st_size / 2), 0);
    md5_of(path_in("cifar.tar.gz"), md5); /* even if the checksum of the cut archive were right */
    assert_null(
        data_CIFAR10(.root = path_in(root), .download = true, .url = url_of("cifar.tar.gz"), .md5 = md5));
    expect_error(ERROR_FORMAT, "cannot unpack");
    assert_int_equal(entries_of_root(), 0);
    assert_null(data_CIFAR10(.root = "", .download = true));
    expect_error(ERROR_IO, "cannot create the folder ");
}

/* A process is killed while its download waits for a pipe that nobody fills; the next one cleans up and
 * succeeds. */
static void killed_download_leaves_no_dataset(void **state)
{
    (void)state;
    char md5[33];
    pack();
    md5_of(path_in("cifar.tar.gz"), md5);
    assert_int_equal(mkfifo(path_in("pipe"), 0600), 0);
    pid_t child = fork();
    if (child == 0) {
        data_CIFAR10(.root = path_in("root"), .download = true, .url = url_of("pipe"));
        _exit(0);
    }
    char *partial = path_in("root/.cifar-10-batches-bin.partial/archive");
    for (int i = 0; i < 500 && access(partial, F_OK) != 0; i++)
        usleep(10000);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(access(path_in("root/.cifar-10-batches-bin.partial/archive"), F_OK), 0);
    assert_int_not_equal(access(path_in("root/cifar-10-batches-bin"), F_OK), 0);
    assert_null(data_CIFAR10(.root = path_in("root")));
    expect_error(ERROR_IO, "Dataset not found or corrupted.");
    Dataset *train =
        data_CIFAR10(.root = path_in("root"), .download = true, .url = url_of("cifar.tar.gz"), .md5 = md5);
    assert_int_equal(data_length(train), 5 * IMAGES);
    assert_int_equal(entries_of_root(), 1);
}

/* -- other datasets -- */

static void generated_images_are_the_same_each_time(void **state)
{
    (void)state;
    Sample a = {0}, b = {0}, c = {0};
    Dataset *small = data_Generated(.length = 200), *large = data_Generated(.length = 300);
    Dataset *test = data_Generated(.length = 200, .train = false);
    int classes[10] = {0};
    for (int i = 0; i < 200; i++) {
        assert_true(data_get(small, i, &a) && data_get(large, i, &b) && data_get(test, i, &c));
        assert_memory_equal(a.input.data, b.input.data, 3072);
        assert_memory_not_equal(a.input.data, c.input.data, 3072);
        assert_int_equal(*(int64_t *)a.label.data, *(int64_t *)b.label.data);
        classes[*(int64_t *)a.label.data]++;
    }
    for (int k = 0; k < 10; k++)
        assert_in_range(classes[k], 8, 40);
    data_sample_free(&a);
    data_sample_free(&b);
    data_sample_free(&c);
    assert_string_equal(data_generated_class(4), "triangle");
    assert_null(data_Generated(.length = -1));
    expect_error(ERROR_VALUE, "length must not be negative, got -1");
}

static void subsets_pick(void **state)
{
    (void)state;
    write_cifar10();
    Dataset *subset = data_Subset(data_CIFAR10(.root = folder), DIMS(3, 1, -1));
    Sample sample = {0};
    int64_t expected[] = {3, 1, 3};
    assert_int_equal(data_length(subset), 3);
    for (int i = 0; i < 3; i++) {
        assert_true(data_get(subset, i, &sample));
        assert_int_equal(*(int64_t *)sample.label.data, expected[i]);
    }
    assert_false(data_get(subset, 3, &sample));
    expect_error(ERROR_INDEX, "index 3 is out of bounds for a dataset of 3 samples");
    data_sample_free(&sample);
    int64_t order[3], all[] = {0, 0, 0, 0};
    tensor_manual_seed(0);
    assert_int_equal(data_sampler_length(data_SubsetRandomSampler(7)), 1);
    Sampler *sampler = data_SubsetRandomSampler(DIMS(3, 1, 0));
    assert_true(data_sampler_indices(sampler, order));
    for (int i = 0; i < 3; i++)
        all[order[i]]++;
    assert_true(all[0] == 1 && all[1] == 1 && all[2] == 0 && all[3] == 1);
}

/* PyTorch's orders of three passes with one generator, which moves on by one permutation more in each. */
static void random_sampler_shares_a_generator(void **state)
{
    (void)state;
    static const int64_t orders[3][5] = {{0, 1, 3, 2, 4}, {3, 2, 0, 4, 1}, {1, 0, 2, 3, 4}};
    Dataset *dataset = data_TensorDataset(tensor_new(DIMS(5), DTYPE_FLOAT32, cpu_device(), "test"), NULL);
    Generator *generator = generator_new(7);
    Sampler *sampler = data_RandomSampler(dataset, .generator = generator);
    for (int pass = 0; pass < 3; pass++) {
        int64_t indices[5];
        assert_true(data_sampler_indices(sampler, indices));
        assert_memory_equal(indices, orders[pass], sizeof indices);
    }
    object_release(generator);
}

static void tensors_are_datasets(void **state)
{
    (void)state;
    Tensor *x = tensor_new(DIMS(3, 2), DTYPE_FLOAT32, cpu_device(), "test");
    Tensor *y = tensor_new(DIMS(3), DTYPE_INT64, cpu_device(), "test");
    for (int i = 0; i < 6; i++)
        ((float *)tensor_data_ptr(x))[i] = (float)i;
    for (int i = 0; i < 3; i++)
        ((int64_t *)tensor_data_ptr(y))[i] = 10 * i;
    int rows = 0;
    data_for_each (batch, data_DataLoader(data_TensorDataset(x, y), .batch_size = 2)) {
        const float *row = tensor_data_ptr(batch.inputs);
        assert_int_equal(tensor_size(batch.inputs, 1), 2);
        for (int64_t i = 0; i < tensor_size(batch.inputs, 0); i++, rows++) {
            assert_float_equal(row[2 * i + 1], 2.0f * (float)rows + 1.0f, 0.0f);
            assert_int_equal(((int64_t *)tensor_data_ptr(batch.labels))[i], 10 * rows);
        }
    }
    assert_int_equal(rows, 3);
    data_for_each (batch, data_DataLoader(data_TensorDataset(x, NULL))) {
        assert_null(batch.labels);
    }
    assert_null(data_TensorDataset(x, tensor_new(DIMS(2), DTYPE_INT64, cpu_device(), "test")));
    expect_error(ERROR_SHAPE, "Size mismatch between tensors");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(reads_cifar10),
        TEST(reads_cifar100),
        TEST(says_what_is_wrong_with_files),
        TEST(downloads_and_unpacks),
        TEST(failed_downloads_leave_nothing),
        TEST(killed_download_leaves_no_dataset),
        TEST(generated_images_are_the_same_each_time),
        TEST(subsets_pick),
        TEST(random_sampler_shares_a_generator),
        TEST(tensors_are_datasets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
