#include "optim/fields.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

const OptimField *field_find(const OptimField *fields, const char *name)
{
    for (; fields->name != NULL; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

double field_read(const OptimField *field, const void *object)
{
    const void *at = (const char *)object + field->offset;
    switch (field->kind) {
    case OPTIM_FIELD_BOOL:
        return *(const bool *)at;
    case OPTIM_FIELD_INT64:
    case OPTIM_FIELD_PERIOD:
        return (double)*(const int64_t *)at;
    default:
        return *(const double *)at;
    }
}

bool field_check(const OptimField *field, const char *operation, const char *key, double value)
{
    bool whole = field->kind == OPTIM_FIELD_INT64 || field->kind == OPTIM_FIELD_PERIOD;
    char text[40];
    if (!whole ||
        (value == floor(value) && fabs(value) <= 0x1p53 && (value >= 1 || field->kind != OPTIM_FIELD_PERIOD)))
        return true;
    return error_raise(ERROR_VALUE, operation, "\"%s\" cannot be %s", key,
                       number_string(value, text, sizeof text)) != NULL;
}

void field_write(const OptimField *field, void *object, double value)
{
    void *at = (char *)object + field->offset;
    switch (field->kind) {
    case OPTIM_FIELD_BOOL:
        *(bool *)at = value != 0;
        break;
    case OPTIM_FIELD_INT64:
    case OPTIM_FIELD_PERIOD:
        *(int64_t *)at = (int64_t)value;
        break;
    default:
        *(double *)at = value;
    }
}

const char *number_string(double value, char *text, size_t size)
{
    double magnitude = fabs(value);
    if (!isfinite(value)) {
        snprintf(text, size, "%s", isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
        return text;
    }
    if (magnitude < 1e16 && magnitude == floor(magnitude)) {
        snprintf(text, size, "%.1f", value);
        return text;
    }
    /* The fewest digits that read back as the same number. */
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, size, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return text;
}

bool check_option(bool valid, const char *operation, const char *what, double value)
{
    char text[40];
    return valid || error_raise(ERROR_VALUE, operation, "Invalid %s: %s", what,
                                number_string(value, text, sizeof text)) != NULL;
}
