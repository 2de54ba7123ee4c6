/* What writing and reading safetensors files share. Not installed.
 *
 * A file is the length of the header (64 bits, little-endian), the header, and the tensors' bytes, back to
 * back. The header is JSON, padded with spaces to 8 bytes:
 *     {"__metadata__":{"key":"text"},"fc.bias":{"dtype":"F32","shape":[10],"data_offsets":[0,40]}} */
#ifndef TAPER_NN_SAFETENSORS_FORMAT_H
#define TAPER_NN_SAFETENSORS_FORMAT_H

#include "core/dtype.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tensors go to the file as they are in memory");

/* The limit of the Python package. */
enum { SAFETENSORS_HEADER_MAX = 100000000 };

#define SAFETENSORS_METADATA "__metadata__"

/* The types in the order in which files have them; DTYPE_NONE where Taper has none. */
typedef struct SafetensorsType {
    const char *name;
    DType dtype;
} SafetensorsType;

static const SafetensorsType safetensors_types[] = {
    {"U64", DTYPE_NONE},     {"I64", DTYPE_INT64},    {"F64", DTYPE_FLOAT64}, {"C64", DTYPE_NONE},
    {"F32", DTYPE_FLOAT32},  {"U32", DTYPE_NONE},     {"I32", DTYPE_INT32},   {"BF16", DTYPE_BFLOAT16},
    {"F16", DTYPE_FLOAT16},  {"U16", DTYPE_NONE},     {"I16", DTYPE_NONE},    {"F8_E8M0", DTYPE_NONE},
    {"F8_E4M3", DTYPE_NONE}, {"F8_E5M2", DTYPE_NONE}, {"I8", DTYPE_NONE},     {"U8", DTYPE_UINT8},
    {"F6_E3M2", DTYPE_NONE}, {"F6_E2M3", DTYPE_NONE}, {"F4", DTYPE_NONE},     {"BOOL", DTYPE_BOOL},
};
enum { SAFETENSORS_N_TYPES = sizeof safetensors_types / sizeof safetensors_types[0] };

#endif
