/* The places of the elements that are not zero, in row-major order: each part of the elements is counted,
 * then each writes its places behind those of the parts before it. */
#include "core/cpu/kernels.h"
#include "core/error.h"
#include "core/threads.h"

enum { PARTS = 64, WORK = 32768 };

typedef struct Nonzero {
    const uint8_t *mask;
    const Tensor *x;
    int64_t part; /* elements */
    int64_t counts[PARTS], starts[PARTS];
    int64_t *out;
} Nonzero;

static int64_t end_of(const Nonzero *all, int64_t part)
{
    int64_t end = (part + 1) * all->part;
    return end < all->x->numel ? end : all->x->numel;
}

static void count_parts(void *context, int64_t begin, int64_t end)
{
    Nonzero *all = context;
    for (int64_t part = begin; part < end; part++) {
        int64_t count = 0;
        for (int64_t i = part * all->part; i < end_of(all, part); i++)
            count += all->mask[i];
        all->counts[part] = count;
    }
}

/* The next place in row-major order. */
static void advance(const Tensor *x, int64_t *place)
{
    for (int d = x->ndim - 1; d >= 0; d--) {
        if (++place[d] < x->shape[d])
            return;
        place[d] = 0;
    }
}

static void write_parts(void *context, int64_t begin, int64_t end)
{
    Nonzero *all = context;
    int ndim = all->x->ndim;
    for (int64_t part = begin; part < end; part++) {
        int64_t *out = all->out + all->starts[part] * ndim, place[TENSOR_MAX_DIMS];
        int64_t first = part * all->part, rest = first;
        for (int d = ndim - 1; d >= 0; d--) {
            place[d] = rest % all->x->shape[d];
            rest /= all->x->shape[d];
        }
        for (int64_t i = first; i < end_of(all, part); i++) {
            if (all->mask[i])
                for (int d = 0; d < ndim; d++)
                    *out++ = place[d];
            advance(all->x, place);
        }
    }
}

bool cpu_nonzero(Tensor **out, const Tensor *x)
{
    Tensor *mask = tensor_new(tensor_dims(x), DTYPE_BOOL, tensor_device(x), "nonzero");
    if (mask == NULL || !cpu_copy_tensor(mask, x))
        return false;
    Nonzero all = {.mask = tensor_address(mask), .x = x, .part = x->numel / PARTS + 1};
    if (all.part < WORK)
        all.part = WORK;
    int64_t parts = (x->numel + all.part - 1) / all.part, count = 0;
    parallel_for(parts, 1, count_parts, &all);
    for (int64_t part = 0; part < parts; part++) {
        all.starts[part] = count;
        count += all.counts[part];
    }
    *out = tensor_new(DIMS(count, x->ndim), DTYPE_INT64, tensor_device(x), "nonzero");
    if (*out == NULL)
        return false;
    all.out = tensor_address(*out);
    parallel_for(parts, 1, write_parts, &all);
    return true;
}
