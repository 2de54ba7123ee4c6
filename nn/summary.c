#include "nn/summary.h"

#include <stdlib.h>
#include <string.h>

#include "autograd/autograd.h"
#include "autograd/ops/operations.h"
#include "core/error.h"
#include "core/scope.h"
#include "core/tensor_struct.h"
#include "nn/hooks.h"
#include "nn/module_struct.h"

/* A module at one of its places. */
typedef struct Row {
    Module *module;
    char *label; /* "  conv1 (Conv2d)" */
    bool again;  /* the same module as in a row above */
    bool training;
    int64_t hook, calls;
    int ndim;
    int64_t shape[TENSOR_MAX_DIMS];
    int64_t parameters, multiply_adds, output_bytes;
} Row;

typedef struct Summary {
    Row *rows;
    int64_t n, capacity;
} Summary;

typedef struct Totals {
    int64_t parameters, trainable, multiply_adds;
    int64_t input_bytes, output_bytes, parameter_bytes;
} Totals;

/* -- collecting -- */

static char *make_label(const Module *module, const char *path)
{
    const char *dot = strrchr(path, '.'), *name = dot != NULL ? dot + 1 : path;
    size_t depth = path[0] != '\0', room = strlen(name) + strlen(module->type->name) + 4;
    for (const char *c = path; *c != '\0'; c++)
        depth += *c == '.';
    char *label = malloc(2 * depth + room);
    if (label != NULL && depth == 0)
        strcpy(label, module->type->name);
    else if (label != NULL)
        snprintf(label, 2 * depth + room, "%*s%s (%s)", (int)(2 * depth), "", name, module->type->name);
    return label;
}

static bool add_row(Module *module, const char *path, void *context)
{
    Summary *summary = context;
    if (summary->n == summary->capacity) {
        int64_t capacity = 2 * summary->capacity + 16;
        Row *rows = realloc(summary->rows, (size_t)capacity * sizeof *rows);
        if (rows == NULL)
            return error_raise(ERROR_MEMORY, "summary", "out of memory for %lld modules",
                               (long long)capacity) != NULL;
        summary->rows = rows;
        summary->capacity = capacity;
    }
    Row row = {.module = module, .label = make_label(module, path), .training = module->training};
    for (int64_t i = 0; i < summary->n && !row.again; i++)
        row.again = summary->rows[i].module == module;
    summary->rows[summary->n++] = row;
    return row.label != NULL || error_raise(ERROR_MEMORY, "summary", "out of memory for a module") != NULL;
}

/* Each parameter counts where it is met first; `parameters` is emptied of those that were met. */
static void count_parameters(Row *row, TensorList parameters)
{
    for (int64_t i = 0; i < row->module->parameters.n; i++)
        for (int64_t j = 0; j < parameters.n; j++)
            if (parameters.items[j] != NULL && parameters.items[j] == row->module->parameters.items[i].item) {
                row->parameters += tensor_numel(parameters.items[j]);
                parameters.items[j] = NULL;
            }
}

static int64_t bytes_of(const Tensor *x)
{
    return tensor_numel(x) * (int64_t)dtype_size(tensor_dtype(x));
}

static void add_parameters(Totals *totals, TensorList parameters)
{
    for (int64_t i = 0; i < parameters.n; i++) {
        totals->parameters += tensor_numel(parameters.items[i]);
        totals->parameter_bytes += bytes_of(parameters.items[i]);
        if (tensor_requires_grad(parameters.items[i]))
            totals->trainable += tensor_numel(parameters.items[i]);
    }
}

/* -- the call -- */

static Tensor *note_output(Module *module, TensorList inputs, Tensor *output, void *user)
{
    Row *row = user;
    row->calls++;
    row->ndim = output->ndim;
    memcpy(row->shape, output->shape, sizeof row->shape);
    if (module->type->multiply_adds != NULL)
        row->multiply_adds += module->type->multiply_adds(module, inputs, output);
    row->output_bytes += bytes_of(output);
    return NULL;
}

static bool call_module(Module *module, TensorList inputs, const Summary *summary)
{
    bool called = true;
    for (int64_t i = 0; i < summary->n && called; i++) {
        Row *row = &summary->rows[i];
        if (!row->again)
            called = (row->hook = nn_register_forward_hook(row->module, note_output, row)) != 0;
    }
    nn_eval(module);
    if (called)
        autograd_no_grad called = nn_call(module, inputs) != NULL;
    for (int64_t i = 0; i < summary->n; i++) {
        summary->rows[i].module->training = summary->rows[i].training;
        nn_remove_hook(summary->rows[i].module, summary->rows[i].hook);
    }
    return called;
}

/* As torchinfo counts the memory of a step: what layers with parameters return, and its gradient. */
static void add_outputs(Totals *totals, const Summary *summary)
{
    for (int64_t i = 0; i < summary->n; i++) {
        const Row *row = &summary->rows[i];
        totals->multiply_adds += row->multiply_adds;
        if (row->module->children.n == 0 && row->parameters > 0)
            totals->output_bytes += 2 * row->output_bytes;
    }
}

/* -- the table -- */

/* 1234567 as "1,234,567"; returns `text`. */
static const char *grouped(int64_t value, char text[32])
{
    char digits[24];
    size_t n = (size_t)snprintf(digits, sizeof digits, "%lld", (long long)value), length = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            text[length++] = ',';
        text[length++] = digits[i];
    }
    text[length] = '\0';
    return text;
}

/* A number of a row, "--" where it has none of its own. */
static const char *cell(int64_t value, char text[32])
{
    return value > 0 ? grouped(value, text) : "--";
}

static const char *shape_cell(const Row *row, char *text, size_t size)
{
    if (row->calls == 0)
        return row->again ? "(see above)" : "--";
    return dims_string((Dims){row->ndim, row->shape}, text, size);
}

static void write_line(FILE *out, char character, int width)
{
    for (int i = 0; i < width; i++)
        putc(character, out);
    putc('\n', out);
}

static void write_rows(FILE *out, const Summary *summary)
{
    static const char *const heads[] = {"Layer", "Output shape", "Parameters", "Multiply-adds"};
    int widths[] = {(int)strlen(heads[0]), (int)strlen(heads[1])};
    char shape[160], parameters[32], multiply_adds[32];
    for (int64_t i = 0; i < summary->n; i++) {
        const Row *row = &summary->rows[i];
        int lengths[] = {(int)strlen(row->label), (int)strlen(shape_cell(row, shape, sizeof shape))};
        for (int column = 0; column < 2; column++)
            widths[column] = lengths[column] > widths[column] ? lengths[column] : widths[column];
    }
    int width = widths[0] + widths[1] + 2 + 2 * 17;
    fprintf(out, "%-*s  %-*s  %15s  %15s\n", widths[0], heads[0], widths[1], heads[1], heads[2], heads[3]);
    write_line(out, '=', width);
    for (int64_t i = 0; i < summary->n; i++) {
        const Row *row = &summary->rows[i];
        fprintf(out, "%-*s  %-*s  %15s  %15s\n", widths[0], row->label, widths[1],
                shape_cell(row, shape, sizeof shape), cell(row->parameters, parameters),
                cell(row->multiply_adds, multiply_adds));
    }
    write_line(out, '=', width);
}

static void write_totals(FILE *out, const Totals *totals)
{
    char text[32];
    fprintf(out, "Total parameters: %s\n", grouped(totals->parameters, text));
    fprintf(out, "Trainable parameters: %s\n", grouped(totals->trainable, text));
    fprintf(out, "Non-trainable parameters: %s\n", grouped(totals->parameters - totals->trainable, text));
    fprintf(out, "Total multiply-adds: %s\n", grouped(totals->multiply_adds, text));
    fprintf(out, "Input size (MB): %.2f\n", (double)totals->input_bytes / 1e6);
    fprintf(out, "Forward/backward pass size (MB): %.2f\n", (double)totals->output_bytes / 1e6);
    fprintf(out, "Parameters size (MB): %.2f\n", (double)totals->parameter_bytes / 1e6);
    fprintf(out, "Estimated total size (MB): %.2f\n",
            (double)(totals->input_bytes + totals->output_bytes + totals->parameter_bytes) / 1e6);
}

bool nn_summary_write(Module *module, TensorList inputs, FILE *out)
{
    Summary summary = {0};
    Totals totals = {0};
    uint64_t errors = error_count();
    if (module == NULL || !error_check_given("summary", "file", out != NULL))
        return false;
    Scope scope = scope_open();
    bool done = module_visit(module, add_row, &summary) && call_module(module, inputs, &summary);
    if (done) {
        TensorList parameters = nn_parameters(module);
        add_parameters(&totals, parameters);
        for (int64_t i = 0; i < summary.n; i++)
            count_parameters(&summary.rows[i], parameters);
        for (int64_t i = 0; i < inputs.n; i++)
            totals.input_bytes += bytes_of(inputs.items[i]);
        add_outputs(&totals, &summary);
        write_rows(out, &summary);
        write_totals(out, &totals);
        done = !ferror(out) || error_raise_errno(ERROR_IO, "summary", "cannot write the summary") != NULL;
    }
    for (int64_t i = 0; i < summary.n; i++)
        free(summary.rows[i].label);
    free(summary.rows);
    scope_close(scope);
    return done && error_count() == errors;
}

/* Zeros like the first floating point parameter. */
static Tensor *make_input(const Module *module, Dims size)
{
    uint64_t errors = error_count();
    TensorList parameters = nn_parameters(module);
    if (error_count() != errors)
        return NULL;
    for (int64_t i = 0; i < parameters.n; i++)
        if (tensor_is_floating_point(parameters.items[i]))
            return tensor_zero_(tensor_new(size, tensor_dtype(parameters.items[i]),
                                           tensor_device(parameters.items[i]), "summary"));
    return tensor_zero_(tensor_new(size, tensor_get_default_dtype(), cpu_device(), "summary"));
}

char *nn_summary(Module *module, Dims input_size)
{
    char *text = NULL;
    size_t length = 0;
    if (module == NULL)
        return NULL;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        return error_raise(ERROR_MEMORY, "summary", "out of memory for the summary");
    Scope scope = scope_open();
    Tensor *input = make_input(module, input_size);
    bool done = input != NULL && nn_summary_write(module, TENSORS(input), out);
    scope_close(scope);
    bool closed = fclose(out) == 0 && text != NULL;
    if (done && closed)
        return text;
    free(text);
    return done ? error_raise(ERROR_MEMORY, "summary", "out of memory for the summary") : NULL;
}
