/* The innermost of the dimensions besides that of the lines is cut into bundles of neighbouring lines. */
#include "core/cpu/lines.h"

#include "core/allocator.h"
#include "core/threads.h"

enum {
    WORK = 32768,     /* elements worth a thread's while */
    MANY = 32,        /* bundles that keep all threads busy */
    MIN_COLUMNS = 16, /* the narrowest bundle of lines side by side in memory */
};

typedef struct LineWalk {
    Steps steps;
    Lines lines; /* as they start */
    int64_t tile, tiles_inner, units, parts;
    size_t scratch_bytes;
    LinesBody body;
    const void *context;
} LineWalk;

static void cut_into_units(LineWalk *walk)
{
    const Steps *steps = &walk->steps;
    int last = steps->n_tensors - 1;
    int64_t outer = 1, width = steps->size[0], stride = steps->strides[0][last];
    for (int d = 1; d < steps->ndim; d++)
        outer *= steps->size[d];
    int64_t least = stride == 1 || stride == -1 ? MIN_COLUMNS : 1;
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
    const Steps *steps = &walk->steps;
    Lines lines = walk->lines;
    int64_t last = walk->units * end / walk->parts;
    lines.scratch = (char *)walk->lines.scratch + (size_t)begin * walk->scratch_bytes;
    for (int64_t unit = walk->units * begin / walk->parts; unit < last; unit++) {
        int64_t start = unit % walk->tiles_inner * walk->tile, rest = unit / walk->tiles_inner;
        lines.width = steps->size[0] - start < walk->tile ? steps->size[0] - start : walk->tile;
        for (int i = 0; i < steps->n_tensors; i++) {
            int64_t offset = start * steps->strides[0][i], index = rest;
            for (int d = 1; d < steps->ndim; d++) {
                offset += index % steps->size[d] * steps->strides[d][i];
                index /= steps->size[d];
            }
            lines.data[i] = steps->data[i] ? steps->data[i] + offset * (int64_t)steps->item[i] : NULL;
        }
        walk->body(&lines, walk->context);
    }
}

bool lines_for(const char *operation, const Tensor *const *tensors, int n_tensors, int64_t dim,
               size_t scratch, LinesBody body, const void *context)
{
    const Tensor *like = tensors[n_tensors - 1];
    for (int64_t d = 0; d < like->ndim; d++)
        if (d != dim && like->shape[d] == 0)
            return true;
    LineWalk walk = {
        .steps = steps_of(tensors, n_tensors, n_tensors - 1, dim), .body = body, .context = context};
    for (int i = 0; i < n_tensors; i++) {
        walk.lines.across[i] = walk.steps.strides[0][i];
        if (tensors[i] == NULL)
            continue;
        walk.lines.length[i] = like->ndim > 0 ? tensors[i]->shape[dim] : 1;
        walk.lines.along[i] = like->ndim > 0 ? tensors[i]->strides[dim] : 1;
    }
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
