/* Reading and writing at places that an index names.
 *
 * A 1-d index (index_select, index_add) is one of all dimensions with strides 0, so two loops do everything:
 * gather goes through the result row by row; what is scattered goes line by line along the indexed dimension,
 * since only elements of one line can meet at a place: each line belongs to one thread and is added up in
 * order, whatever the number of threads.
 *
 * All indices are checked before anything is written. */
#include <string.h>

#include "core/cpu/elements.h"
#include "core/cpu/kernels.h"
#include "core/cpu/walk.h"
#include "core/error.h"

/* -- bounds -- */

typedef struct Bounds {
    int64_t size;
    int64_t *bad; /* an index that is outside */
    bool *found;
} Bounds;

static void check_row(char *const *data, const int64_t *strides, int64_t n, const void *context)
{
    const Bounds *bounds = context;
    const int64_t *index = (const int64_t *)data[0];
    bool outside = false;
    for (int64_t i = 0; i < n; i++)
        outside |= (uint64_t)index[i * strides[0]] >= (uint64_t)bounds->size;
    for (int64_t i = 0; outside && i < n; i++) {
        int64_t value = index[i * strides[0]];
        if (value >= 0 && value < bounds->size)
            continue;
        __atomic_store_n(bounds->bad, value, __ATOMIC_RELAXED);
        __atomic_store_n(bounds->found, true, __ATOMIC_RELAXED);
        return;
    }
}

static bool check_bounds(const char *operation, const Tensor *index, const Tensor *x, int64_t dim, bool named)
{
    int64_t bad = 0;
    bool found = false;
    Bounds bounds = {x->shape[dim], &bad, &found};
    walk_rows((const Tensor *const[]){index}, 1, check_row, &bounds);
    if (!found)
        return true;
    if (!named)
        return error_raise(ERROR_INDEX, operation, "index out of range in self") != NULL;
    return error_raise(ERROR_INDEX, operation,
                       "index %lld is out of bounds for dimension %lld with size %lld", (long long)bad,
                       (long long)dim, (long long)bounds.size) != NULL;
}

/* A 1-d index seen in the shape that it indexes. */
static Tensor expand_index(const Tensor *index, const Tensor *like, int64_t dim)
{
    Tensor all = *index;
    all.ndim = like->ndim;
    all.numel = like->numel;
    memcpy(all.shape, like->shape, sizeof all.shape);
    memset(all.strides, 0, sizeof all.strides);
    all.strides[dim] = index->strides[0];
    return all;
}

/* -- gather: x[index] along one dimension; the other dimensions go side by side -- */

#define GATHER(bits)                                                                                         \
    static void gather_##bits(char *const *data, const int64_t *strides, int64_t n, const void *context)     \
    {                                                                                                        \
        int64_t step = *(const int64_t *)context;                                                            \
        raw##bits *out = (raw##bits *)data[0];                                                               \
        const int64_t *index = (const int64_t *)data[1];                                                     \
        const raw##bits *x = (const raw##bits *)data[2];                                                     \
        if (strides[1] != 0) {                                                                               \
            for (int64_t i = 0; i < n; i++)                                                                  \
                out[i * strides[0]] = x[i * strides[2] + index[i * strides[1]] * step];                      \
            return;                                                                                          \
        }                                                                                                    \
        x += *index * step;                                                                                  \
        if (strides[0] == 1 && strides[2] == 1)                                                              \
            memcpy(out, x, (size_t)n * sizeof *out);                                                         \
        else                                                                                                 \
            for (int64_t i = 0; i < n; i++)                                                                  \
                out[i * strides[0]] = x[i * strides[2]];                                                     \
    }
GATHER(8)
GATHER(32)
GATHER(64)

static WalkRow by_size(DType dtype, WalkRow row8, WalkRow row32, WalkRow row64)
{
    size_t size = dtype_size(dtype);
    return size == 8 ? row64 : size == 4 ? row32 : size == 1 ? row8 : NULL;
}

static bool no_kernel(const char *operation, DType dtype)
{
    return error_raise(ERROR_UNSUPPORTED, operation, "\"%s\" not implemented for '%s'", operation,
                       dtype_scalar_name(dtype)) != NULL;
}

static bool gather(const char *operation, Tensor *out, const Tensor *x, int64_t dim, const Tensor *index)
{
    WalkRow row = by_size(x->dtype, gather_8, gather_32, gather_64);
    if (row == NULL)
        return no_kernel(operation, x->dtype);
    Tensor from = *x;
    from.strides[dim] = 0;
    walk_rows((const Tensor *const[]){out, index, &from}, 3, row, &x->strides[dim]);
    return true;
}

bool cpu_gather(Tensor *out, const Tensor *x, int64_t dim, const Tensor *index)
{
    return check_bounds("gather", index, x, dim, true) && gather("gather", out, x, dim, index);
}

bool cpu_index_select(const char *operation, Tensor *out, const Tensor *x, int64_t dim, const Tensor *index)
{
    Tensor all = expand_index(index, out, dim);
    return check_bounds(operation, index, x, dim, false) && gather(operation, out, x, dim, &all);
}

/* -- scatter and scatter_add -- */

/* The lines along the indexed dimension: how many elements, and how far apart in out, index and src. */
typedef struct Lines {
    int64_t length, out, index, src;
} Lines;

#define SET(place, value)    ((place) = (value))
#define ADD(place, value)    ((place) += (value))
#define EITHER(place, value) ((place) |= (value))

/* name_one: elements that all go to one place along the line. name_line: the elements of one line.
 * name_across: one element of each line. name: line after line where a line's elements are the closest in
 * memory, else all lines' first elements, all their second ones, and so on. */
#define SCATTER(name, T, PUT)                                                                                \
    static inline void name##_one(T *out, int64_t so, const T *src, int64_t ss, int64_t n)                   \
    {                                                                                                        \
        if (so == 1 && ss == 1)                                                                              \
            for (int64_t i = 0; i < n; i++)                                                                  \
                PUT(out[i], src[i]);                                                                         \
        else                                                                                                 \
            for (int64_t i = 0; i < n; i++)                                                                  \
                PUT(out[i * so], src[i * ss]);                                                               \
    }                                                                                                        \
                                                                                                             \
    static inline void name##_line(T *out, const int64_t *index, const T *src, const Lines *line)            \
    {                                                                                                        \
        if (line->out == 1 && line->index == 1 && line->src == 1)                                            \
            for (int64_t j = 0; j < line->length; j++)                                                       \
                PUT(out[index[j]], src[j]);                                                                  \
        else                                                                                                 \
            for (int64_t j = 0; j < line->length; j++)                                                       \
                PUT(out[index[j * line->index] * line->out], src[j * line->src]);                            \
    }                                                                                                        \
                                                                                                             \
    static inline void name##_across(T *out, const int64_t *index, const T *src, const int64_t *strides,     \
                                     int64_t n, int64_t step)                                                \
    {                                                                                                        \
        if (strides[0] == 1 && strides[1] == 1 && strides[2] == 1)                                           \
            for (int64_t i = 0; i < n; i++)                                                                  \
                PUT(out[i + index[i] * step], src[i]);                                                       \
        else                                                                                                 \
            for (int64_t i = 0; i < n; i++)                                                                  \
                PUT(out[i * strides[0] + index[i * strides[1]] * step], src[i * strides[2]]);                \
    }                                                                                                        \
                                                                                                             \
    static void name(char *const *data, const int64_t *strides, int64_t n, const void *context)              \
    {                                                                                                        \
        Lines line = *(const Lines *)context;                                                                \
        T *out = (T *)data[0];                                                                               \
        const int64_t *index = (const int64_t *)data[1];                                                     \
        const T *src = (const T *)data[2];                                                                   \
        if (n == 1 || line.out < strides[0])                                                                 \
            for (int64_t i = 0; i < n; i++)                                                                  \
                name##_line(out + i * strides[0], index + i * strides[1], src + i * strides[2], &line);      \
        else                                                                                                 \
            for (int64_t j = 0; j < line.length; j++, index += line.index, src += line.src)                  \
                if (strides[1] == 0)                                                                         \
                    name##_one(out + *index * line.out, strides[0], src, strides[2], n);                     \
                else                                                                                         \
                    name##_across(out, index, src, strides, n, line.out);                                    \
    }
SCATTER(set_8, raw8, SET)
SCATTER(set_32, raw32, SET)
SCATTER(set_64, raw64, SET)
SCATTER(add_float, float, ADD)
SCATTER(add_double, double, ADD)
SCATTER(add_int64, uint64_t, ADD) /* integers wrap around */
SCATTER(add_int32, uint32_t, ADD)
SCATTER(add_uint8, uint8_t, ADD)
SCATTER(add_bool, bool, EITHER)

static WalkRow adding(DType dtype)
{
    static const WalkRow rows[DTYPE_COUNT] = {
        [DTYPE_FLOAT32] = add_float, [DTYPE_FLOAT64] = add_double, [DTYPE_INT64] = add_int64,
        [DTYPE_INT32] = add_int32,   [DTYPE_UINT8] = add_uint8,    [DTYPE_BOOL] = add_bool};
    return rows[dtype];
}

static bool scatter(const char *operation, WalkRow row, Tensor *out, int64_t dim, const Tensor *index,
                    const Tensor *src)
{
    if (row == NULL)
        return no_kernel(operation, out->dtype);
    Tensor to = *out;
    to.numel = index->numel;
    memcpy(to.shape, index->shape, sizeof to.shape);
    Lines lines = {index->shape[dim], out->strides[dim], index->strides[dim], src->strides[dim]};
    walk_lines((const Tensor *const[]){&to, index, src}, 3, dim, row, &lines);
    return true;
}

bool cpu_scatter_add(Tensor *out, int64_t dim, const Tensor *index, const Tensor *src)
{
    return check_bounds("scatter_add", index, out, dim, true) &&
           scatter("scatter_add", adding(out->dtype), out, dim, index, src);
}

bool cpu_scatter(Tensor *out, int64_t dim, const Tensor *index, const Tensor *src)
{
    return check_bounds("scatter", index, out, dim, true) &&
           scatter("scatter", by_size(out->dtype, set_8, set_32, set_64), out, dim, index, src);
}

bool cpu_index_add(Tensor *out, int64_t dim, const Tensor *index, const Tensor *src)
{
    Tensor all = expand_index(index, src, dim);
    return check_bounds("index_add", index, out, dim, out->ndim > 1) &&
           scatter("index_add", adding(out->dtype), out, dim, &all, src);
}
