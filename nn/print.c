#include "nn/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

/* Text with every line but the first one moved to the right. */
static void write_indented(FILE *out, const char *text, int spaces)
{
    for (; *text != '\0'; text++) {
        putc(*text, out);
        if (*text == '\n')
            fprintf(out, "%*s", spaces, "");
    }
}

/* What stands between the parentheses: extra_repr's text, "" if there is none. For free(). */
static char *extra_repr(const Module *module)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    if (module->type->extra_repr != NULL)
        module->type->extra_repr(module, out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* How many children from the i-th on are alike, `text` being the i-th: ModuleList shows them as one. */
static int64_t count_alike(const Module *module, int64_t i, const char *text)
{
    int64_t n = 1;
    for (bool alike = module->type->groups_children; alike && i + n < module->children.n;) {
        char *next = nn_to_string(module->children.items[i + n].item);
        alike = next != NULL && strcmp(next, text) == 0;
        n += alike;
        free(next);
    }
    return n;
}

static bool write_children(FILE *out, const Module *module)
{
    for (int64_t i = 0, n = 0; i < module->children.n; i += n) {
        char *text = nn_to_string(module->children.items[i].item);
        if (text == NULL)
            return false;
        n = count_alike(module, i, text);
        if (n > 1)
            fprintf(out, "\n  (%lld-%lld): %lld x ", (long long)i, (long long)(i + n - 1), (long long)n);
        else
            fprintf(out, "\n  (%s): ", module->children.items[i].name);
        write_indented(out, text, 2);
        free(text);
    }
    return true;
}

static bool write_module(FILE *out, const Module *module)
{
    char *extra = extra_repr(module);
    if (extra == NULL)
        return false;
    bool one_line = module->children.n == 0 && strchr(extra, '\n') == NULL;
    fprintf(out, "%s(", module->type->name);
    if (extra[0] != '\0' && !one_line)
        fputs("\n  ", out);
    write_indented(out, extra, 2);
    free(extra);
    bool written = write_children(out, module);
    fputs(one_line ? ")" : "\n)", out);
    return written;
}

char *nn_to_string(const Module *module)
{
    char *text = NULL;
    size_t size = 0;
    if (module == NULL)
        return NULL;
    FILE *out = open_memstream(&text, &size);
    bool written = out != NULL && write_module(out, module);
    if (out != NULL && (fclose(out) != 0 || text == NULL))
        written = false;
    if (written)
        return text;
    free(text);
    return error_raise(ERROR_MEMORY, "to_string", "out of memory for the text of a module");
}

bool nn_print(const Module *module)
{
    char *text = nn_to_string(module);
    if (text == NULL)
        return false;
    bool printed = puts(text) >= 0;
    free(text);
    return printed || error_raise_errno(ERROR_IO, "print", "cannot write to stdout") != NULL;
}
