/* The convolution's products (conv.h: Gather), computed as GEMM without ever writing the matrix of windows.
 *
 * Written as a matrix product, out = weights x windows: m rows of weights, k = (channel, tap), and a column
 * for each pixel of the result. The pixels are cut into blocks (some images, or some rows of one), k into
 * blocks of whole channels. For each pair, a thread
 *   1. copies the channels' rows that the block reads into a bordered buffer, in which zeros stand around the
 * image and the columns that a strided window reads lie side by side (conv_pack.c: stage),
 *   2. packs them into the microkernel's panels: for each k, `wide` neighbouring pixels, which are now
 * contiguous runs,
 *   3. multiplies each panel with all panels of weights, which were packed once for all blocks.
 * Step 2 costs one copy for every m multiply-adds; the panels stay in the second-level cache between 2 and 3.
 *
 * Each element of the result is computed by one thread and its sum taken in an order that depends on the
 * shapes alone, so the bits are the same for any number of threads. */
#include "core/cpu/conv_gather.h"

#include <omp.h>
#include <string.h>

#include "core/allocator.h"
#include "core/threads.h"

enum {
    BLOCK_PIXELS = 256, /* of a block: the panels of 256 x 256 windows fill a quarter megabyte */
    ALIGN = 64
};

static int64_t ceil_div(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static size_t aligned(size_t bytes)
{
    return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

/* Blocks of pixels: whole images if they are small, else rows of one. Enough of them for all threads. */
static void plan_pixels(Plan *plan)
{
    const Gather *g = plan->g;
    int64_t area = g->out.h * g->out.w;
    int64_t threads = tensor_get_num_threads();
    plan->images = at_most(g->out.n, area >= BLOCK_PIXELS ? 1 : BLOCK_PIXELS / area);
    if (plan->images > 1) {
        int64_t blocks = ceil_div(ceil_div(g->out.n, plan->images), threads) * threads;
        plan->images = ceil_div(g->out.n, at_most(blocks, g->out.n));
    }
    plan->rows = plan->images > 1 ? g->out.h : at_most(g->out.h, ceil_div(BLOCK_PIXELS, g->out.w));
    plan->image_blocks = ceil_div(g->out.n, plan->images);
    plan->row_blocks = ceil_div(g->out.h, plan->rows);
    plan->pixels = plan->images * plan->rows * g->out.w;
    plan->panels = ceil_div(plan->pixels, plan->tile.wide);
    int64_t tasks = plan->image_blocks * plan->row_blocks * g->groups;
    plan->m_blocks = at_most(ceil_div(plan->m_panels, 4), ceil_div(2 * threads, tasks));
    if (tasks >= threads)
        plan->m_blocks = 1;
    plan->m_block_panels = ceil_div(plan->m_panels, plan->m_blocks);
    plan->m_blocks = ceil_div(plan->m_panels, plan->m_block_panels);
}

void plan_window(Plan *plan)
{
    const Gather *g = plan->g;
    if (g->n_taps == 0)
        return;
    int64_t max_dh = INT64_MIN, max_dw = INT64_MIN;
    plan->min_dh = plan->min_dw = INT64_MAX;
    for (int64_t t = 0; t < g->n_taps; t++) {
        const Tap *tap = &g->taps[t];
        plan->min_dh = at_most(plan->min_dh, tap->dh);
        plan->min_dw = at_most(plan->min_dw, tap->dw);
        max_dh = max_dh > tap->dh ? max_dh : tap->dh;
        max_dw = max_dw > tap->dw ? max_dw : tap->dw;
    }
    plan->staged_rows = (plan->rows - 1) * g->step[0] + max_dh - plan->min_dh + 1;
    int64_t width = (g->out.w - 1) * g->step[1] + max_dw - plan->min_dw + 1;
    plan->lane = ceil_div(width, g->step[1]);
    plan->pitch = plan->lane * g->step[1];
    plan->plane = plan->staged_rows * plan->pitch;
    /* Nothing to add around the image, nothing to reorder: the panels are packed from the image itself. */
    plan->unstaged = g->n_taps == 1 && g->taps[0].dh == 0 && g->taps[0].dw == 0 && g->step[0] == 1 &&
                     g->step[1] == 1 && g->in.sw == 1 && g->out.h <= g->in.h && g->out.w <= g->in.w;
}

static void plan_depth(Plan *plan)
{
    const Gather *g = plan->g;
    int64_t channels = g->in.c / g->groups, k = channels * g->n_taps;
    if (k == 0)
        return; /* no blocks: the result is the bias */
    int64_t blocks = ceil_div(k, plan->tile.depth + plan->tile.depth / 8);
    plan->block_channels = ceil_div(channels, blocks);
    plan->k_blocks = ceil_div(channels, plan->block_channels);
    plan->depth = plan->block_channels * g->n_taps;
}

/* Whether the microkernel can write a panel of pixels to its place: they follow each other at one distance.
 */
static bool writes_in_place(const Plan *plan)
{
    const Images *out = &plan->g->out;
    bool rows_follow = out->sh == out->w * out->sw || plan->rows == 1;
    bool images_follow =
        out->sn == out->h * out->w * out->sw || plan->images == 1 || out->h * out->w % plan->tile.wide == 0;
    return rows_follow && images_follow && (out->sw == 1 || out->sc == 1);
}

static void plan_make(Plan *plan, const Gather *g)
{
    *plan = (Plan){.g = g, .tile = tile_for(g->dtype)};
    plan->m = g->out.c / g->groups;
    plan->m_panels = ceil_div(plan->m, plan->tile.tall);
    plan_pixels(plan);
    plan_window(plan);
    plan_depth(plan);
    plan->in_place = writes_in_place(plan);
    size_t size = plan->tile.size;
    plan->weight_bytes =
        aligned((size_t)(g->groups * plan->m_panels * plan->tile.tall * plan->k_blocks * plan->depth) * size);
    plan->stage_bytes =
        plan->unstaged ? 0 : aligned((size_t)(plan->block_channels * plan->images * plan->plane) * size);
    plan->panel_bytes = aligned((size_t)(plan->panels * plan->tile.wide * plan->depth) * size);
    plan->offset_bytes = aligned((size_t)(plan->panels * plan->tile.wide) * sizeof(int64_t));
    plan->result_bytes =
        plan->in_place
            ? 0
            : aligned((size_t)(plan->m_block_panels * plan->tile.tall * plan->panels * plan->tile.wide) *
                      size);
    plan->tap_bytes = aligned((size_t)g->n_taps * sizeof(int64_t));
    plan->thread_bytes = plan->stage_bytes + plan->panel_bytes + plan->offset_bytes + plan->result_bytes;
}

/* out = bias, or 0: for the first block of k to add to. */
static void start_with_bias(const Plan *plan, const Block *b)
{
    const Images *out = &plan->g->out;
    size_t size = plan->tile.size;
    for (int64_t n = 0; n < b->images; n++)
        for (int64_t m = b->m0; m < b->m1; m++) {
            double zero = 0;
            const char *bias = (const char *)&zero;
            if (plan->g->bias != NULL)
                bias = (const char *)tensor_address(plan->g->bias) +
                       (b->group * plan->m + m) * plan->g->bias->strides[0] * (int64_t)size;
            for (int64_t j = b->row; j < b->row + b->rows; j++)
                for (int64_t i = 0; i < out->w; i++)
                    memcpy(out->data + ((b->image + n) * out->sn + (b->group * plan->m + m) * out->sc +
                                        j * out->sh + i * out->sw) *
                                           (int64_t)size,
                           bias, size);
        }
}

/* The panels of one block of k times the weights of the block's rows. */
static void multiply_block(const Plan *plan, const Block *b, int64_t k_block, int64_t depth)
{
    const Tile *tile = &plan->tile;
    const Images *out = &plan->g->out;
    int64_t pixels = b->images * b->rows * out->w, size = (int64_t)tile->size;
    const char *weights =
        plan->weights +
        ((b->group * plan->k_blocks + k_block) * plan->m_panels * tile->tall * plan->depth) * size;
    bool add = k_block > 0 || (plan->in_place && plan->g->bias != NULL);
    for (int64_t q = 0; q < pixels; q += tile->wide) {
        int64_t columns = at_most(tile->wide, pixels - q);
        char *to = b->result + q * size;
        int64_t row_stride = plan->panels * tile->wide, column_stride = 1;
        if (plan->in_place) {
            int64_t area = b->rows * out->w, image = b->image + q / area, pixel = b->row * out->w + q % area;
            to = out->data +
                 (image * out->sn + pixel * out->sw + (b->group * plan->m + b->m0) * out->sc) * size;
            if (plan->rows == 1)
                to = out->data + (image * out->sn + b->row * out->sh + q % area * out->sw +
                                  (b->group * plan->m + b->m0) * out->sc) *
                                     size;
            row_stride = out->sc;
            column_stride = out->sw;
        }
        for (int64_t m = b->m0; m < b->m1; m += tile->tall)
            tile_multiply(tile, depth, weights + m * depth * size, b->panels + q * depth * size, add,
                          to + (m - b->m0) * row_stride * size, at_most(tile->tall, b->m1 - m), columns,
                          row_stride, column_stride);
    }
}

static void run_block(const Plan *plan, Block *b)
{
    const Gather *g = plan->g;
    int64_t channels = g->in.c / g->groups;
    bool nothing = plan->k_blocks == 0;
    if (nothing || (plan->in_place && g->bias != NULL))
        start_with_bias(plan, b);
    if (nothing)
        return;
    pack_offsets(plan, b);
    for (int64_t kb = 0; kb < plan->k_blocks; kb++) {
        int64_t c0 = kb * plan->block_channels, c = at_most(plan->block_channels, channels - c0);
        if (!plan->unstaged)
            pack_stage(plan, b, b->group * channels + c0, c);
        pack_pixels(plan, b, b->group * channels + c0, c);
        multiply_block(plan, b, kb, c * g->n_taps);
    }
    if (!plan->in_place)
        pack_result(plan, b);
}

static Block block_at(const Plan *plan, int64_t task, char *scratch)
{
    Block b = {.stage = scratch};
    int64_t m_block = task % plan->m_blocks, rest = task / plan->m_blocks;
    b.group = rest % plan->g->groups;
    rest /= plan->g->groups;
    b.row = rest % plan->row_blocks * plan->rows;
    b.image = rest / plan->row_blocks * plan->images;
    b.rows = at_most(plan->rows, plan->g->out.h - b.row);
    b.images = at_most(plan->images, plan->g->out.n - b.image);
    b.m0 = m_block * plan->m_block_panels * plan->tile.tall;
    b.m1 = at_most(plan->m, b.m0 + plan->m_block_panels * plan->tile.tall);
    b.panels = scratch + plan->stage_bytes;
    b.offsets = (int64_t *)(void *)(b.panels + plan->panel_bytes);
    b.result = b.panels + plan->panel_bytes + plan->offset_bytes;
    return b;
}

bool conv_gather(const Gather *g, const char *operation)
{
    Plan plan;
    plan_make(&plan, g);
    int64_t tasks = plan.image_blocks * plan.row_blocks * g->groups * plan.m_blocks;
    int threads = (int)at_most(omp_in_parallel() ? 1 : tensor_get_num_threads(), tasks);
    size_t shared = plan.tap_bytes + plan.weight_bytes, bytes = shared + (size_t)threads * plan.thread_bytes;
    char *scratch = allocator_allocate(cpu_device(), bytes, operation);
    if (scratch == NULL)
        return false;
    plan.tap_offsets = (int64_t *)(void *)scratch;
    plan.weights = scratch + plan.tap_bytes;
    pack_tap_offsets(&plan);
    int64_t weight_panels = g->groups * plan.k_blocks * plan.m_panels;
#pragma omp parallel num_threads(threads)
    {
#pragma omp for schedule(static)
        for (int64_t panel = 0; panel < weight_panels; panel++)
            pack_weights(&plan, panel);
#pragma omp for schedule(dynamic, 1)
        for (int64_t task = 0; task < tasks; task++) {
            Block b =
                block_at(&plan, task, scratch + shared + (size_t)omp_get_thread_num() * plan.thread_bytes);
            run_block(&plan, &b);
        }
    }
    allocator_release(cpu_device(), scratch, bytes);
    return true;
}
