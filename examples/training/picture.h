/* Pictures from JPEG and PNG files, brought to the size a network takes. */
#ifndef TRAINING_PICTURE_H
#define TRAINING_PICTURE_H

#include <stdbool.h>

/* Reads `path`, cuts the largest square out of its middle and scales it to `size` x `size`: rows of red,
 * green, blue bytes in `pixels` (size * size * 3). False after saying on stderr what was wrong. */
bool picture_read(const char *path, int size, unsigned char *pixels);

#endif
