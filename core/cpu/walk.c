#include "core/cpu/walk.h"

#include <string.h>

#include "core/cpu/steps.h"
#include "core/threads.h"

enum {
    WORK = 32768, /* elements worth a thread's while */
    ROW = 8192,   /* longer rows are cut */
    LINES = 64,   /* rows of lines are cut no shorter */
    SHORT = 8,    /* rows below that are not worth a call */
};

typedef struct Walk {
    Steps steps;
    int64_t pieces; /* of each innermost row */
    int64_t piece;  /* elements of one */
    WalkRow row;
    const void *context;
} Walk;

/* A short innermost dimension changes places with a longer one: fewer rows. */
static void lengthen_rows(Steps *steps)
{
    int best = 0;
    for (int d = 1; d < steps->ndim && steps->size[best] < SHORT; d++)
        if (steps->size[d] > steps->size[best])
            best = d;
    for (int i = 0; best > 0 && i < steps->n_tensors; i++) {
        int64_t stride = steps->strides[0][i];
        steps->strides[0][i] = steps->strides[best][i];
        steps->strides[best][i] = stride;
    }
    int64_t size = steps->size[0];
    steps->size[0] = steps->size[best];
    steps->size[best] = size;
}

/* Moves all tensors `n` places along a dimension. */
static void move(const Steps *steps, char **data, int d, int64_t n)
{
    for (int i = 0; i < steps->n_tensors; i++)
        data[i] += n * steps->strides[d][i] * (int64_t)steps->item[i];
}

static void walk_part(void *context, int64_t begin, int64_t end)
{
    const Walk *walk = context;
    const Steps *steps = &walk->steps;
    char *data[STEPS_MAX_TENSORS];
    int64_t index[TENSOR_MAX_DIMS], piece = begin % walk->pieces, rest = begin / walk->pieces;
    memcpy(data, steps->data, sizeof data);
    for (int d = 1; d < steps->ndim; d++) {
        index[d] = rest % steps->size[d];
        rest /= steps->size[d];
        move(steps, data, d, index[d]);
    }
    for (int64_t part = begin; part < end; part++) {
        int64_t start = piece * walk->piece, left = steps->size[0] - start;
        char *row[STEPS_MAX_TENSORS];
        memcpy(row, data, sizeof row);
        if (start > 0)
            move(steps, row, 0, start);
        walk->row(row, steps->strides[0], left < walk->piece ? left : walk->piece, walk->context);
        if (++piece < walk->pieces)
            continue;
        piece = 0;
        for (int d = 1; d < steps->ndim; d++) {
            move(steps, data, d, 1);
            if (++index[d] < steps->size[d])
                break;
            move(steps, data, d, -index[d]);
            index[d] = 0;
        }
    }
}

/* Rows that are cut give every thread some where the other dimensions do not. */
static int64_t longest_row(const Steps *steps, bool lines, int64_t rows)
{
    int64_t threads = tensor_get_num_threads(), share = (steps->size[0] + threads - 1) / threads;
    if (!lines || rows >= threads || share > ROW)
        return ROW;
    return share < LINES ? LINES : share;
}

/* Walks over all dimensions but `skipped` (-1: none), where an element stands for `work` of them. */
static void walk(const Tensor *const *tensors, int n_tensors, int64_t skipped, int64_t work, WalkRow row,
                 const void *context)
{
    if (tensors[0]->numel == 0)
        return;
    Walk walk = {.steps = steps_of(tensors, n_tensors, 0, skipped), .row = row, .context = context};
    Steps *steps = &walk.steps;
    lengthen_rows(steps);
    int64_t rows = 1;
    for (int d = 1; d < steps->ndim; d++)
        rows *= steps->size[d];
    int64_t longest = longest_row(steps, skipped >= 0, rows);
    walk.pieces = (steps->size[0] + longest - 1) / longest;
    walk.piece = walk.pieces > 1 ? longest : steps->size[0];
    parallel_for(rows * walk.pieces, WORK / (walk.piece * work) + 1, walk_part, &walk);
}

void walk_rows(const Tensor *const *tensors, int n_tensors, WalkRow row, const void *context)
{
    walk(tensors, n_tensors, -1, 1, row, context);
}

void walk_lines(const Tensor *const *tensors, int n_tensors, int64_t dim, WalkRow row, const void *context)
{
    int64_t length = tensors[0]->shape[dim];
    walk(tensors, n_tensors, dim, length > 0 ? length : 1, row, context);
}
