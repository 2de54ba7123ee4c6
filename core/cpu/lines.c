/* The dimensions besides that of the lines are sorted by the last tensor's strides and merged where all
 * tensors step through neighbours as through one; the innermost is cut into bundles of neighbouring lines. */
#include "core/cpu/lines.h"

#include "core/allocator.h"
#include "core/threads.h"

enum {
    WORK = 32768,     /* elements worth a thread's while */
    MANY = 32,        /* bundles that keep all threads busy */
    MIN_COLUMNS = 16, /* the narrowest bundle of lines side by side in memory */
};

typedef struct LineWalk {
    int n_tensors, ndim;
    int64_t size[TENSOR_MAX_DIMS]; /* innermost first */
    int64_t strides[TENSOR_MAX_DIMS][LINES_MAX_TENSORS];
    size_t item[LINES_MAX_TENSORS];
    Lines lines; /* as they start */
    int64_t tile, tiles_inner, units, parts;
    size_t scratch_bytes;
    LinesBody body;
    const void *context;
} LineWalk;

static int64_t magnitude(int64_t stride)
{
    return stride < 0 ? -stride : stride;
}

static void add_dimension(LineWalk *walk, const Tensor *const *tensors, int d)
{
    int last = walk->n_tensors - 1, at = walk->ndim++;
    int64_t stride = magnitude(tensors[last]->strides[d]);
    for (; at > 0 && magnitude(walk->strides[at - 1][last]) > stride; at--) {
        walk->size[at] = walk->size[at - 1];
        for (int i = 0; i < walk->n_tensors; i++)
            walk->strides[at][i] = walk->strides[at - 1][i];
    }
    walk->size[at] = tensors[last]->shape[d];
    for (int i = 0; i < walk->n_tensors; i++)
        walk->strides[at][i] = tensors[i] != NULL ? tensors[i]->strides[d] : 0;
}

static bool continues(const LineWalk *walk, int inner, int outer)
{
    for (int i = 0; i < walk->n_tensors; i++)
        if (walk->strides[outer][i] != walk->strides[inner][i] * walk->size[inner])
            return false;
    return true;
}

static void merge_dimensions(LineWalk *walk)
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
    if (n == 0)
        walk->size[n++] = 1;
    walk->ndim = n;
}

static void cut_into_units(LineWalk *walk)
{
    int last = walk->n_tensors - 1;
    int64_t outer = 1, width = walk->size[0];
    for (int d = 1; d < walk->ndim; d++)
        outer *= walk->size[d];
    int64_t least = magnitude(walk->strides[0][last]) == 1 ? MIN_COLUMNS : 1;
    walk->tile = width < LINES_MAX_WIDTH ? width : LINES_MAX_WIDTH;
    while (walk->tile > least && outer * (width / walk->tile) < MANY)
        walk->tile = (walk->tile + 1) / 2;
    walk->tiles_inner = (width + walk->tile - 1) / walk->tile;
    walk->units = outer * walk->tiles_inner;
    int64_t threads = outer * width * walk->lines.length[last] > WORK ? tensor_get_num_threads() : 1;
    walk->parts = walk->units < threads ? walk->units : threads;
}

static void walk_part(void *context, int64_t begin, int64_t end)
{
    const LineWalk *walk = context;
    Lines lines = walk->lines;
    int64_t last = walk->units * end / walk->parts;
    lines.scratch = (char *)walk->lines.scratch + (size_t)begin * walk->scratch_bytes;
    for (int64_t unit = walk->units * begin / walk->parts; unit < last; unit++) {
        int64_t start = unit % walk->tiles_inner * walk->tile, rest = unit / walk->tiles_inner;
        lines.width = walk->size[0] - start < walk->tile ? walk->size[0] - start : walk->tile;
        for (int i = 0; i < walk->n_tensors; i++) {
            int64_t offset = start * walk->strides[0][i], index = rest;
            for (int d = 1; d < walk->ndim; d++) {
                offset += index % walk->size[d] * walk->strides[d][i];
                index /= walk->size[d];
            }
            lines.data[i] =
                walk->lines.data[i] ? walk->lines.data[i] + offset * (int64_t)walk->item[i] : NULL;
        }
        walk->body(&lines, walk->context);
    }
}

bool lines_for(const char *operation, const Tensor *const *tensors, int n_tensors, int64_t dim,
               size_t scratch, LinesBody body, const void *context)
{
    LineWalk walk = {.n_tensors = n_tensors, .body = body, .context = context};
    const Tensor *like = tensors[n_tensors - 1];
    for (int i = 0; i < n_tensors; i++) {
        if (tensors[i] == NULL)
            continue;
        walk.item[i] = dtype_size(tensors[i]->dtype);
        walk.lines.data[i] = tensor_address(tensors[i]);
        walk.lines.length[i] = like->ndim > 0 ? tensors[i]->shape[dim] : 1;
        walk.lines.along[i] = like->ndim > 0 ? tensors[i]->strides[dim] : 1;
    }
    for (int d = like->ndim - 1; d >= 0; d--) {
        if (d != dim && like->shape[d] == 0)
            return true;
        if (d != dim && like->shape[d] != 1)
            add_dimension(&walk, tensors, d);
    }
    merge_dimensions(&walk);
    for (int i = 0; i < n_tensors; i++)
        walk.lines.across[i] = walk.strides[0][i];
    cut_into_units(&walk);
    walk.scratch_bytes = (scratch + 63) / 64 * 64;
    size_t bytes = walk.scratch_bytes * (size_t)walk.parts;
    Device device = like->storage->device;
    if (bytes > 0 && (walk.lines.scratch = allocator_allocate(device, bytes, operation)) == NULL)
        return false;
    parallel_for(walk.parts, 1, walk_part, &walk);
    if (bytes > 0)
        allocator_release(device, walk.lines.scratch, bytes);
    return true;
}
