/* How conv_gather.c cuts a convolution into blocks, and what conv_pack.c copies for it. */
#ifndef TAPER_CORE_CPU_CONV_GATHER_H
#define TAPER_CORE_CPU_CONV_GATHER_H

#include "core/cpu/conv.h"

typedef struct Plan {
    const Gather *g;
    Tile tile;
    int64_t m, m_panels; /* output channels of a group, and panels of weights for them */
    int64_t m_blocks, m_block_panels;
    int64_t images, rows, image_blocks, row_blocks;    /* of a block of pixels; and how many blocks */
    int64_t pixels, panels;                            /* of a full block */
    int64_t k_blocks, block_channels, depth;           /* depth: k of a full block */
    int64_t min_dh, min_dw, staged_rows, pitch, plane; /* the bordered buffer of one channel of one image */
    int64_t lane;         /* columns of the buffer that a strided window reads side by side */
    bool unstaged;        /* the panels are packed from the image itself */
    bool in_place;        /* the microkernel writes to the result itself */
    char *weights;        /* packed: [group][k block][m panel][k][tall] */
    int64_t *tap_offsets; /* of each tap, within a channel's images */
    size_t tap_bytes, weight_bytes, stage_bytes, panel_bytes, offset_bytes, result_bytes, thread_bytes;
} Plan;

/* What a thread works on: output channels m0 .. m1 of a group, rows of images. */
typedef struct Block {
    int64_t group, m0, m1, image, images, row, rows;
    char *stage;      /* [channel][image][row][column] */
    char *panels;     /* [panel][k][wide] */
    int64_t *offsets; /* of each pixel, within the channel's images */
    char *result;     /* [m][pixel], where the microkernel cannot write in place */
} Block;

/* The bordered buffer that the taps of plan->g need for plan->rows rows. */
void plan_window(Plan *plan);

void pack_weights(const Plan *plan, int64_t panel);
void pack_tap_offsets(const Plan *plan);
void pack_offsets(const Plan *plan, const Block *b);
void pack_stage(const Plan *plan, const Block *b, int64_t channel, int64_t channels);
void pack_pixels(const Plan *plan, const Block *b, int64_t channel, int64_t channels);
void pack_result(const Plan *plan, const Block *b);

#endif
