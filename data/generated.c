#include "data/generated.h"

#include "core/error.h"
#include "data/images.h"

enum { SIDE = 32, CLASSES = 10 };

/* A tiny generator of its own (Steele, Lea and Flood's splitmix64), so that each image has its own stream and
 * making one draws nothing from PyTorch's. */
static uint64_t next_bits(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* An integer between low and high, both included. */
static int between(uint64_t *state, int low, int high)
{
    return low + (int)(next_bits(state) % (uint64_t)(high - low + 1));
}

/* Whether the pixel at (x, y) from the figure's centre belongs to the figure of size r. */
static bool is_figure(int label, int x, int y, int r)
{
    int ax = x < 0 ? -x : x, ay = y < 0 ? -y : y, square = x * x + y * y;
    bool in_square = ax <= r && ay <= r;
    int period = r / 2 > 2 ? r / 2 : 2, width = r / 3 > 1 ? r / 3 : 1;
    switch (label) {
    case 0: /* disc */
        return square <= r * r;
    case 1: /* ring */
        return square <= r * r && square >= (r - width - 1) * (r - width - 1);
    case 2: /* square */
        return in_square;
    case 3: /* frame */
        return in_square && (ax > r - width - 1 || ay > r - width - 1);
    case 4: /* triangle, its tip above */
        return ay <= r && 2 * ax <= y + r;
    case 5: /* cross */
        return in_square && (ax < width || ay < width);
    case 6: /* x */
        return in_square && (ax - ay < width && ay - ax < width);
    case 7: /* horizontal stripes */
        return in_square && (y + r) / period % 2 == 0;
    case 8: /* vertical stripes */
        return in_square && (x + r) / period % 2 == 0;
    default: /* checkerboard */
        return in_square && ((x + r) / period + (y + r) / period) % 2 == 0;
    }
}

/* Two colours that a person can tell apart: brightness differs by at least 90. */
static void draw_colours(uint64_t *state, int figure[3], int ground[3])
{
    int difference;
    do {
        difference = 0;
        for (int c = 0; c < 3; c++) {
            figure[c] = between(state, 20, 235);
            ground[c] = between(state, 20, 235);
            difference += figure[c] - ground[c];
        }
    } while (difference > -270 && difference < 270);
}

static void draw_image(uint64_t state, int label, uint8_t *pixels)
{
    int figure[3], ground[3];
    draw_colours(&state, figure, ground);
    int r = between(&state, 7, 12);
    int x0 = between(&state, r, SIDE - 1 - r), y0 = between(&state, r, SIDE - 1 - r);
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                const int *colour = is_figure(label, x - x0, y - y0, r) ? figure : ground;
                *pixels++ = (uint8_t)(colour[c] + between(&state, -20, 20));
            }
}

Dataset *data_generated(const GeneratedArgs *args)
{
    if (args->length < 0)
        return error_raise(ERROR_VALUE, "Generated", "length must not be negative, got %lld",
                           (long long)args->length);
    int64_t n = args->length != 0 ? args->length : args->train ? 50000 : 10000;
    Images *images = data_images_new("Generated", n, 3, SIDE, SIDE, args->transform);
    if (images == NULL)
        return NULL;
    uint64_t set = 2 * args->seed + (args->train ? 0 : 1);
    for (int64_t i = 0; i < n; i++) {
        uint64_t state = set;
        state = next_bits(&state) + (uint64_t)i;
        state = next_bits(&state);
        images->labels[i] = (uint8_t)between(&state, 0, CLASSES - 1);
        draw_image(state, images->labels[i], images->pixels + (size_t)i * 3 * SIDE * SIDE);
    }
    return &images->base;
}

const char *data_generated_class(int64_t label)
{
    static const char *const names[] = {"disc",
                                        "ring",
                                        "square",
                                        "frame",
                                        "triangle",
                                        "cross",
                                        "x",
                                        "horizontal stripes",
                                        "vertical stripes",
                                        "checkerboard"};
    return label >= 0 && label < CLASSES ? names[label] : NULL;
}
