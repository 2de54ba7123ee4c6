#include "operations/sample.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_space(const char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

/* Is the word at `at` exactly `word`? Moves behind it. */
static bool take_word(const char **at, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0 || isalnum((unsigned char)(*at)[length]) || (*at)[length] == '_')
        return false;
    *at += length;
    return true;
}

static bool take(const char **at, char c)
{
    *at = skip_space(*at);
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool take_int(const char **at, int64_t *value)
{
    char *end;
    *value = strtoll(*at, &end, 10);
    bool taken = end != *at;
    *at = end;
    return taken;
}

/* kind '(' sizes [; high] ')' */
static bool read_tensor(const char **at, SampleTensor *tensor)
{
    *tensor = (SampleTensor){.constant = take(at, '=')};
    *at = skip_space(*at);
    if (take_word(at, "none"))
        return true;
    if (**at == '\0' || strchr("fpuqdinyb", **at) == NULL)
        return false;
    tensor->kind = *(*at)++;
    if (!take(at, '('))
        return false;
    while (!take(at, ')')) {
        if (take(at, ';')) {
            if (!take_int(at, &tensor->high))
                return false;
        } else {
            if (tensor->ndim > 0 && !take(at, ','))
                return false;
            if (tensor->ndim == SAMPLE_MAX_DIMS || !take_int(at, &tensor->shape[tensor->ndim++]))
                return false;
        }
    }
    return (strchr("iny", tensor->kind) != NULL) == (tensor->high > 0);
}

static bool read_number(const char **at, SampleValue *value)
{
    char *end;
    value->number = strtod(*at, &end);
    if (end == *at)
        return false;
    bool integer = strcspn(*at, ".einf") >= (size_t)(end - *at);
    value->kind = integer ? SAMPLE_INT : SAMPLE_FLOAT;
    value->integer = integer ? strtoll(*at, NULL, 10) : 0;
    *at = end;
    return true;
}

static bool read_text(const char **at, SampleValue *value)
{
    bool quoted = take(at, '\'');
    size_t length = 0;
    while (quoted ? **at != '\'' && **at != '\0' : isalnum((unsigned char)**at) || **at == '_') {
        if (length + 1 >= sizeof value->text)
            return false;
        value->text[length++] = *(*at)++;
    }
    value->text[length] = '\0';
    value->kind = SAMPLE_TEXT;
    return quoted ? take(at, '\'') : length > 0;
}

static bool is_tensor(const char *at)
{
    return *at == '=' || (*at != '\0' && strchr("fpuqdinyb", *at) != NULL && *skip_space(at + 1) == '(');
}

static bool read_list(const char **at, SampleValue *value)
{
    value->kind = SAMPLE_INTS;
    while (!take(at, ']')) {
        if (value->count == SAMPLE_MAX_LIST || (value->count > 0 && !take(at, ',')))
            return false;
        *at = skip_space(*at);
        if (is_tensor(*at) || **at == 'n')
            value->kind = SAMPLE_TENSORS;
        int i = value->count++;
        if (value->kind == SAMPLE_TENSORS ? !read_tensor(at, &value->tensors[i])
                                          : !take_int(at, &value->integers[i]))
            return false;
    }
    return true;
}

static bool read_value(const char **at, SampleValue *value)
{
    *at = skip_space(*at);
    if (take(at, '['))
        return read_list(at, value);
    if (is_tensor(*at)) {
        value->kind = SAMPLE_TENSOR;
        value->count = 1;
        return read_tensor(at, &value->tensors[0]);
    }
    if (take_word(at, "none"))
        return true;
    bool is_true = take_word(at, "true");
    if (is_true || take_word(at, "false")) {
        value->kind = SAMPLE_BOOL;
        value->integer = is_true;
        return true;
    }
    return read_number(at, value) || read_text(at, value);
}

bool sample_read(const char **text, SampleCall *sample)
{
    memset(sample, 0, sizeof *sample);
    const char *at = skip_space(*text);
    if (*at == '\0') {
        *text = NULL;
        return false;
    }
    sample->shape_only = take(&at, '~');
    sample->contiguous_only = take(&at, '#');
    do {
        if (sample->count == SAMPLE_MAX_ARGUMENTS || !read_value(&at, &sample->arguments[sample->count++])) {
            *text = at;
            return false;
        }
    } while (take(&at, ','));
    *text = at;
    if (take(text, ';'))
        return true;
    return **text == '\0';
}
