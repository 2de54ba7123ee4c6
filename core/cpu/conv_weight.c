/* The gradient of a convolution's weights,
 *
 *     grad_weight[m][c][t] = sum over images n and pixels (j, i) of grad[n][m][j][i] * x[n][c][j * step +
 * t.dh][i * step + t.dw],
 *
 * as a matrix product without the matrix of windows: rows m, columns (tap, channel), and the sum over all
 * pixels. The pixels come in chunks (some images, or some rows of one); for each chunk the threads together
 *   1. copy the pixels of x that it reads into a bordered buffer with the channels innermost, so that `wide`
 * columns of one pixel are one contiguous run, and pack the gradient into panels of `tall` channels;
 *   2. share out the columns: for each panel of columns, pack as many pixels as the first-level cache holds,
 * and multiply them with all panels of the gradient, adding to the thread's columns of the result. Each
 * element is summed by one thread in the order of the pixels: the bits do not depend on the number of
 * threads. */
#include <omp.h>
#include <string.h>

#include "core/allocator.h"
#include "core/cpu/conv.h"
#include "core/threads.h"

#define INLINE static inline __attribute__((always_inline))

enum { CHUNK_PIXELS = 1024, ALIGN = 64 };

typedef struct Weights {
    Tile tile;
    Tensor *out;
    Images grad, x;
    int64_t step[2], dilation[2], padding[2], kernel[2], groups;
    int64_t m, c, taps;            /* channels of a group */
    int64_t m_panels, n, n_panels; /* rows and columns, and their panels */
    int64_t m_chunks, m_chunk;     /* panels of rows of a task */
    int64_t images, rows, depth;   /* of a chunk; pixels multiplied at once */
    int64_t staged_rows, staged_columns;
    char *stage;     /* [image][row][column][channel] */
    char *gradients; /* [block of pixels][m panel][pixel][tall] */
    char *sums;      /* [m][n]: the result, columns in the order (tap, channel) */
    char *panels;    /* a panel of windows for each thread */
    int64_t *pixel_offsets, *column_offsets;
    size_t stage_bytes, gradient_bytes, sum_bytes, panel_bytes, pixel_bytes, column_bytes, bytes;
} Weights;

/* Which pixels are being summed. */
typedef struct Chunk {
    int64_t group, image, images, row, rows, pixels;
    bool first;
} Chunk;

static int64_t ceil_div(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static size_t aligned(int64_t elements, size_t size)
{
    return ((size_t)elements * size + ALIGN - 1) / ALIGN * ALIGN;
}

/* A row of x with zeros around it, channels innermost. Sixteen channels at a time are read, so that each
 * cache line of x is used up before it is lost. */
INLINE void stage_row(const Weights *w, char *to, const char *from, size_t size)
{
    int64_t bytes = (int64_t)size,
            first = w->padding[1] < w->staged_columns ? w->padding[1] : w->staged_columns;
    int64_t end = at_most(w->staged_columns, w->padding[1] + w->x.w), sc = w->x.sc * bytes,
            sw = w->x.sw * bytes;
    memset(to, 0, (size_t)(first * w->c) * size);
    memset(to + end * w->c * bytes, 0, (size_t)((w->staged_columns - end) * w->c) * size);
    to += first * w->c * bytes;
    if (w->x.sc == 1) {
        for (int64_t i = 0; i < end - first; i++)
            memcpy(to + i * w->c * bytes, from + i * sw, (size_t)w->c * size);
        return;
    }
    for (int64_t c = 0; c < w->c; c += 16) {
        int64_t lanes = at_most(16, w->c - c);
        for (int64_t i = 0; i < end - first; i++) {
            char *at = to + (i * w->c + c) * bytes;
            const char *source = from + c * sc + i * sw;
            if (lanes == 16)
                for (int64_t lane = 0; lane < 16; lane++)
                    memcpy(at + lane * bytes, source + lane * sc, size);
            else
                for (int64_t lane = 0; lane < lanes; lane++)
                    memcpy(at + lane * bytes, source + lane * sc, size);
        }
    }
}

INLINE void stage_image_row(const Weights *w, const Chunk *k, int64_t index, size_t size)
{
    int64_t n = index / w->staged_rows, y = index % w->staged_rows, bytes = (int64_t)size;
    int64_t row = k->row * w->step[0] - w->padding[0] + y;
    char *to = w->stage + index * w->staged_columns * w->c * bytes;
    if (row < 0 || row >= w->x.h)
        memset(to, 0, (size_t)(w->staged_columns * w->c) * size);
    else
        stage_row(w, to,
                  w->x.data + ((k->image + n) * w->x.sn + row * w->x.sh + k->group * w->c * w->x.sc) * bytes,
                  size);
}

/* `tall` channels of one pixel side by side, zeros beyond the last. */
INLINE void gather_channels(char *to, const char *from, int64_t channels, int64_t tall, int64_t step,
                            size_t size)
{
    int64_t bytes = (int64_t)size;
    if (channels == 6 && tall == 6) {
        for (int64_t c = 0; c < 6; c++)
            memcpy(to + c * bytes, from + c * step, size);
        return;
    }
    for (int64_t c = 0; c < channels; c++)
        memcpy(to + c * bytes, from + c * step, size);
    memset(to + channels * bytes, 0, (size_t)(tall - channels) * size);
}

/* The gradient's channels m, m + 1, ... side by side for the pixels of one image. A panel ends after `depth`
 * pixels. */
INLINE void pack_gradient(const Weights *w, const Chunk *k, int64_t index, size_t size)
{
    int64_t n = index / w->m_panels, panel = index % w->m_panels, tall = w->tile.tall, bytes = (int64_t)size;
    int64_t channels = at_most(tall, w->m - panel * tall), sc = w->grad.sc * bytes;
    int64_t at = n * k->rows * w->grad.w, left = 0;
    const char *from = w->grad.data + ((k->image + n) * w->grad.sn +
                                       (k->group * w->m + panel * tall) * w->grad.sc + k->row * w->grad.sh) *
                                          bytes;
    char *to = NULL;
    for (int64_t j = 0; j < k->rows; j++)
        for (int64_t i = 0; i < w->grad.w; i++, at++, left--, to += tall * bytes) {
            if (left == 0) {
                int64_t block = at / w->depth, depth = at_most(w->depth, k->pixels - block * w->depth);
                left = depth - at % w->depth;
                to = w->gradients +
                     (block * w->depth * w->m_panels + panel * depth + at % w->depth) * tall * bytes;
            }
            gather_channels(to, from + (j * w->grad.sh + i * w->grad.sw) * bytes, channels, tall, sc, size);
        }
}

/* A panel of windows: for each pixel `wide` columns. Columns of one tap are neighbours in the buffer. */
INLINE void pack_windows(const Weights *w, char *to, int64_t column, const int64_t *pixels, int64_t depth,
                         size_t size)
{
    int64_t wide = w->tile.wide, bytes = (int64_t)size;
    const int64_t *columns = w->column_offsets + column;
    bool run = columns[wide - 1] - columns[0] == wide - 1 && column / w->c == (column + wide - 1) / w->c;
    const char *from = w->stage + columns[0] * bytes;
    if (run && wide == 16)
        for (int64_t q = 0; q < depth; q++)
            memcpy(to + q * 16 * bytes, from + pixels[q] * bytes, 16 * size);
    else if (run && wide == 8)
        for (int64_t q = 0; q < depth; q++)
            memcpy(to + q * 8 * bytes, from + pixels[q] * bytes, 8 * size);
    else
        for (int64_t q = 0; q < depth; q++)
            for (int64_t i = 0; i < wide; i++)
                memcpy(to + (q * wide + i) * bytes, w->stage + (pixels[q] + columns[i]) * bytes, size);
}

static void multiply_columns(const Weights *w, const Chunk *k, int64_t task)
{
    const Tile *tile = &w->tile;
    int64_t size = (int64_t)tile->size, column = task / w->m_chunks * tile->wide;
    int64_t m0 = task % w->m_chunks * w->m_chunk, m1 = at_most(w->m_panels, m0 + w->m_chunk);
    int64_t columns = at_most(tile->wide, w->n - column);
    char *panel = w->panels + (size_t)omp_get_thread_num() * w->panel_bytes;
    for (int64_t q = 0; q < k->pixels; q += w->depth) {
        int64_t depth = at_most(w->depth, k->pixels - q);
        if (size == 4)
            pack_windows(w, panel, column, w->pixel_offsets + q, depth, 4);
        else
            pack_windows(w, panel, column, w->pixel_offsets + q, depth, 8);
        for (int64_t m = m0; m < m1; m++)
            tile_multiply(tile, depth, w->gradients + (q * w->m_panels + m * depth) * tile->tall * size,
                          panel, !k->first || q > 0, w->sums + (m * tile->tall * w->n + column) * size,
                          at_most(tile->tall, w->m - m * tile->tall), columns, w->n, 1);
    }
}

static void fill_offsets(const Weights *w)
{
    int64_t at = 0;
    for (int64_t n = 0; n < w->images; n++)
        for (int64_t j = 0; j < w->rows; j++)
            for (int64_t i = 0; i < w->grad.w; i++)
                w->pixel_offsets[at++] =
                    ((n * w->staged_rows + j * w->step[0]) * w->staged_columns + i * w->step[1]) * w->c;
    for (int64_t column = 0; column < w->n_panels * w->tile.wide; column++) {
        int64_t tap = column / w->c, r = tap / w->kernel[1], s = tap % w->kernel[1];
        w->column_offsets[column] =
            column >= w->n
                ? 0
                : (r * w->dilation[0] * w->staged_columns + s * w->dilation[1]) * w->c + column % w->c;
    }
}

/* Without pixels all sums are zero. */
static void write_zeros(const Tensor *out)
{
    size_t size = dtype_size(out->dtype);
    for (int64_t i = 0; i < out->numel; i++) {
        int64_t at = 0, rest = i;
        for (int d = 3; d >= 0; d--) {
            at += rest % out->shape[d] * out->strides[d];
            rest /= out->shape[d];
        }
        memset((char *)tensor_address(out) + at * (int64_t)size, 0, size);
    }
}

/* From the order (tap, channel) to the tensor's. */
static void write_row(const Weights *w, int64_t group, int64_t m)
{
    const Tensor *out = w->out;
    size_t size = w->tile.size;
    char *to = (char *)tensor_address(out) + (group * w->m + m) * out->strides[0] * (int64_t)size;
    const char *from = w->sums + m * w->n * (int64_t)size;
    for (int64_t r = 0; r < w->kernel[0]; r++)
        for (int64_t s = 0; s < w->kernel[1]; s++)
            for (int64_t c = 0; c < w->c; c++, from += size)
                memcpy(to + (c * out->strides[1] + r * out->strides[2] + s * out->strides[3]) * (int64_t)size,
                       from, size);
}

static void sum_chunk(const Weights *w, const Chunk *k)
{
#pragma omp for schedule(static) nowait
    for (int64_t i = 0; i < k->images * w->staged_rows; i++)
        if (w->tile.size == 4)
            stage_image_row(w, k, i, 4);
        else
            stage_image_row(w, k, i, 8);
#pragma omp for schedule(static)
    for (int64_t i = 0; i < k->images * w->m_panels; i++)
        if (w->tile.size == 4)
            pack_gradient(w, k, i, 4);
        else
            pack_gradient(w, k, i, 8);
#pragma omp for schedule(dynamic, 1)
    for (int64_t task = 0; task < w->n_panels * w->m_chunks; task++)
        multiply_columns(w, k, task);
}

static void sum_group(const Weights *w, int64_t group)
{
    for (int64_t image = 0; image < w->grad.n; image += w->images)
        for (int64_t row = 0; row < w->grad.h; row += w->rows) {
            Chunk k = {.group = group, .image = image, .row = row, .first = image == 0 && row == 0};
            k.images = at_most(w->images, w->grad.n - image);
            k.rows = at_most(w->rows, w->grad.h - row);
            k.pixels = k.images * k.rows * w->grad.w;
            sum_chunk(w, &k);
        }
#pragma omp for schedule(static)
    for (int64_t m = 0; m < w->m; m++)
        write_row(w, group, m);
}

static void plan(Weights *w, int threads)
{
    int64_t area = w->grad.h * w->grad.w;
    w->tile = tile_for(w->out->dtype);
    w->m_panels = ceil_div(w->m, w->tile.tall);
    w->n = w->taps * w->c;
    w->n_panels = ceil_div(w->n, w->tile.wide);
    /* Rows are shared out too where the columns alone would leave threads idle; their windows are packed
     * twice then. */
    w->m_chunks = w->n_panels % threads == 0 ? 1 : at_most(w->m_panels, ceil_div(4 * threads, w->n_panels));
    w->m_chunk = ceil_div(w->m_panels, w->m_chunks);
    w->m_chunks = ceil_div(w->m_panels, w->m_chunk);
    w->images = area >= CHUNK_PIXELS ? 1 : at_most(w->grad.n, CHUNK_PIXELS / area);
    w->rows = w->images > 1 ? w->grad.h : at_most(w->grad.h, ceil_div(CHUNK_PIXELS, w->grad.w));
    int64_t pixels = w->images * w->rows * w->grad.w;
    w->depth = ceil_div(pixels, ceil_div(pixels, w->tile.depth));
    w->staged_rows = (w->rows - 1) * w->step[0] + (w->kernel[0] - 1) * w->dilation[0] + 1;
    w->staged_columns = (w->grad.w - 1) * w->step[1] + (w->kernel[1] - 1) * w->dilation[1] + 1;
    size_t size = w->tile.size;
    w->stage_bytes = aligned(w->images * w->staged_rows * w->staged_columns * w->c, size);
    w->gradient_bytes = aligned(pixels * w->m_panels * w->tile.tall, size);
    w->sum_bytes = aligned(w->m * w->n, size);
    w->panel_bytes = aligned(w->depth * w->tile.wide, size);
    w->pixel_bytes = aligned(pixels, sizeof(int64_t));
    w->column_bytes = aligned(w->n_panels * w->tile.wide, sizeof(int64_t));
    w->bytes = w->stage_bytes + w->gradient_bytes + w->sum_bytes + w->pixel_bytes + w->column_bytes +
               (size_t)threads * w->panel_bytes;
}

static void place(Weights *w, char *scratch)
{
    w->stage = scratch;
    w->gradients = w->stage + w->stage_bytes;
    w->sums = w->gradients + w->gradient_bytes;
    w->pixel_offsets = (int64_t *)(void *)(w->sums + w->sum_bytes);
    w->column_offsets = (int64_t *)(void *)(w->sums + w->sum_bytes + w->pixel_bytes);
    w->panels = w->sums + w->sum_bytes + w->pixel_bytes + w->column_bytes;
}

bool conv_weight(Tensor *grad_weight, const Tensor *grad, const Tensor *x, const ConvParams *p)
{
    if (grad_weight->numel == 0)
        return true;
    if (grad->numel == 0) {
        write_zeros(grad_weight);
        return true;
    }
    Weights w = {.out = grad_weight,
                 .grad = images_of(grad),
                 .x = images_of(x),
                 .step = {p->stride[0], p->stride[1]},
                 .dilation = {p->dilation[0], p->dilation[1]},
                 .padding = {p->padding[0], p->padding[1]},
                 .kernel = {grad_weight->shape[2], grad_weight->shape[3]},
                 .groups = p->groups,
                 .m = grad_weight->shape[0] / p->groups,
                 .c = grad_weight->shape[1],
                 .taps = grad_weight->shape[2] * grad_weight->shape[3]};
    int threads = omp_in_parallel() ? 1 : tensor_get_num_threads();
    plan(&w, threads);
    char *scratch = allocator_allocate(cpu_device(), w.bytes, "conv2d_backward_weight");
    if (scratch == NULL)
        return false;
    place(&w, scratch);
    fill_offsets(&w);
#pragma omp parallel num_threads(threads)
    for (int64_t group = 0; group < p->groups; group++)
        sum_group(&w, group);
    allocator_release(cpu_device(), scratch, w.bytes);
    return true;
}
