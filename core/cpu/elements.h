/* Short names for the types of elements, from which kernels make the names of their loops. */
#ifndef TAPER_CORE_CPU_ELEMENTS_H
#define TAPER_CORE_CPU_ELEMENTS_H

#include <stdbool.h>
#include <stdint.h>

typedef float f32;
typedef double f64;
typedef int64_t i64;
typedef int32_t i32;
typedef uint8_t u8;
typedef bool b8;

#endif
