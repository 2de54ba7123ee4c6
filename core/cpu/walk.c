/* Dimensions are sorted by the strides of the first tensor and merged where all tensors step through
 * neighbours as through one, so that a dense tensor of any order of dimensions is a single row. */
#include "core/cpu/walk.h"

#include <string.h>

#include "core/dtype.h"
#include "core/threads.h"

enum {
    WORK = 32768, /* elements worth a thread's while */
    ROW = 8192,   /* longer rows are cut */
    LINES = 64,   /* rows of lines are cut no shorter */
    SHORT = 8,    /* rows below that are not worth a call */
};

typedef struct Walk {
    int n_tensors, ndim;
    int64_t size[TENSOR_MAX_DIMS]; /* innermost first */
    int64_t strides[TENSOR_MAX_DIMS][WALK_MAX_TENSORS];
    char *data[WALK_MAX_TENSORS];
    size_t item[WALK_MAX_TENSORS];
    int64_t pieces; /* of each innermost row */
    int64_t piece;  /* elements of one */
    WalkRow row;
    const void *context;
} Walk;

static int64_t magnitude(int64_t stride)
{
    return stride < 0 ? -stride : stride;
}

static void add_dimension(Walk *walk, const Tensor *const *tensors, int d)
{
    int at = walk->ndim++;
    int64_t stride = magnitude(tensors[0]->strides[d]);
    for (; at > 0 && magnitude(walk->strides[at - 1][0]) > stride; at--) {
        walk->size[at] = walk->size[at - 1];
        for (int i = 0; i < walk->n_tensors; i++)
            walk->strides[at][i] = walk->strides[at - 1][i];
    }
    walk->size[at] = tensors[0]->shape[d];
    for (int i = 0; i < walk->n_tensors; i++)
        walk->strides[at][i] = tensors[i]->strides[d];
}

static bool continues(const Walk *walk, int inner, int outer)
{
    for (int i = 0; i < walk->n_tensors; i++)
        if (walk->strides[outer][i] != walk->strides[inner][i] * walk->size[inner])
            return false;
    return true;
}

static void merge_dimensions(Walk *walk)
{
    int n = 0;
    for (int d = 0; d < walk->ndim; d++) {
        if (n > 0 && continues(walk, n - 1, d)) {
            walk->size[n - 1] *= walk->size[d];
            continue;
        }
        walk->size[n] = walk->size[d];
        for (int i = 0; i < walk->n_tensors; i++)
            walk->strides[n][i] = walk->strides[d][i];
        n++;
    }
    walk->ndim = n;
}

/* A short innermost dimension changes places with a longer one: fewer rows. */
static void lengthen_rows(Walk *walk)
{
    int best = 0;
    for (int d = 1; d < walk->ndim && walk->size[best] < SHORT; d++)
        if (walk->size[d] > walk->size[best])
            best = d;
    for (int i = 0; best > 0 && i < walk->n_tensors; i++) {
        int64_t stride = walk->strides[0][i];
        walk->strides[0][i] = walk->strides[best][i];
        walk->strides[best][i] = stride;
    }
    int64_t size = walk->size[0];
    walk->size[0] = walk->size[best];
    walk->size[best] = size;
}

/* Moves all tensors `n` places along a dimension. */
static void move(const Walk *walk, char **data, int d, int64_t n)
{
    for (int i = 0; i < walk->n_tensors; i++)
        data[i] += n * walk->strides[d][i] * (int64_t)walk->item[i];
}

static void walk_part(void *context, int64_t begin, int64_t end)
{
    const Walk *walk = context;
    char *data[WALK_MAX_TENSORS];
    int64_t index[TENSOR_MAX_DIMS], piece = begin % walk->pieces, rest = begin / walk->pieces;
    memcpy(data, walk->data, sizeof data);
    for (int d = 1; d < walk->ndim; d++) {
        index[d] = rest % walk->size[d];
        rest /= walk->size[d];
        move(walk, data, d, index[d]);
    }
    for (int64_t part = begin; part < end; part++) {
        int64_t start = piece * walk->piece, left = walk->size[0] - start;
        char *row[WALK_MAX_TENSORS];
        memcpy(row, data, sizeof row);
        if (start > 0)
            move(walk, row, 0, start);
        walk->row(row, walk->strides[0], left < walk->piece ? left : walk->piece, walk->context);
        if (++piece < walk->pieces)
            continue;
        piece = 0;
        for (int d = 1; d < walk->ndim; d++) {
            move(walk, data, d, 1);
            if (++index[d] < walk->size[d])
                break;
            move(walk, data, d, -index[d]);
            index[d] = 0;
        }
    }
}

/* Rows that are cut give every thread some where the other dimensions do not. */
static int64_t longest_row(const Walk *walk, bool lines, int64_t rows)
{
    int64_t threads = tensor_get_num_threads(), share = (walk->size[0] + threads - 1) / threads;
    if (!lines || rows >= threads || share > ROW)
        return ROW;
    return share < LINES ? LINES : share;
}

/* Walks over all dimensions but `skipped` (-1: none), where an element stands for `work` of them. */
static void walk(const Tensor *const *tensors, int n_tensors, int64_t skipped, int64_t work, WalkRow row,
                 const void *context)
{
    Walk walk = {.n_tensors = n_tensors, .row = row, .context = context};
    if (tensors[0]->numel == 0)
        return;
    for (int i = 0; i < n_tensors; i++) {
        walk.item[i] = dtype_size(tensors[i]->dtype);
        walk.data[i] = tensor_address(tensors[i]);
    }
    for (int d = tensors[0]->ndim - 1; d >= 0; d--)
        if (tensors[0]->shape[d] != 1 && d != skipped)
            add_dimension(&walk, tensors, d);
    merge_dimensions(&walk);
    if (walk.ndim == 0) {
        walk.ndim = 1;
        walk.size[0] = 1;
    }
    lengthen_rows(&walk);
    int64_t rows = 1;
    for (int d = 1; d < walk.ndim; d++)
        rows *= walk.size[d];
    int64_t longest = longest_row(&walk, skipped >= 0, rows);
    walk.pieces = (walk.size[0] + longest - 1) / longest;
    walk.piece = walk.pieces > 1 ? longest : walk.size[0];
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
