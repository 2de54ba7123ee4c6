/* binary_f32.h for any processor, and the choice of the best there is. */
#define TABLE binary_f32_portable
#include "core/cpu/binary_f32_set.h"
#include "core/cpu/instructions.h"

const BinaryRows *binary_f32(void)
{
    return BEST_TABLE(binary_f32);
}
