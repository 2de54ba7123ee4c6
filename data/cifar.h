/* CIFAR-10 and CIFAR-100 (torchvision.datasets), from the binary layout of the official download.
 *
 *     Dataset *trainset = data_CIFAR10(.root = "./data", .train = true, .download = true, .transform = t);
 *
 * A sample is a uint8 image [3, 32, 32], or what `transform` makes of it, and its class as an int64. The
 * order is the files' own, which is PyTorch's. The files are read when the dataset is made.
 *
 * root/cifar-10-batches-bin holds data_batch_1.bin to data_batch_5.bin and test_batch.bin,
 * root/cifar-100-binary holds train.bin and test.bin; .download = true fetches them if they are not there.
 * The archive is checked (MD5), unpacked beside the folder and then renamed into place, so a download that is
 * cut short or killed leaves no folder.
 *
 * NULL after ERROR_IO ("Dataset not found or corrupted. ...", or a failed download) or ERROR_FORMAT (a file
 * cut short, a label that is no class, a checksum that differs). */
#ifndef TAPER_DATA_CIFAR_H
#define TAPER_DATA_CIFAR_H

#include "data/transforms.h"

TAPER_BEGIN_DECLS

typedef struct CIFARArgs {
    char _;
    const char *root;     /* "./data" */
    bool train;           /* true; false: the test images */
    Transform *transform; /* NULL: none */
    bool download;        /* false */
    const char *url;      /* a mirror instead of the official address */
    const char *md5;      /* the archive's checksum there; NULL: the official one */
} CIFARArgs;
TAPER_API Dataset *data_cifar10(const CIFARArgs *args);
TAPER_API Dataset *data_cifar100(const CIFARArgs *args);

/* Whether root/cifar-10-batches-bin is a folder. */
TAPER_API bool data_cifar10_is_there(const char *root);

/* "airplane", "automobile", ...: the name of a class of CIFAR-10; NULL for others than 0 to 9. */
TAPER_API const char *data_cifar10_class(int64_t label);

#ifndef __cplusplus
#define data_CIFAR10(...)                                                                                    \
    KEYWORDS(data_cifar10(&(CIFARArgs){.root = "./data", .train = true, ._ = 0, __VA_ARGS__}))
#define data_CIFAR100(...)                                                                                   \
    KEYWORDS(data_cifar100(&(CIFARArgs){.root = "./data", .train = true, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
