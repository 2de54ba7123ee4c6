/* The images that the tools train on and test with. */
#ifndef TRAINING_IMAGES_H
#define TRAINING_IMAGES_H

#include <taper.h>

#include "options.h"

typedef struct ImageSets {
    const char *name; /* "CIFAR10" or "Generated": what checkpoints remember */
    Dataset *train;   /* cropped and mirrored at random */
    Dataset *test;    /* as they are */
} ImageSets;

/* CIFAR-10 from options->data, downloaded if that is asked for. Where it can be neither found nor downloaded,
 * generated images, after saying so. Errors of files that are there end the program, as the default handler
 * does. */
ImageSets images_open(const Options *options);

/* The name of a class of the data set of that name (NULL: CIFAR10). */
const char *images_class(const char *name, int64_t label);

/* The transform of test images, and of predict's: pixels from 0..255 to -1..1. */
Transform *images_plain(void);

#endif
