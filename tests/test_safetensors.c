/* Safetensors files: those of Python's package both ways, files that are broken in every way, and disks that
 * are full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <taper.h>
#include <unistd.h>

#include "expect.h"
#include "fake_device.h"

#define VECTORS TAPER_TESTS_DIR "/vectors/safetensors/"

/* -- a folder of its own for each test -- */

static char folder[] = "/tmp/taper-safetensors-XXXXXX", path[64];

static int make_folder(void **state)
{
    (void)state;
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/a.safetensors", folder);
    return begin_test(state);
}

static int count_files(void)
{
    int n = -2; /* . and .. */
    DIR *files = opendir(folder);
    while (files != NULL && readdir(files) != NULL)
        n++;
    if (files != NULL)
        closedir(files);
    return n;
}

static int remove_folder(void **state)
{
    DIR *files = opendir(folder);
    for (struct dirent *file; files != NULL && (file = readdir(files)) != NULL;)
        unlinkat(dirfd(files), file->d_name, 0);
    if (files != NULL)
        closedir(files);
    rmdir(folder);
    return end_test(state);
}

static char *read_file(const char *from, size_t *size)
{
    FILE *file = fopen(from, "rb");
    assert_non_null(file);
    char *bytes = malloc(1 << 20);
    assert_non_null(bytes);
    *size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

static void write_file(const void *bytes, size_t size)
{
    unlink(path); /* file systems are slow where a file is cut and written again */
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* A file of that header and so many bytes of data. */
static void write_parts(const char *header, size_t length, size_t data)
{
    char *bytes = calloc(1, 8 + length + data + 1);
    assert_non_null(bytes);
    uint64_t number = length;
    memcpy(bytes, &number, 8);
    memcpy(bytes + 8, header, length);
    write_file(bytes, 8 + length + data);
    free(bytes);
}

/* -- files that are as they should be -- */

static const char strange_name[] = "n\303\244me \"quoted\"\\ / \t\n";

/* What tests/reference/safetensors_files.py saves. */
static StateDict *types_dict(void)
{
    StateDict *dict = state_dict_new();
    state_dict_set(dict, strange_name, tensor_of(DIMS(1), DTYPE_FLOAT32, (double[]){1}));
    state_dict_set(dict, "bool", tensor_of(DIMS(5), DTYPE_BOOL, (double[]){1, 0, 1, 1, 0}));
    state_dict_set(dict, "int", tensor_of(DIMS(), DTYPE_INT32, (double[]){-7}));
    state_dict_set(dict, "layer.weight",
                   tensor_of(DIMS(2, 3), DTYPE_FLOAT32, (double[]){0, 0.25, 0.5, 0.75, 1, 1.25}));
    state_dict_set(dict, "layer.bias", tensor_of(DIMS(3), DTYPE_FLOAT32, (double[]){-1.5, 1e30, INFINITY}));
    state_dict_set(dict, "double", MATRIX(DIMS(2, 1), 1.0 / 3, -1e300));
    state_dict_set(dict, "long", INTEGERS(DIMS(2), 0x1p62, -0x1p62));
    state_dict_set(dict, "byte", tensor_of(DIMS(3), DTYPE_UINT8, (double[]){0, 128, 255}));
    state_dict_set(dict, "empty", ones_of(DIMS(0, 3), DTYPE_FLOAT32));
    state_dict_set_metadata(dict, "format", "pt");
    return dict;
}

static void expect_same(StateDict *found, StateDict *expected)
{
    assert_non_null(found);
    assert_int_equal(state_dict_length(found), state_dict_length(expected));
    for (int64_t i = 0; i < state_dict_length(expected); i++) {
        Tensor *x = state_dict_tensor(expected, i), *y = state_dict_get(found, state_dict_name(expected, i));
        assert_non_null(y);
        assert_true(tensor_same_shape(x, y));
        assert_int_equal(tensor_dtype(x), tensor_dtype(y));
        assert_memory_equal(tensor_data_ptr(x), tensor_data_ptr(y),
                            (size_t)tensor_numel(x) * dtype_size(tensor_dtype(x)));
    }
}

static void test_files_of_python_load(void **state)
{
    (void)state;
    StateDict *dict = nn_load_safetensors(VECTORS "types.safetensors");
    expect_same(dict, types_dict());
    assert_string_equal(state_dict_name(dict, 0), "long"); /* the order of the file */
    assert_string_equal(state_dict_metadata(dict, "format"), "pt");
    assert_int_equal(state_dict_metadata_length(dict), 1);
    assert_int_equal(state_dict_length(nn_load_safetensors(VECTORS "nothing.safetensors")), 0);
    expect_error(nn_load_safetensors(VECTORS "int16.safetensors") != NULL, ERROR_DTYPE,
                 "'a' of " VECTORS "int16.safetensors has dtype I16, which Taper has no tensors of");
}

static void test_files_are_those_that_python_writes(void **state)
{
    (void)state;
    size_t size = 0, expected_size = 0;
    assert_true(nn_save_safetensors(types_dict(), path));
    char *bytes = read_file(path, &size), *expected = read_file(VECTORS "types.safetensors", &expected_size);
    assert_int_equal(size, expected_size);
    assert_memory_equal(bytes, expected, size);
    free(bytes);
    free(expected);
    assert_true(nn_save_safetensors(state_dict_new(), path));
    bytes = read_file(path, &size), expected = read_file(VECTORS "nothing.safetensors", &expected_size);
    assert_int_equal(size, expected_size);
    assert_memory_equal(bytes, expected, size);
    free(bytes);
    free(expected);
}

static void test_halves_become_floats(void **state)
{
    (void)state;
    StateDict *dict = nn_load_safetensors(VECTORS "halves.safetensors");
    const char *names[][2] = {{"float16", "float16.float"}, {"bfloat16", "bfloat16.float"}};
    for (int i = 0; i < 2; i++) {
        Tensor *x = state_dict_get(dict, names[i][0]), *y = state_dict_get(dict, names[i][1]);
        assert_int_equal(tensor_dtype(x), DTYPE_FLOAT32);
        assert_int_equal(tensor_numel(x), 1075);
        const float *a = tensor_data_ptr(x), *b = tensor_data_ptr(y);
        for (int j = 0; j < 1075; j++)
            if (!(isnan(a[j]) && isnan(b[j])))
                assert_memory_equal(&a[j], &b[j], sizeof(float));
    }
}

static void test_what_is_saved_comes_back(void **state)
{
    (void)state;
    tensor_manual_seed(3);
    StateDict *dict = state_dict_new();
    Tensor *x = tensor_randn(DIMS(3, 4));
    state_dict_set(dict, "transposed", tensor_transpose(x, 0, 1));
    state_dict_set(dict, "part", tensor_narrow(x, 1, 1, 2));
    state_dict_set_metadata(dict, "b", "two\nlines");
    state_dict_set_metadata(dict, "a", "");
    assert_true(nn_save_safetensors(dict, path));
    StateDict *loaded = nn_load_safetensors(path);
    assert_true(tensor_is_contiguous(state_dict_get(loaded, "transposed")));
    double expected[12], found[12];
    for (int i = 0; i < 2; i++) {
        const char *name = state_dict_name(dict, i);
        assert_true(tensor_same_shape(state_dict_get(dict, name), state_dict_get(loaded, name)));
        tensor_copy_to_host(state_dict_get(dict, name), DTYPE_FLOAT64, expected);
        tensor_copy_to_host(state_dict_get(loaded, name), DTYPE_FLOAT64, found);
        assert_memory_equal(expected, found, (i == 0 ? 12 : 6) * sizeof(double));
    }
    assert_string_equal(state_dict_metadata(loaded, "b"), "two\nlines");
    assert_string_equal(state_dict_metadata(loaded, "a"), "");
    state_dict_set(dict, "elsewhere", tensor_to(VECTOR(1, 2), fake_device(0)));
    assert_true(nn_save_safetensors(dict, path));
    Tensor *elsewhere = state_dict_get(nn_load_safetensors(path), "elsewhere");
    assert_int_equal(tensor_device(elsewhere).type, DEVICE_CPU);
    expect_values(elsewhere, 1, 2);
    Module *a = nn_Sequential(nn_Linear(5, 4), nn_BatchNorm1d(4)),
           *b = nn_Sequential(nn_Linear(5, 4), nn_BatchNorm1d(4));
    assert_true(nn_save_safetensors(nn_state_dict(a), path));
    assert_true(nn_load_state_dict(b, nn_load_safetensors(path)).loaded);
    expect_same(nn_state_dict(b), nn_state_dict(a));
    assert_int_equal(count_files(), 1);
}

/* -- files that are broken -- */

typedef struct Broken {
    const char *header;
    size_t data;
    const char *text;
} Broken;

#define ENTRY(name, dtype, shape, offsets)                                                                   \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static const Broken broken[] = {
    {"", 0, "its header is not valid JSON"},
    {"{", 0, "its header is not valid JSON"},
    {"{}x", 0, "its header is not valid JSON: end of file expected near 'x' (at byte 3)"},
    {"[]", 0, "its header is not a JSON object"},
    {"{\"a\xff\":1}", 0, "its header is not valid JSON: unable to decode byte 0xff"},
    {"{\"a\\u0000\":1}", 0, "its header is not valid JSON"},
    {"{\"a\":1}", 0, "'a' is not a JSON object"},
    {"{" ENTRY("a", "U8", "[0]", "[0,0]") "," ENTRY("a", "U8", "[0]", "[0,0]") "}", 0,
     "its header is not valid JSON: duplicate object key near '\"a\"'"},
    {"{\"a\":{\"shape\":[0],\"data_offsets\":[0,0]}}", 0, "'a' has no dtype"},
    {"{\"a\":{\"dtype\":3,\"shape\":[0],\"data_offsets\":[0,0]}}", 0, "'a' has no dtype"},
    {"{" ENTRY("a", "F128", "[0]", "[0,0]") "}", 0, "'a' has the unknown dtype 'F128'"},
    {"{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,0]}}", 0, "'a' has no shape"},
    {"{" ENTRY("a", "U8", "3", "[0,3]") "}", 3, "'a' has no shape"},
    {"{" ENTRY("a", "U8", "[3,-1]", "[0,3]") "}", 3, "size 1 of 'a' is not a number from 0 on"},
    {"{" ENTRY("a", "U8", "[3.0]", "[0,3]") "}", 3, "size 0 of 'a' is not a number from 0 on"},
    {"{" ENTRY("a", "U8", "[null]", "[0,3]") "}", 3, "size 0 of 'a' is not a number from 0 on"},
    {"{" ENTRY("a", "U8", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "[0,1]") "}", 1,
     "'a' has 17 dimensions, more than 16"},
    {"{" ENTRY("a", "U8", "[4294967296,4294967296]", "[0,0]") "}", 0, "the shape of 'a' is too large"},
    {"{" ENTRY("a", "U8", "[4611686018427387904,4611686018427387904,0]", "[0,0]") "}", 0,
     "the shape of 'a' is too large"},
    {"{" ENTRY("a", "U8", "[0,4611686018427387904,4611686018427387904]", "[0,0]") "}", 0,
     "the shape of 'a' is too large"},
    {"{" ENTRY("a", "U8", "[99999999999999999999]", "[0,0]") "}", 0,
     "its header is not valid JSON: too big integer"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[3]}}", 3, "'a' has no data_offsets [begin, end]"},
    {"{" ENTRY("a", "U8", "[3]", "[0]") "}", 3, "'a' has no data_offsets [begin, end]"},
    {"{" ENTRY("a", "U8", "[3]", "[0,3,4]") "}", 3, "'a' has no data_offsets [begin, end]"},
    {"{" ENTRY("a", "U8", "[3]", "[0,\"3\"]") "}", 3, "'a' has no data_offsets [begin, end]"},
    {"{" ENTRY("a", "U8", "[3]", "[3,0]") "}", 3, "'a' has no data_offsets [begin, end]"},
    {"{" ENTRY("a", "U8", "[3]", "[-3,0]") "}", 3, "'a' has no data_offsets [begin, end]"},
    {"{" ENTRY("a", "U8", "[3]", "[0,3]") "}", 2, "'a' ends at byte 3 of the data, of which there are 2"},
    {"{" ENTRY("a", "F32", "[3]", "[0,3]") "}", 3, "'a' has 3 bytes, its shape and dtype need 12"},
    {"{" ENTRY("a", "F32", "[]", "[0,0]") "}", 0, "'a' has 0 bytes, its shape and dtype need 4"},
    {"{" ENTRY("a", "U8", "[3]", "[0,3]") "," ENTRY("b", "U8", "[3]", "[2,5]") "}", 5,
     "'b' begins at byte 2 of the data, where the tensor before it ends at 3"},
    {"{" ENTRY("a", "U8", "[3]", "[0,3]") "," ENTRY("b", "U8", "[3]", "[0,3]") "}", 3,
     "'b' begins at byte 0 of the data, where the tensor before it ends at 3"},
    {"{" ENTRY("a", "U8", "[3]", "[4,7]") "," ENTRY("b", "U8", "[3]", "[0,3]") "}", 7,
     "'a' begins at byte 4 of the data, where the tensor before it ends at 3"},
    {"{" ENTRY("a", "U8", "[3]", "[1,4]") "}", 4,
     "'a' begins at byte 1 of the data, where the tensor before it ends at 0"},
    {"{" ENTRY("a", "U8", "[3]", "[0,3]") "}", 5, "the tensors have 3 bytes, and there are 5"},
    {"{\"__metadata__\":3}", 0, "its metadata is not a JSON object"},
    {"{\"__metadata__\":{\"epoch\":3}}", 0, "the metadata 'epoch' is not a string"},
};

static void test_broken_files_say_what_is_wrong(void **state)
{
    (void)state;
    char text[256];
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        write_parts(broken[i].header, strlen(broken[i].header), broken[i].data);
        snprintf(text, sizeof text, "%s is not a valid safetensors file: %s", path, broken[i].text);
        expect_error(nn_load_safetensors(path) != NULL, ERROR_FORMAT, text);
    }
}

static void expect_broken(const void *bytes, size_t size, const char *reason)
{
    char text[256];
    write_file(bytes, size);
    snprintf(text, sizeof text, "%s is not a valid safetensors file: %s", path, reason);
    expect_error(nn_load_safetensors(path) != NULL, ERROR_FORMAT, text);
}

static void test_broken_lengths(void **state)
{
    (void)state;
    expect_broken("", 0, "it has 0 bytes, less than the length of a header");
    expect_broken("\2\0\0\0\0\0\0", 7, "it has 7 bytes, less than the length of a header");
    expect_broken("\3\0\0\0\0\0\0\0{}", 10, "the header should have 3 bytes, and 2 are left of the file");
    expect_broken("\377\377\377\377\377\377\377\377{}", 10,
                  "a header of 18446744073709551615 bytes is more than the 100000000 that there may be");
    enum { DEEP = 100000 };
    char *nested = malloc(DEEP);
    assert_non_null(nested);
    memset(nested, '[', DEEP);
    write_parts(nested, DEEP, 0);
    free(nested);
    expect_error(nn_load_safetensors(path) != NULL, ERROR_FORMAT, path);
}

static void test_no_byte_can_crash_it(void **state)
{
    (void)state;
    size_t size = 0;
    char *bytes = read_file(VECTORS "types.safetensors", &size);
    for (size_t length = 0; length < size; length++) {
        write_file(bytes, length);
        expect_error(nn_load_safetensors(path) != NULL, ERROR_FORMAT, path);
    }
    static const char replacements[] = {0, '"', '}', '9', '-', (char)0xff};
    for (size_t i = 0; i < size; i++) {
        char byte = bytes[i];
        for (size_t j = 0; j < sizeof replacements; j++) {
            bytes[i] = replacements[j];
            write_file(bytes, size);
            tensor_scope
                if (nn_load_safetensors(path) == NULL) {
                    assert_true(error_last()->code == ERROR_FORMAT || error_last()->code == ERROR_DTYPE);
                    error_clear();
                }
        }
        bytes[i] = byte;
    }
    free(bytes);
}

static void test_booleans_are_0_or_1(void **state)
{
    (void)state;
    char bytes[256] = "";
    const char header[] = "{" ENTRY("a", "BOOL", "[3]", "[0,3]") "}";
    uint64_t length = strlen(header);
    memcpy(bytes, &length, 8);
    strcpy(bytes + 8, header);
    memcpy(bytes + 8 + length, "\0\2\377", 3);
    write_file(bytes, 8 + length + 3);
    Tensor *x = state_dict_get(nn_load_safetensors(path), "a");
    assert_memory_equal(tensor_data_ptr(x), "\0\1\1", 3);
}

/* -- files that cannot be read or written -- */

static void test_what_is_not_a_file(void **state)
{
    (void)state;
    expect_error(nn_load_safetensors("/nowhere/a.safetensors") != NULL, ERROR_IO,
                 "cannot open /nowhere/a.safetensors: No such file or directory");
    expect_error(nn_load_safetensors(folder) != NULL, ERROR_IO, folder);
    expect_error(nn_load_safetensors("/dev/null") != NULL, ERROR_IO, "/dev/null is not a file");
    StateDict *dict = types_dict();
    expect_error(nn_save_safetensors(dict, "/nowhere/a.safetensors"), ERROR_IO,
                 "cannot make a file in the folder of /nowhere/a.safetensors: No such file or directory");
    char text[128];
    snprintf(text, sizeof text, "cannot write to %s: Is a directory", folder);
    expect_error(nn_save_safetensors(dict, folder), ERROR_IO, text);
    expect_error(nn_save_safetensors(dict, "/dev/full"), ERROR_IO,
                 "cannot write to /dev/full: No space left on device");
    struct stat status;
    assert_int_equal(stat("/dev/full", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
    assert_false(nn_save_safetensors(NULL, path));
    assert_int_equal(count_files(), 0);
}

static void test_names_that_files_cannot_have(void **state)
{
    (void)state;
    StateDict *dict = state_dict_new();
    state_dict_set(dict, "a\377", VECTOR(1));
    expect_error(nn_save_safetensors(dict, path), ERROR_VALUE, "'a\377' does not fit into the header");
    state_dict_remove(dict, "a\377");
    state_dict_set(dict, "__metadata__", VECTOR(1));
    expect_error(nn_save_safetensors(dict, path), ERROR_VALUE, "a tensor cannot be called '__metadata__'");
    assert_int_equal(count_files(), 0);
}

/* Files may have no more than so many bytes from here on. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_a_full_disk_leaves_the_file_of_before(void **state)
{
    (void)state;
    StateDict *dict = types_dict(), *larger = types_dict();
    assert_true(nn_save_safetensors(dict, path));
    state_dict_set(larger, "more", ones_of(DIMS(100000), DTYPE_FLOAT32));
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    limit_files(65536);
    bool saved = nn_save_safetensors(larger, path);
    limit_files(RLIM_INFINITY);
    signal(SIGXFSZ, before);
    char text[128];
    snprintf(text, sizeof text, "cannot write to %s: File too large", path);
    expect_error(saved, ERROR_IO, text);
    assert_int_equal(count_files(), 1);
    expect_same(nn_load_safetensors(path), dict);
    assert_true(nn_save_safetensors(larger, path));
    expect_same(nn_load_safetensors(path), larger);
}

static void test_a_killed_process_leaves_a_whole_file(void **state)
{
    (void)state;
    StateDict *dict = state_dict_new();
    state_dict_set(dict, "a", ones_of(DIMS(1 << 18), DTYPE_FLOAT32));
    assert_true(nn_save_safetensors(dict, path));
    for (int i = 0; i < 5; i++) {
        pid_t child = fork();
        if (child == 0)
            for (;;)
                if (!nn_save_safetensors(dict, path))
                    _exit(1);
        assert_true(child > 0);
        usleep(20000 + 7000 * (useconds_t)i);
        int status = 0;
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        expect_same(nn_load_safetensors(path), dict);
    }
}

static void test_links_and_permissions_stay(void **state)
{
    (void)state;
    char link[80];
    struct stat status;
    snprintf(link, sizeof link, "%s/latest.safetensors", folder);
    assert_true(nn_save_safetensors(state_dict_new(), path));
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink("a.safetensors", link), 0);
    assert_true(nn_save_safetensors(types_dict(), link));
    assert_int_equal(lstat(link, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(lstat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
    expect_same(nn_load_safetensors(path), types_dict());
    assert_int_equal(count_files(), 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_files_of_python_load),
        TEST(test_files_are_those_that_python_writes),
        TEST(test_halves_become_floats),
        TEST(test_what_is_saved_comes_back),
        TEST(test_broken_files_say_what_is_wrong),
        TEST(test_broken_lengths),
        TEST(test_no_byte_can_crash_it),
        TEST(test_booleans_are_0_or_1),
        TEST(test_what_is_not_a_file),
        TEST(test_names_that_files_cannot_have),
        TEST(test_a_full_disk_leaves_the_file_of_before),
        TEST(test_a_killed_process_leaves_a_whole_file),
        TEST(test_links_and_permissions_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
