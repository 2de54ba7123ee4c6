/* The binary layout: one record after another, each of one label byte (CIFAR-100: two, coarse and fine) and
 * 3072 pixels, the red plane, the green one, the blue one, row by row. */
#include "data/cifar.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/error.h"
#include "data/download.h"
#include "data/images.h"

enum { SIDE = 32, PIXELS = 3 * SIDE * SIDE };

typedef struct CIFAR {
    const char *name, *folder, *url, *md5;
    const char *const *train_files, *const *test_files;
    size_t label_bytes; /* the last one is the class */
    int classes;
} CIFAR;

static const CIFAR cifar10 = {
    .name = "CIFAR10",
    .folder = "cifar-10-batches-bin",
    .url = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    .md5 = "c32a1d4ab5d03f1284b67883e8d87530",
    .train_files = (const char *const[]){"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                         "data_batch_4.bin", "data_batch_5.bin", NULL},
    .test_files = (const char *const[]){"test_batch.bin", NULL},
    .label_bytes = 1,
    .classes = 10,
};

static const CIFAR cifar100 = {
    .name = "CIFAR100",
    .folder = "cifar-100-binary",
    .url = "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
    .md5 = "03b5dce01913d631647c71ecec9e9cb8",
    .train_files = (const char *const[]){"train.bin", NULL},
    .test_files = (const char *const[]){"test.bin", NULL},
    .label_bytes = 2,
    .classes = 100,
};

static void file_path(char path[PATH_MAX], const char *root, const CIFAR *cifar, const char *file)
{
    snprintf(path, PATH_MAX, "%s/%s/%s", root, cifar->folder, file);
}

/* The number of images in a file; -1 after an error. Files of one set are equally long, which tells a file
 * cut between two records. */
static int64_t count_images(const CIFAR *cifar, const char *path, int64_t expected)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        error_raise(ERROR_IO, cifar->name,
                    "Dataset not found or corrupted. You can use .download = true to download it (%s: %s)",
                    path, strerror(errno));
        return -1;
    }
    int64_t record = (int64_t)cifar->label_bytes + PIXELS, bytes = status.st_size;
    if (bytes == 0 || bytes % record != 0 || (expected >= 0 && bytes / record != expected)) {
        error_raise(ERROR_FORMAT, cifar->name,
                    "Dataset not found or corrupted. You can use .download = true to download it (%s is cut "
                    "short: %lld bytes)",
                    path, (long long)bytes);
        return -1;
    }
    return bytes / record;
}

/* Reads `n` records into the images from number `first` on. */
static bool read_records(const CIFAR *cifar, FILE *file, const char *path, Images *images, int64_t first,
                         int64_t n)
{
    for (int64_t i = first; i < first + n; i++) {
        uint8_t labels[2];
        if (fread(labels, 1, cifar->label_bytes, file) != cifar->label_bytes ||
            fread(images->pixels + (size_t)i * PIXELS, 1, PIXELS, file) != PIXELS)
            return error_raise(ERROR_IO, cifar->name, "cannot read %s: it ends in image %lld", path,
                               (long long)(i - first)) != NULL;
        images->labels[i] = labels[cifar->label_bytes - 1];
        if (images->labels[i] >= cifar->classes)
            return error_raise(ERROR_FORMAT, cifar->name, "%s: image %lld has label %d, which is no class",
                               path, (long long)(i - first), images->labels[i]) != NULL;
    }
    return true;
}

static bool read_file(const CIFAR *cifar, const char *path, Images *images, int64_t first, int64_t n)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return error_raise_errno(ERROR_IO, cifar->name, "cannot open %s", path) != NULL;
    bool read = read_records(cifar, file, path, images, first, n);
    fclose(file);
    return read;
}

/* Whether the files of a set are there and, being equally long, whole; raises no error. */
static bool is_whole(const CIFAR *cifar, const char *root, const char *const *files)
{
    off_t record = (off_t)cifar->label_bytes + PIXELS, each = 0;
    for (; *files != NULL; files++) {
        char path[PATH_MAX];
        struct stat status;
        file_path(path, root, cifar, *files);
        if (stat(path, &status) != 0 || status.st_size == 0 || status.st_size % record != 0 ||
            (each != 0 && status.st_size != each))
            return false;
        each = status.st_size;
    }
    return true;
}

static Dataset *cifar_new(const CIFAR *cifar, const CIFARArgs *args)
{
    char path[PATH_MAX];
    const char *root = args->root != NULL ? args->root : "./data";
    if (args->download &&
        !(is_whole(cifar, root, cifar->train_files) && is_whole(cifar, root, cifar->test_files))) {
        const Download download = {cifar->name, args->url != NULL ? args->url : cifar->url,
                                   args->md5 != NULL ? args->md5 : cifar->md5, cifar->folder};
        if (!data_download_archive(&download, root))
            return NULL;
    }
    const char *const *files = args->train ? cifar->train_files : cifar->test_files;
    int64_t each = -1, n = 0;
    for (const char *const *file = files; *file != NULL; file++) {
        file_path(path, root, cifar, *file);
        each = count_images(cifar, path, each);
        if (each < 0)
            return NULL;
        n += each;
    }
    Images *images = data_images_new(cifar->name, n, 3, SIDE, SIDE, args->transform);
    if (images == NULL)
        return NULL;
    int64_t first = 0;
    for (const char *const *file = files; *file != NULL; file++, first += each) {
        file_path(path, root, cifar, *file);
        if (!read_file(cifar, path, images, first, each))
            return NULL;
    }
    return &images->base;
}

Dataset *data_cifar10(const CIFARArgs *args)
{
    return cifar_new(&cifar10, args);
}

Dataset *data_cifar100(const CIFARArgs *args)
{
    return cifar_new(&cifar100, args);
}

bool data_cifar10_is_there(const char *root)
{
    char path[PATH_MAX];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", root, cifar10.folder);
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

const char *data_cifar10_class(int64_t label)
{
    static const char *const names[] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                        "dog",      "frog",       "horse", "ship", "truck"};
    return label >= 0 && label < 10 ? names[label] : NULL;
}
