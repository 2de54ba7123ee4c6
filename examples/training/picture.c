#include "picture.h"

#include <stb_image.h>
#include <stb_image_resize.h>
#include <stddef.h>
#include <stdio.h>

bool picture_read(const char *path, int size, unsigned char *pixels)
{
    int width, height, channels;
    unsigned char *picture = stbi_load(path, &width, &height, &channels, 3);
    if (picture == NULL) {
        fprintf(stderr, "predict: cannot read %s: %s\n", path, stbi_failure_reason());
        return false;
    }
    int side = width < height ? width : height;
    size_t corner = 3 * ((size_t)((height - side) / 2) * (size_t)width + (size_t)((width - side) / 2));
    bool scaled = stbir_resize_uint8(picture + corner, side, side, 3 * width, pixels, size, size, 0, 3) != 0;
    stbi_image_free(picture);
    if (!scaled)
        fprintf(stderr, "predict: no memory to scale %s\n", path);
    return scaled;
}
