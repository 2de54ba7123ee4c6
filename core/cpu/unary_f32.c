/* unary_f32.h for any processor, and the choice of the best there is. */
#define TABLE unary_f32_portable
#include "core/cpu/instructions.h"
#include "core/cpu/unary_f32_set.h"

const UnaryRows *unary_f32(void)
{
    return BEST_TABLE(unary_f32);
}
