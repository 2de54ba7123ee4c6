#include "images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char generated[] = "Generated";

const char *images_class(const char *name, int64_t label)
{
    return name != NULL && strcmp(name, generated) == 0 ? data_generated_class(label)
                                                        : data_cifar10_class(label);
}

Transform *images_plain(void)
{
    return data_Compose(data_ToTensor(), data_Normalize({0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}));
}

static Transform *augmented(void)
{
    return data_Compose(data_RandomCrop(32, .padding = 4), data_RandomHorizontalFlip(), data_ToTensor(),
                        data_Normalize({0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}));
}

/* Whether CIFAR-10 is there at the end. A network that is not there is no reason to give up; a download that
 * is not what it should be is. */
static bool fetch(const char *root)
{
    bool fetched = false;
    error_set_handler(error_ignore, NULL);
    tensor_scope {
        fetched = data_CIFAR10(.root = root, .train = false, .download = true) != NULL;
    }
    error_set_handler(NULL, NULL);
    Error *error = error_take();
    if (error != NULL && error->code != ERROR_IO) {
        error_give(error);
        return false;
    }
    if (error != NULL)
        printf("No CIFAR-10 in %s, and it cannot be downloaded (%s).\n"
               "Training on generated images of ten figures instead.\n",
               root, error->message);
    free(error);
    return fetched;
}

static Dataset *first_images(Dataset *dataset, int64_t n)
{
    if (n <= 0 || n >= data_length(dataset))
        return dataset;
    int64_t *indices = scope_alloc((size_t)n * sizeof *indices);
    for (int64_t i = 0; i < n && indices != NULL; i++)
        indices[i] = i;
    return indices != NULL ? data_Subset(dataset, (Dims){n, indices}) : NULL;
}

ImageSets images_open(const Options *options)
{
    ImageSets sets = {.name = "CIFAR10"};
    if (options->download && !data_cifar10_is_there(options->data) && !fetch(options->data)) {
        sets.name = generated;
        sets.train = data_Generated(.train = true, .transform = augmented());
        sets.test = data_Generated(.train = false, .transform = images_plain());
    } else {
        sets.train = data_CIFAR10(.root = options->data, .train = true, .transform = augmented());
        sets.test = data_CIFAR10(.root = options->data, .train = false, .transform = images_plain());
    }
    sets.train = first_images(sets.train, options->limit);
    return sets;
}
