/* Small matrix products: both operands are packed into panels and multiplied by the microkernel, one thread a
 * product. BLIS does the same behind some microseconds of preparation, which are longer than these products
 * take. */
#include <omp.h>
#include <string.h>

#include "core/allocator.h"
#include "core/cpu/gemm.h"
#include "core/cpu/tile.h"
#include "core/threads.h"

enum { MAX_SIZE = 128, MAX_WORK = 64 * 64 * 64, GRAIN_WORK = 32768 };

typedef struct Small {
    const Product *p;
    Tile tile;
    char *scratch;
    size_t a_bytes, thread_bytes;
} Small;

bool gemm_is_small(const Product *p)
{
    int64_t m = p->out.rows, n = p->out.columns, k = p->a.columns;
    return k > 0 && m <= MAX_SIZE && n <= MAX_SIZE && k <= MAX_SIZE && m * n * k <= MAX_WORK &&
           p->alpha == 1 && (p->beta == 0 || p->beta == 1);
}

/* The lines (rows of a, columns of b) of a matrix in panels of `lanes`: for each step k, one element of each.
 */
static void pack(char *to, const char *from, int64_t lines, int64_t depth, int64_t line_stride, int64_t step,
                 int64_t lanes, size_t size)
{
    for (int64_t first = 0; first < lines; first += lanes) {
        int64_t n = lines - first < lanes ? lines - first : lanes;
        for (int64_t k = 0; k < depth; k++, to += lanes * (int64_t)size) {
            const char *at = from + (first * line_stride + k * step) * (int64_t)size;
            if (size == 4)
                for (int64_t i = 0; i < n; i++)
                    memcpy(to + i * 4, at + i * line_stride * 4, 4);
            else
                for (int64_t i = 0; i < n; i++)
                    memcpy(to + i * 8, at + i * line_stride * 8, 8);
            if (n < lanes)
                memset(to + n * (int64_t)size, 0, (size_t)(lanes - n) * size);
        }
    }
}

static void multiply_part(void *context, int64_t begin, int64_t end)
{
    const Small *s = context;
    const Product *p = s->p;
    const Tile *tile = &s->tile;
    int64_t size = (int64_t)p->size, m = p->out.rows, n = p->out.columns, k = p->a.columns;
    char *a = s->scratch + (size_t)omp_get_thread_num() * s->thread_bytes, *b = a + s->a_bytes;
    for (int64_t batch = begin; batch < end; batch++) {
        char *out = p->out.data + batch * p->out.batch_stride * size;
        pack(a, p->a.data + batch * p->a.batch_stride * size, m, k, p->a.rs, p->a.cs, tile->tall, p->size);
        if (batch == begin || p->b.batch_stride != 0)
            pack(b, p->b.data + batch * p->b.batch_stride * size, n, k, p->b.cs, p->b.rs, tile->wide,
                 p->size);
        for (int64_t j = 0; j < n; j += tile->wide)
            for (int64_t i = 0; i < m; i += tile->tall)
                tile_multiply(tile, k, a + i * k * size, b + j * k * size, p->beta != 0,
                              out + (i * p->out.rs + j * p->out.cs) * size,
                              m - i < tile->tall ? m - i : tile->tall,
                              n - j < tile->wide ? n - j : tile->wide, p->out.rs, p->out.cs);
    }
}

bool gemm_small(const Product *p, int64_t batch)
{
    Small s = {.p = p, .tile = tile_for(p->dtype)};
    int64_t k = p->a.columns, tall = s.tile.tall, wide = s.tile.wide;
    int threads = omp_in_parallel() ? 1 : tensor_get_num_threads();
    s.a_bytes = (size_t)((p->out.rows + tall - 1) / tall * tall * k) * p->size + 63;
    s.a_bytes -= s.a_bytes % 64;
    s.thread_bytes = s.a_bytes + (size_t)((p->out.columns + wide - 1) / wide * wide * k) * p->size + 63;
    s.thread_bytes -= s.thread_bytes % 64;
    /* Within a parallel region of somebody else's, this thread's number may be any. */
    size_t bytes = (size_t)(threads + omp_get_thread_num()) * s.thread_bytes;
    s.scratch = allocator_allocate(cpu_device(), bytes, "matmul");
    if (s.scratch == NULL)
        return false;
    parallel_for(batch, GRAIN_WORK / (p->out.rows * p->out.columns * k + 512) + 1, multiply_part, &s);
    allocator_release(cpu_device(), s.scratch, bytes);
    return true;
}
