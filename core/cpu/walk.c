/* Dimensions are sorted by the strides of the first tensor and merged where all tensors step through
 * neighbours as through one, so that a dense tensor of any order of dimensions is a single row. */
#include "core/cpu/walk.h"

#include "core/dtype.h"
#include "core/threads.h"

enum {
    WORK = 32768, /* elements worth a thread's while */
    ROW = 8192,   /* longer rows are cut */
    LINES = 64,   /* rows of lines are cut no shorter */
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

static void walk_part(void *context, int64_t begin, int64_t end)
{
    const Walk *walk = context;
    for (int64_t part = begin; part < end; part++) {
        int64_t start = part % walk->pieces * walk->piece, rest = part / walk->pieces;
        int64_t n = walk->size[0] - start < walk->piece ? walk->size[0] - start : walk->piece;
        char *data[WALK_MAX_TENSORS];
        for (int i = 0; i < walk->n_tensors; i++)
            data[i] = walk->data[i] + start * walk->strides[0][i] * (int64_t)walk->item[i];
        for (int d = 1; d < walk->ndim; d++) {
            int64_t index = rest % walk->size[d];
            rest /= walk->size[d];
            for (int i = 0; i < walk->n_tensors; i++)
                data[i] += index * walk->strides[d][i] * (int64_t)walk->item[i];
        }
        walk->row(data, walk->strides[0], n, walk->context);
    }
}

/* Walks over all dimensions but `skipped` (-1: none), where an element stands for `work` of them; rows are
 * cut to `longest`. */
static void walk(const Tensor *const *tensors, int n_tensors, int64_t skipped, int64_t work, int64_t longest,
                 WalkRow row, const void *context)
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
    walk.pieces = (walk.size[0] + longest - 1) / longest;
    walk.piece = walk.pieces > 1 ? longest : walk.size[0];
    int64_t parts = walk.pieces;
    for (int d = 1; d < walk.ndim; d++)
        parts *= walk.size[d];
    parallel_for(parts, WORK / (walk.piece * work) + 1, walk_part, &walk);
}

void walk_rows(const Tensor *const *tensors, int n_tensors, WalkRow row, const void *context)
{
    walk(tensors, n_tensors, -1, 1, ROW, row, context);
}

void walk_lines(const Tensor *const *tensors, int n_tensors, int64_t dim, WalkRow row, const void *context)
{
    int64_t length = tensors[0]->shape[dim] > 0 ? tensors[0]->shape[dim] : 1;
    int64_t longest = WORK / length < LINES ? LINES : WORK / length < ROW ? WORK / length : ROW;
    walk(tensors, n_tensors, dim, length, longest, row, context);
}
