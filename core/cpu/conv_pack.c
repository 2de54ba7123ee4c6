/* The copies around the microkernel (conv_gather.h). They move elements of 4 or 8 bytes without looking at
 * them; the functions marked inline are compiled once for each size, so that every small memcpy becomes a
 * move. */
#include <string.h>

#include "core/cpu/conv_gather.h"

#define INLINE static inline __attribute__((always_inline))

INLINE void copy_run(char *to, const char *from, int64_t n, int64_t from_step, size_t size)
{
    if (from_step == 1) {
        memcpy(to, from, (size_t)n * size);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        memcpy(to + i * (int64_t)size, from + i * from_step * (int64_t)size, size);
}

/* One panel of weights: for each k = (channel, tap), `tall` output channels side by side, zeros beyond the
 * last. */
INLINE void weights_of_size(const Plan *plan, int64_t panel, size_t size)
{
    const Gather *g = plan->g;
    int64_t m_panel = panel % plan->m_panels, k_block = panel / plan->m_panels % plan->k_blocks;
    int64_t group = panel / plan->m_panels / plan->k_blocks, tall = plan->tile.tall;
    int64_t channels = g->in.c / g->groups, c0 = k_block * plan->block_channels;
    int64_t c1 = c0 + plan->block_channels < channels ? c0 + plan->block_channels : channels;
    int64_t rows = plan->m - m_panel * tall < tall ? plan->m - m_panel * tall : tall, bytes = (int64_t)size;
    char *to = plan->weights + ((group * plan->k_blocks + k_block) * plan->m_panels * plan->depth +
                                m_panel * (c1 - c0) * g->n_taps) *
                                   tall * bytes;
    const char *from = g->weight + (group * g->weight_group + m_panel * tall * g->weight_m) * bytes;
    for (int64_t c = c0; c < c1; c++)
        for (int64_t t = 0; t < g->n_taps; t++, to += tall * bytes) {
            const char *w = from + (c * g->weight_c + g->taps[t].weight) * bytes;
            if (rows == 6 && tall == 6) { /* the usual case, with a constant length */
                copy_run(to, w, 6, g->weight_m, size);
                continue;
            }
            copy_run(to, w, rows, g->weight_m, size);
            memset(to + rows * bytes, 0, (size_t)(tall - rows) * size);
        }
}

void pack_weights(const Plan *plan, int64_t panel)
{
    if (plan->tile.size == 4)
        weights_of_size(plan, panel, 4);
    else
        weights_of_size(plan, panel, 8);
}

/* Where each pixel's window starts. Beyond the block's last pixel the last is repeated: those columns of the
 * panel are multiplied and thrown away. */
void pack_offsets(const Plan *plan, const Block *b)
{
    const Gather *g = plan->g;
    int64_t at = 0;
    for (int64_t n = 0; n < b->images; n++)
        for (int64_t j = 0; j < b->rows; j++)
            for (int64_t i = 0; i < g->out.w; i++, at++)
                b->offsets[at] = plan->unstaged ? (b->image + n) * g->in.sn + (b->row + j) * g->in.sh + i
                                                : n * plan->plane + j * g->step[0] * plan->pitch + i;
    for (; at % plan->tile.wide != 0; at++)
        b->offsets[at] = b->offsets[at - 1];
}

/* One row of an image with zeros around it; the columns x with the same x mod step lie side by side. */
INLINE void stage_row(const Plan *plan, char *to, const char *row, size_t size)
{
    const Gather *g = plan->g;
    int64_t bytes = (int64_t)size;
    for (int64_t lane = 0; lane < g->step[1]; lane++, to += plan->lane * bytes) {
        int64_t first = plan->min_dw + lane; /* the column of the image that comes first */
        int64_t step = g->step[1];
        int64_t begin = first >= 0 ? 0 : (-first + step - 1) / step;
        int64_t end = g->in.w <= first ? 0 : (g->in.w - first + step - 1) / step;
        end = end < plan->lane ? end : plan->lane;
        if (begin >= end) {
            memset(to, 0, (size_t)(plan->lane * bytes));
            continue;
        }
        memset(to, 0, (size_t)(begin * bytes));
        copy_run(to + begin * bytes, row + (first + begin * step) * g->in.sw * bytes, end - begin,
                 step * g->in.sw, size);
        memset(to + end * bytes, 0, (size_t)((plan->lane - end) * bytes));
    }
}

INLINE void stage_of_size(const Plan *plan, const Block *b, int64_t channel, int64_t channels, size_t size)
{
    const Gather *g = plan->g;
    int64_t bytes = (int64_t)size, first = b->row * g->step[0] + plan->min_dh;
    int64_t rows = plan->staged_rows - (plan->rows - b->rows) * g->step[0];
    for (int64_t c = 0; c < channels; c++)
        for (int64_t n = 0; n < b->images; n++) {
            char *plane = b->stage + (c * plan->images + n) * plan->plane * bytes;
            const char *image = g->in.data + ((b->image + n) * g->in.sn + (channel + c) * g->in.sc) * bytes;
            for (int64_t y = 0; y < rows; y++) {
                char *to = plane + y * plan->pitch * bytes;
                if (first + y < 0 || first + y >= g->in.h)
                    memset(to, 0, (size_t)(plan->pitch * bytes));
                else
                    stage_row(plan, to, image + (first + y) * g->in.sh * bytes, size);
            }
        }
}

void pack_stage(const Plan *plan, const Block *b, int64_t channel, int64_t channels)
{
    if (plan->tile.size == 4)
        stage_of_size(plan, b, channel, channels, 4);
    else
        stage_of_size(plan, b, channel, channels, 8);
}

/* The longest runs of pixels, up to 16, that are contiguous in each of the panel. */
INLINE int64_t run_length(const int64_t *offsets, int64_t wide)
{
    int64_t run = wide;
    for (int64_t i = 1; i < wide; i++)
        while (offsets[i] != offsets[i - 1] + 1 && i % run != 0)
            run = run % 2 == 0 ? run / 2 : 1;
    return run;
}

/* Copies for every k the `wide` pixels of a panel, in runs of `run`. */
INLINE void panel_of_runs(const Plan *plan, char *to, const char *from, int64_t channels,
                          const int64_t *offsets, int64_t wide, int64_t run, size_t size)
{
    int64_t bytes = (int64_t)size, taps = plan->g->n_taps;
    int64_t channel_stride = plan->unstaged ? plan->g->in.sc : plan->images * plan->plane;
    for (int64_t c = 0; c < channels; c++, from += channel_stride * bytes)
        for (int64_t t = 0; t < taps; t++, to += wide * bytes) {
            const char *source = from + plan->tap_offsets[t] * bytes;
            for (int64_t i = 0; i < wide; i += run)
                memcpy(to + i * bytes, source + offsets[i] * bytes, (size_t)(run * bytes));
        }
}

/* The sizes that processors' microkernels have, with constant lengths of the copies. */
INLINE void panel_of_size(const Plan *plan, char *to, const char *from, int64_t channels,
                          const int64_t *offsets, size_t size)
{
    int64_t wide = plan->tile.wide, run = run_length(offsets, wide);
    if (wide == 16 && run == 16)
        panel_of_runs(plan, to, from, channels, offsets, 16, 16, size);
    else if (wide == 32 && run == 32)
        panel_of_runs(plan, to, from, channels, offsets, 32, 32, size);
    else if (wide % 8 == 0 && run % 8 == 0)
        panel_of_runs(plan, to, from, channels, offsets, wide, 8, size);
    else if (wide % 4 == 0 && run % 4 == 0)
        panel_of_runs(plan, to, from, channels, offsets, wide, 4, size);
    else
        panel_of_runs(plan, to, from, channels, offsets, wide, 1, size);
}

void pack_pixels(const Plan *plan, const Block *b, int64_t channel, int64_t channels)
{
    int64_t wide = plan->tile.wide, pixels = b->images * b->rows * plan->g->out.w,
            size = (int64_t)plan->tile.size;
    const char *from = plan->unstaged ? plan->g->in.data + channel * plan->g->in.sc * size : b->stage;
    for (int64_t q = 0; q < pixels; q += wide) {
        char *to = b->panels + q * channels * plan->g->n_taps * size;
        if (size == 4)
            panel_of_size(plan, to, from, channels, b->offsets + q, 4);
        else
            panel_of_size(plan, to, from, channels, b->offsets + q, 8);
    }
}

void pack_tap_offsets(const Plan *plan)
{
    const Gather *g = plan->g;
    for (int64_t t = 0; t < g->n_taps; t++) {
        int64_t dh = g->taps[t].dh - plan->min_dh, dw = g->taps[t].dw - plan->min_dw;
        plan->tap_offsets[t] =
            plan->unstaged ? 0 : dh * plan->pitch + dw % g->step[1] * plan->lane + dw / g->step[1];
    }
}

INLINE void result_of_size(const Plan *plan, const Block *b, size_t size)
{
    const Images *out = &plan->g->out;
    const Tensor *bias = plan->g->bias;
    int64_t bytes = (int64_t)size, pitch = plan->panels * plan->tile.wide;
    for (int64_t m = b->m0; m < b->m1; m++) {
        int64_t channel = b->group * plan->m + m;
        char *from = b->result + (m - b->m0) * pitch * bytes;
        const char *add =
            bias == NULL ? NULL : (const char *)tensor_address(bias) + channel * bias->strides[0] * bytes;
        for (int64_t i = 0; add != NULL && i < b->images * b->rows * out->w; i++) {
            if (size == 4)
                ((float *)(void *)from)[i] += *(const float *)(const void *)add;
            else
                ((double *)(void *)from)[i] += *(const double *)(const void *)add;
        }
        for (int64_t n = 0; n < b->images; n++)
            for (int64_t j = 0; j < b->rows; j++, from += out->w * bytes) {
                char *to = out->data +
                           ((b->image + n) * out->sn + channel * out->sc + (b->row + j) * out->sh) * bytes;
                for (int64_t i = 0; i < out->w; i++)
                    memcpy(to + i * out->sw * bytes, from + i * bytes, size);
            }
    }
}

void pack_result(const Plan *plan, const Block *b)
{
    if (plan->tile.size == 4)
        result_of_size(plan, b, 4);
    else
        result_of_size(plan, b, 8);
}
