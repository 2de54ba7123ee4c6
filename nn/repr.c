#include "nn/repr.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *repr_bool(bool value)
{
    return value ? "True" : "False";
}

void repr_double(FILE *out, double value)
{
    char text[40];
    int digits = 0;
    if (!isfinite(value)) {
        fputs(isnan(value) ? "nan" : value > 0 ? "inf" : "-inf", out);
        return;
    }
    do
        snprintf(text, sizeof text, "%.*e", digits, value);
    while (strtod(text, NULL) != value && ++digits < 17);
    int exponent = atoi(strchr(text, 'e') + 1);
    if (exponent < -4 || exponent >= 16)
        fputs(text, out);
    else
        fprintf(out, "%.*f", digits - exponent > 1 ? digits - exponent : 1, value);
}

void repr_tuple(FILE *out, const int64_t *values, int64_t n)
{
    fputc('(', out);
    for (int64_t i = 0; i < n; i++)
        fprintf(out, "%s%lld", i > 0 ? ", " : "", (long long)values[i]);
    fputs(n == 1 ? ",)" : ")", out);
}
