/* DType: the element types, their names and sizes, and PyTorch's promotion rules. */
#ifndef TAPER_CORE_DTYPE_H
#define TAPER_CORE_DTYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/export.h"

TAPER_BEGIN_DECLS

/* The values are part of the ABI. float16 and bfloat16 have their places; no CPU kernel takes them yet. */
typedef enum DType {
    DTYPE_NONE = 0, /* "not given": the default or the inputs decide */
    DTYPE_FLOAT32 = 1,
    DTYPE_FLOAT64 = 2,
    DTYPE_INT64 = 3,
    DTYPE_INT32 = 4,
    DTYPE_UINT8 = 5,
    DTYPE_BOOL = 6,
    DTYPE_FLOAT16 = 7,
    DTYPE_BFLOAT16 = 8,
    DTYPE_COUNT
} DType;

/* Bytes of one element; 0 for DTYPE_NONE. */
TAPER_API size_t dtype_size(DType dtype);

/* "float32", as in torch.float32; what dtype_parse reads back (DTYPE_NONE for an unknown name and NULL). */
TAPER_API const char *dtype_name(DType dtype);
TAPER_API DType dtype_parse(const char *name);

/* "Float", "Long", ...: the name PyTorch's error messages use. */
TAPER_API const char *dtype_scalar_name(DType dtype);

/* "float", "long int", ...: the name of the type of its elements in C++, which others of them use. */
TAPER_API const char *dtype_c_name(DType dtype);

/* dtype.is_floating_point. */
TAPER_API bool dtype_is_floating_point(DType dtype);

/* torch.promote_types: the smallest type that both convert to. DTYPE_NONE gives the other one. */
TAPER_API DType dtype_promote(DType a, DType b);

/* torch.get_default_dtype / set_default_dtype: what floats become when nothing else decides; float32 at
 * first. Set to another than float32 and float64 it is false after ERROR_DTYPE. */
TAPER_API DType tensor_get_default_dtype(void);
TAPER_API bool tensor_set_default_dtype(DType dtype);

/* A number whose kind is remembered: what Python's int, float and bool are to PyTorch. */
typedef struct Scalar {
    enum { SCALAR_INT, SCALAR_FLOAT, SCALAR_BOOL } kind;
    union {
        int64_t i; /* SCALAR_INT, SCALAR_BOOL */
        double f;  /* SCALAR_FLOAT */
    } value;
} Scalar;

/* Numbers of each kind, and a number of whatever kind as C's; a fraction is cut off. */
TAPER_API Scalar scalar_int(int64_t value);
TAPER_API Scalar scalar_float(double value);
TAPER_API Scalar scalar_bool(bool value);
TAPER_API double scalar_to_double(Scalar scalar);
TAPER_API int64_t scalar_to_int(Scalar scalar);

#ifndef __cplusplus
/* SCALAR(3), SCALAR(1.5), SCALAR((bool)true): the kind is that of the C type (C11's `true` alone is an int).
 */
#define SCALAR(x)                                                                                            \
    _Generic((x), bool : scalar_bool, float : scalar_float, double : scalar_float, default : scalar_int)(x)
#endif

/* Can `dtype` hold the number? Else ERROR_VALUE, "value cannot be converted to type uint8_t without
 * overflow". As in PyTorch fractions are cut off, and negative numbers wrap around in uint8. */
TAPER_API bool scalar_check(DType dtype, Scalar value, const char *operation);

/* Reads and writes one element of `dtype` in host memory. */
TAPER_API Scalar scalar_read(DType dtype, const void *element);
TAPER_API void scalar_write(DType dtype, void *element, Scalar value);

TAPER_END_DECLS

#endif
