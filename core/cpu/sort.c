/* Sorting along one dimension, and the k largest or smallest elements.
 *
 * Every element becomes an unsigned key in whose order it sorts: the bits of a number, turned so that
 * negative ones come first, and NaN, the largest of all, as ones only; a descending order inverts the keys.
 * So one sort of keys serves every dtype and both directions, and equal elements keep their order, which
 * makes it stable. Short lines are sorted by insertion and merging, long ones by digits (radix sort), which
 * takes as many passes as a key has bytes, whatever the length. */
#include <string.h>

#include "core/cpu/elements.h"
#include "core/cpu/kernels.h"
#include "core/cpu/lines.h"
#include "core/error.h"

enum {
    RUN = 12,          /* as many are sorted by insertion */
    RADIX_FROM = 1024, /* lines that are sorted by digits */
    SELECT_UP_TO = 64, /* as many largest elements are kept in order while a line is read */
    BLOCK = 16,
    MAX_ROUNDS = 100, /* of a quickselect that goes well there are fewer */
};

typedef struct Item {
    uint64_t key;
    int64_t index;
} Item;

/* -- keys -- */

static inline uint64_t key_f32(f32 v)
{
    uint32_t bits;
    v = v == 0 ? 0 : v; /* -0 equals 0 */
    memcpy(&bits, &v, sizeof bits);
    return v != v ? UINT32_MAX : bits >> 31 ? ~bits : bits | UINT32_C(1) << 31;
}

static inline uint64_t key_f64(f64 v)
{
    uint64_t bits;
    v = v == 0 ? 0 : v;
    memcpy(&bits, &v, sizeof bits);
    return v != v ? UINT64_MAX : bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static inline uint64_t key_i64(i64 v)
{
    return (uint64_t)v ^ UINT64_C(1) << 63;
}

static inline uint64_t key_i32(i32 v)
{
    return (uint32_t)v ^ UINT32_C(1) << 31;
}

static inline uint64_t key_u8(u8 v)
{
    return v;
}

#define DEFINE_KEYS(T)                                                                                       \
    static void keys_##T(const void *data, int64_t n, int64_t stride, uint64_t inverted, Item *items)        \
    {                                                                                                        \
        const T *x = data;                                                                                   \
        for (int64_t i = 0; i < n; i++)                                                                      \
            items[i] = (Item){key_##T(x[i * stride]) ^ inverted, i};                                         \
    }

DEFINE_KEYS(f32)
DEFINE_KEYS(f64)
DEFINE_KEYS(i64)
DEFINE_KEYS(i32)
DEFINE_KEYS(u8)

typedef void (*KeysFunction)(const void *data, int64_t n, int64_t stride, uint64_t inverted, Item *items);

static const KeysFunction keys_of[DTYPE_COUNT] = {
    [DTYPE_FLOAT32] = keys_f32, [DTYPE_FLOAT64] = keys_f64, [DTYPE_INT64] = keys_i64,
    [DTYPE_INT32] = keys_i32,   [DTYPE_UINT8] = keys_u8,    [DTYPE_BOOL] = keys_u8,
};

/* -- sorting keys; `other` has room for as many. What they return is the one of the two that holds the result
 * -- */

static void insertion_sort(Item *items, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        Item item = items[i];
        int64_t at = i;
        for (; at > 0 && items[at - 1].key > item.key; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

static void merge(const Item *items, int64_t middle, int64_t n, Item *out)
{
    int64_t a = 0, b = middle;
    while (a < middle && b < n)
        *out++ = items[b].key < items[a].key ? items[b++] : items[a++];
    memcpy(out, items + a, (size_t)(middle - a) * sizeof *out);
    memcpy(out + (middle - a), items + b, (size_t)(n - b) * sizeof *out);
}

static Item *merge_sort(Item *items, int64_t n, Item *other)
{
    for (int64_t i = 0; i < n; i += RUN)
        insertion_sort(items + i, n - i < RUN ? n - i : RUN);
    for (int64_t run = RUN; run < n; run *= 2) {
        for (int64_t i = 0; i < n; i += 2 * run) {
            int64_t rest = n - i;
            merge(items + i, rest < run ? rest : run, rest < 2 * run ? rest : 2 * run, other + i);
        }
        Item *sorted = other;
        other = items;
        items = sorted;
    }
    return items;
}

/* From the lowest byte to the highest, each pass keeping the order of the one before. */
static Item *radix_sort(Item *items, int64_t n, Item *other, int bytes)
{
    int64_t counts[8][256] = {{0}};
    for (int64_t i = 0; i < n; i++)
        for (int b = 0; b < bytes; b++)
            counts[b][items[i].key >> (8 * b) & 255]++;
    for (int b = 0; b < bytes; b++) {
        int64_t *count = counts[b], place = 0;
        if (count[items[0].key >> (8 * b) & 255] == n)
            continue;
        for (int digit = 0; digit < 256; digit++) {
            int64_t here = count[digit];
            count[digit] = place;
            place += here;
        }
        for (int64_t i = 0; i < n; i++)
            other[count[items[i].key >> (8 * b) & 255]++] = items[i];
        Item *sorted = other;
        other = items;
        items = sorted;
    }
    return items;
}

static Item *sort_items(Item *items, int64_t n, Item *other, int bytes)
{
    return n < RADIX_FROM ? merge_sort(items, n, other) : radix_sort(items, n, other, bytes);
}

/* -- the k first in order -- */

/* Few of them are kept sorted while the line is read. Most elements are behind the last of them, which whole
 * blocks are asked for first. */
#define DEFINE_SELECT(T)                                                                                     \
    static bool all_behind_##T(const T *x, T last, bool largest)                                             \
    {                                                                                                        \
        int before = 0;                                                                                      \
        if (largest)                                                                                         \
            for (int i = 0; i < BLOCK; i++)                                                                  \
                before |= !(x[i] <= last);                                                                   \
        else                                                                                                 \
            for (int i = 0; i < BLOCK; i++)                                                                  \
                before |= !(x[i] >= last);                                                                   \
        return before == 0;                                                                                  \
    }                                                                                                        \
                                                                                                             \
    static void select_##T(const void *data, int64_t n, int64_t stride, uint64_t inverted, int64_t k,        \
                           Item *best)                                                                       \
    {                                                                                                        \
        const T *x = data;                                                                                   \
        int64_t have = 0;                                                                                    \
        for (int64_t start = 0; start < n; start += BLOCK) {                                                 \
            int64_t end = start + BLOCK < n ? start + BLOCK : n;                                             \
            if (have == k && stride == 1 && end - start == BLOCK &&                                          \
                all_behind_##T(x + start, x[best[k - 1].index], inverted != 0))                              \
                continue;                                                                                    \
            for (int64_t i = start; i < end; i++) {                                                          \
                uint64_t key = key_##T(x[i * stride]) ^ inverted;                                            \
                if (have == k && key >= best[k - 1].key)                                                     \
                    continue;                                                                                \
                int64_t at = have < k ? have++ : k - 1;                                                      \
                for (; at > 0 && best[at - 1].key > key; at--)                                               \
                    best[at] = best[at - 1];                                                                 \
                best[at] = (Item){key, i};                                                                   \
            }                                                                                                \
        }                                                                                                    \
    }

DEFINE_SELECT(f32)
DEFINE_SELECT(f64)
DEFINE_SELECT(i64)
DEFINE_SELECT(i32)
DEFINE_SELECT(u8)

typedef void (*SelectFunction)(const void *data, int64_t n, int64_t stride, uint64_t inverted, int64_t k,
                               Item *best);

static const SelectFunction select_of[DTYPE_COUNT] = {
    [DTYPE_FLOAT32] = select_f32, [DTYPE_FLOAT64] = select_f64, [DTYPE_INT64] = select_i64,
    [DTYPE_INT32] = select_i32,   [DTYPE_UINT8] = select_u8,    [DTYPE_BOOL] = select_u8,
};

static inline bool before(Item a, Item b)
{
    return a.key < b.key || (a.key == b.key && a.index < b.index);
}

/* Brings the k first of n items to the front, in any order (quickselect). All items differ by their index. A
 * line that resists is left as it is: false. */
static bool bring_to_front(Item *items, int64_t n, int64_t k)
{
    int64_t low = 0, high = n - 1;
    for (int rounds = 0; low < high; rounds++) {
        if (rounds == MAX_ROUNDS)
            return false;
        Item a = items[low], b = items[low + (high - low) / 2], c = items[high];
        Item pivot = before(a, b) ? (before(b, c)   ? b
                                     : before(a, c) ? c
                                                    : a)
                                  : (before(a, c)   ? a
                                     : before(b, c) ? c
                                                    : b);
        int64_t i = low - 1, j = high + 1;
        for (;;) {
            do
                i++;
            while (before(items[i], pivot));
            do
                j--;
            while (before(pivot, items[j]));
            if (i >= j)
                break;
            Item item = items[i];
            items[i] = items[j];
            items[j] = item;
        }
        if (j >= k - 1)
            high = j;
        if (j < k)
            low = j + 1;
    }
    return true;
}

/* More of them are found by their last one, which a copy is searched for; what is not behind it stays in the
 * order of the line, so that the sort that follows is stable. */
static Item *sort_first(Item *items, int64_t n, int64_t k, Item *other, int bytes)
{
    if (k < n / 2)
        memcpy(other, items, (size_t)n * sizeof *items);
    if (k >= n / 2 || !bring_to_front(other, n, k))
        return sort_items(items, n, other, bytes);
    Item last = other[0];
    for (int64_t i = 1; i < k; i++)
        last = before(last, other[i]) ? other[i] : last;
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++)
        if (!before(last, items[i]))
            items[kept++] = items[i];
    return sort_items(items, k, other, bytes);
}

/* -- lines -- */

typedef struct SortTask {
    DType dtype;
    int bytes;
    uint64_t inverted;
} SortTask;

#define COPY_CHOSEN(bits)                                                                                    \
    static void copy_chosen_##bits(const Item *items, int64_t k, void *to, int64_t to_stride,                \
                                   const void *from, int64_t from_stride)                                    \
    {                                                                                                        \
        raw##bits *out = to;                                                                                 \
        const raw##bits *x = from;                                                                           \
        for (int64_t i = 0; i < k; i++)                                                                      \
            out[i * to_stride] = x[items[i].index * from_stride];                                            \
    }
COPY_CHOSEN(8)
COPY_CHOSEN(32)
COPY_CHOSEN(64)

/* Tensors are values, indices (both k long) and x (n long). */
static void sort_lines(const Lines *l, const void *context)
{
    const SortTask *task = context;
    int64_t k = l->length[1], n = l->length[2];
    for (int64_t line = 0; line < l->width; line++) {
        Item *items = l->scratch, *other = items + n, *sorted = other;
        const char *x = l->data[2] + line * l->across[2] * task->bytes;
        char *values = l->data[0] + line * l->across[0] * task->bytes;
        int64_t *indices = (int64_t *)l->data[1] + line * l->across[1];
        if (k < n && k <= SELECT_UP_TO) {
            select_of[task->dtype](x, n, l->along[2], task->inverted, k, sorted);
        } else {
            keys_of[task->dtype](x, n, l->along[2], task->inverted, items);
            sorted = sort_first(items, n, k, other, task->bytes);
        }
        for (int64_t i = 0; i < k; i++)
            indices[i * l->along[1]] = sorted[i].index;
        (task->bytes == 8   ? copy_chosen_64
         : task->bytes == 4 ? copy_chosen_32
                            : copy_chosen_8)(sorted, k, values, l->along[0], x, l->along[2]);
    }
}

static bool sort(const char *name, Tensor *values, Tensor *indices, const Tensor *x, int64_t dim,
                 bool descending)
{
    int bytes = (int)dtype_size(x->dtype);
    uint64_t ones = bytes == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * bytes)) - 1;
    SortTask task = {x->dtype, bytes, descending ? ones : 0};
    if (keys_of[x->dtype] == NULL)
        return error_raise(ERROR_DTYPE, name, "\"%s\" not implemented for '%s'", name,
                           dtype_scalar_name(x->dtype)) != NULL;
    if (values->numel == 0)
        return true;
    size_t scratch = 2 * (size_t)(x->ndim > 0 ? x->shape[dim] : 1) * sizeof(Item);
    return lines_for(name, (const Tensor *const[]){values, indices, x}, 3, dim, scratch, sort_lines, &task);
}

bool cpu_sort(Tensor *values, Tensor *indices, const Tensor *x, int64_t dim, bool descending)
{
    return sort("sort", values, indices, x, dim, descending);
}

bool cpu_topk(Tensor *values, Tensor *indices, const Tensor *x, int64_t dim, bool largest)
{
    return sort("topk", values, indices, x, dim, largest);
}
