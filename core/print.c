/* The layout of printed tensors, that of torch/_tensor_str.py at its default options: all elements have one
 * width; lines hold as many as fit into 80 columns; more than 1000 elements are cut to the first and last
 * three of each dimension. */
#include "core/print.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/scope.h"
#include "core/tensor_struct.h"

enum { PRECISION = 4, THRESHOLD = 1000, EDGE = 3, LINE_WIDTH = 80, ELEMENT_SIZE = 400 };

/* -- text that grows -- */

typedef struct Text {
    char *data;
    size_t length, capacity;
    bool failed;
} Text;

static void append(Text *text, const char *words)
{
    size_t n = strlen(words);
    if (text->length + n + 1 > text->capacity && !text->failed) {
        size_t capacity = 2 * (text->length + n + 64);
        char *data = realloc(text->data, capacity);
        if (data != NULL) {
            text->data = data;
            text->capacity = capacity;
        }
        text->failed = data == NULL;
    }
    if (text->failed)
        return;
    memcpy(text->data + text->length, words, n + 1);
    text->length += n;
}

static void append_spaces(Text *text, int64_t n)
{
    for (; n > 0; n--)
        append(text, " ");
}

/* -- the elements that are shown -- */

typedef struct Shown {
    DType dtype;
    int ndim;
    int64_t shape[TENSOR_MAX_DIMS]; /* of what is shown */
    bool cut[TENSOR_MAX_DIMS];      /* three of each end are shown */
    int64_t count;
    char *elements; /* row-major, on the host */
    /* how they are written */
    bool whole, scientific;
    int width;
} Shown;

static Scalar element(const Shown *shown, int64_t i)
{
    return scalar_read(shown->dtype, shown->elements + (size_t)i * dtype_size(shown->dtype));
}

/* Copies what is shown of x, whose dimensions before `dim` have size 1 by now, to position *at on. */
static bool gather(const Tensor *x, int dim, Shown *shown, int64_t *at)
{
    int cuts = 0;
    for (int d = dim; d < x->ndim; d++)
        cuts += shown->cut[d];
    if (cuts == 0) {
        char *to = shown->elements + (size_t)*at * dtype_size(x->dtype);
        *at += x->numel;
        return tensor_copy_to_host(x, x->dtype, to);
    }
    int64_t shape[TENSOR_MAX_DIMS];
    memcpy(shape, x->shape, sizeof shape);
    shape[dim] = 1;
    for (int64_t i = 0; i < shown->shape[dim]; i++) {
        int64_t index = shown->cut[dim] && i >= EDGE ? x->shape[dim] - 2 * EDGE + i : i;
        Tensor *part =
            tensor_new_view(x, (Dims){x->ndim, shape}, x->strides, x->offset + index * x->strides[dim]);
        if (part == NULL || !gather(part, dim + 1, shown, at))
            return false;
    }
    return true;
}

static bool show(const Tensor *x, Shown *shown)
{
    *shown = (Shown){.dtype = x->dtype, .ndim = x->ndim, .count = 1};
    for (int d = 0; d < x->ndim; d++) {
        shown->cut[d] = x->numel > THRESHOLD && x->shape[d] > 2 * EDGE;
        shown->shape[d] = shown->cut[d] ? 2 * EDGE : x->shape[d];
        shown->count *= shown->shape[d];
    }
    shown->elements = malloc((size_t)shown->count * dtype_size(x->dtype) + 1);
    if (shown->elements == NULL)
        return error_raise(ERROR_MEMORY, "print", "out of memory for the elements to print") != NULL;
    int64_t at = 0;
    Scope scope = scope_open();
    bool done = gather(x, 0, shown, &at);
    scope_close(scope);
    return done;
}

/* -- how they are written -- */

/* One element without padding; Python's words for what is no number. */
static int write_element(const Shown *shown, Scalar value, char *text)
{
    if (shown->dtype == DTYPE_BOOL)
        return snprintf(text, ELEMENT_SIZE, value.value.i ? "True" : "False");
    if (value.kind != SCALAR_FLOAT)
        return snprintf(text, ELEMENT_SIZE, "%lld", (long long)value.value.i);
    if (!isfinite(value.value.f))
        return snprintf(text, ELEMENT_SIZE,
                        isnan(value.value.f) ? "nan"
                        : value.value.f > 0  ? "inf"
                                             : "-inf");
    if (shown->scientific)
        return snprintf(text, ELEMENT_SIZE, "%.*e", PRECISION, value.value.f);
    if (shown->whole)
        return snprintf(text, ELEMENT_SIZE, "%.0f.", value.value.f);
    return snprintf(text, ELEMENT_SIZE, "%.*f", PRECISION, value.value.f);
}

/* Only numbers that are finite and not zero decide how floats are written. */
static bool decides(const Shown *shown, Scalar value)
{
    return !dtype_is_floating_point(shown->dtype) || (isfinite(value.value.f) && value.value.f != 0);
}

static void choose_format(Shown *shown)
{
    double smallest = INFINITY, largest = 0;
    bool floats = dtype_is_floating_point(shown->dtype);
    char text[ELEMENT_SIZE];
    shown->whole = true;
    for (int64_t i = 0; i < shown->count && floats; i++) {
        double value = element(shown, i).value.f;
        if (!isfinite(value) || value == 0)
            continue;
        smallest = fmin(smallest, fabs(value));
        largest = fmax(largest, fabs(value));
        shown->whole = shown->whole && value == ceil(value);
    }
    shown->scientific = largest > 0 && (largest / smallest > 1000.0 || largest > 1.0e8 || smallest < 1.0e-4);
    shown->width = 1;
    for (int64_t i = 0; i < shown->count; i++) {
        Scalar value = element(shown, i);
        int width = decides(shown, value) ? write_element(shown, value, text) : 0;
        shown->width = width > shown->width ? width : shown->width;
    }
}

static void append_element(Text *text, const Shown *shown, int64_t i)
{
    char word[ELEMENT_SIZE];
    int length = write_element(shown, element(shown, i), word);
    append_spaces(text, shown->width - length);
    append(text, word);
}

/* -- brackets -- */

static void append_vector(Text *text, const Shown *shown, int64_t first, int64_t indent)
{
    int dim = shown->ndim - 1;
    int64_t n = shown->shape[dim], words = n + shown->cut[dim];
    int64_t in_line = (LINE_WIDTH - indent) / (shown->width + 2);
    append(text, "[");
    for (int64_t i = 0; i < words; i++) {
        if (i > 0 && i % (in_line > 1 ? in_line : 1) == 0) {
            append(text, ",\n");
            append_spaces(text, indent + 1);
        } else if (i > 0)
            append(text, ", ");
        if (shown->cut[dim] && i == EDGE)
            append(text, " ...");
        else
            append_element(text, shown, first + i - (shown->cut[dim] && i > EDGE));
    }
    append(text, "]");
}

static void append_slices(Text *text, const Shown *shown, int dim, int64_t first, int64_t indent)
{
    if (shown->ndim == 0) {
        append_element(text, shown, 0);
        return;
    }
    if (dim == shown->ndim - 1) {
        append_vector(text, shown, first, indent);
        return;
    }
    int64_t size = 1; /* of a slice */
    for (int d = dim + 1; d < shown->ndim; d++)
        size *= shown->shape[d];
    append(text, "[");
    for (int64_t i = 0; i < shown->shape[dim]; i++) {
        for (int words = 0; words < 1 + (shown->cut[dim] && i == EDGE); words++) {
            if (words > 0)
                append(text, "...");
            if (i > 0 || words > 0) {
                append(text, ",");
                for (int d = dim; d < shown->ndim - 1; d++)
                    append(text, "\n");
                append_spaces(text, indent + 1);
            }
        }
        append_slices(text, shown, dim + 1, first + i * size, indent + 1);
    }
    append(text, "]");
}

/* -- what follows the numbers -- */

static void append_suffix(Text *text, const char *suffix, int64_t indent, int64_t *line)
{
    int64_t length = (int64_t)strlen(suffix);
    if (length == 0)
        return;
    bool fits = *line + length + 2 <= LINE_WIDTH;
    append(text, fits ? ", " : ",\n");
    append_spaces(text, fits ? 0 : indent);
    append(text, suffix);
    *line = fits ? *line + length + 2 : indent + length;
}

static void append_suffixes(Text *text, const Tensor *x, const char *last, int64_t indent)
{
    char word[400] = "", size[200], device[32];
    const char *line_start = text->failed ? NULL : strrchr(text->data, '\n');
    int64_t line = text->failed ? 0 : (int64_t)strlen(line_start != NULL ? line_start + 1 : text->data);
    line += 2; /* as PyTorch counts */
    if (tensor_device(x).type != DEVICE_CPU) {
        snprintf(word, sizeof word, "device='%s'", device_name(tensor_device(x), device, sizeof device));
        append_suffix(text, word, indent, &line);
    }
    if (x->numel == 0 && x->ndim != 1) {
        dims_string(tensor_dims(x), size, sizeof size);
        snprintf(word, sizeof word, "size=(%.*s)", (int)strlen(size) - 2, size + 1);
        append_suffix(text, word, indent, &line);
    }
    bool implied = x->dtype == tensor_get_default_dtype() ||
                   (x->numel > 0 && (x->dtype == DTYPE_INT64 || x->dtype == DTYPE_BOOL));
    if (!implied) {
        snprintf(word, sizeof word, "dtype=torch.%s", dtype_name(x->dtype));
        append_suffix(text, word, indent, &line);
    }
    append_suffix(text, last, indent, &line);
}

char *tensor_text(const Tensor *x, const char *suffix)
{
    static const char prefix[] = "tensor(";
    enum { INDENT = sizeof prefix - 1 };
    Text text = {0};
    Shown shown;
    append(&text, prefix);
    if (x->numel == 0)
        append(&text, "[]");
    else {
        bool done = show(x, &shown);
        if (done) {
            choose_format(&shown);
            append_slices(&text, &shown, 0, 0, INDENT);
        }
        free(shown.elements);
        if (!done) {
            free(text.data);
            return NULL;
        }
    }
    append_suffixes(&text, x, suffix, INDENT);
    append(&text, ")");
    if (!text.failed)
        return text.data;
    free(text.data);
    return error_raise(ERROR_MEMORY, "print", "out of memory for a tensor's text");
}
