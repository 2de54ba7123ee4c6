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

/* Elements of any type of that size, to be moved as they are: the compiler must not take a float's memory to
 * be out of such a loop's reach. */
typedef uint8_t raw8;
typedef uint32_t __attribute__((may_alias)) raw32;
typedef uint64_t __attribute__((may_alias)) raw64;

#endif
