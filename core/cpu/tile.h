/* Tile: BLIS's microkernel, the innermost loop of a matrix product.
 *
 * It multiplies two packed panels into a small block of the result that stays in registers:
 *
 *     out[i][j] = beta * out[i][j] + sum over k of tall_panel[k][i] * wide_panel[k][j]
 *
 * for i < tall and j < wide. Which shape that is depends on the processor; the panel along which the result
 * is best contiguous in memory is called wide here. Convolutions pack their windows straight into such
 * panels, which saves the matrix of all windows that im2col would write and a GEMM would pack once more.
 *
 * Reference: Van Zee, van de Geijn, "BLIS: A Framework for Rapidly Instantiating BLAS Functionality", 2015.
 */
#ifndef TAPER_CORE_CPU_TILE_H
#define TAPER_CORE_CPU_TILE_H

#include "core/dtype.h"

typedef struct Tile {
    DType dtype;        /* float32 or float64 */
    size_t size;        /* bytes of an element */
    int64_t tall, wide; /* of a panel, in elements */
    int64_t depth;      /* k of a pair of panels that the cache holds */
    bool swapped;       /* the microkernel's first operand is the wide panel */
    void (*microkernel)(void);
    void *context; /* BLIS's */
} Tile;

Tile tile_for(DType dtype);

/* The product of two panels of `depth` steps into `rows` x `columns` elements of out (rows <= tall, columns
 * <= wide; the panels are full size, padded with anything finite). beta 0 overwrites, 1 adds. */
void tile_multiply(const Tile *tile, int64_t depth, const void *tall_panel, const void *wide_panel, int beta,
                   void *out, int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride);

#endif
