#include "core/cpu/tile.h"

#include <blis.h>
#include <string.h>

Tile tile_for(DType dtype)
{
    num_t type = dtype == DTYPE_FLOAT32 ? BLIS_FLOAT : BLIS_DOUBLE;
    cntx_t *context = bli_gks_query_cntx();
    Tile tile = {.dtype = dtype, .size = dtype_size(dtype), .context = context};
    tile.swapped = !bli_cntx_l3_nat_ukr_prefers_rows_dt(type, BLIS_GEMM_UKR, context);
    int64_t m = bli_cntx_get_blksz_def_dt(type, BLIS_MR, context);
    int64_t n = bli_cntx_get_blksz_def_dt(type, BLIS_NR, context);
    tile.tall = tile.swapped ? n : m;
    tile.wide = tile.swapped ? m : n;
    tile.depth = bli_cntx_get_blksz_def_dt(type, BLIS_KC, context);
    /* BLIS keeps its functions as void *, which ISO C does not convert to a function by a cast. */
    void *microkernel = bli_cntx_get_l3_nat_ukr_dt(type, BLIS_GEMM_UKR, context);
    memcpy(&tile.microkernel, &microkernel, sizeof microkernel);
    return tile;
}

void tile_multiply(const Tile *tile, int64_t depth, const void *tall_panel, const void *wide_panel, int beta,
                   void *out, int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride)
{
    auxinfo_t ahead;
    void *a = (void *)(tile->swapped ? wide_panel : tall_panel);
    void *b = (void *)(tile->swapped ? tall_panel : wide_panel);
    int64_t m = tile->swapped ? columns : rows, n = tile->swapped ? rows : columns;
    int64_t rs = tile->swapped ? column_stride : row_stride;
    int64_t cs = tile->swapped ? row_stride : column_stride;
    bli_auxinfo_set_next_ab(a, b, &ahead);
    if (tile->dtype == DTYPE_FLOAT32) {
        float one = 1, scale = (float)beta;
        ((sgemm_ukr_ft)tile->microkernel)(m, n, depth, &one, a, b, &scale, out, rs, cs, &ahead,
                                          tile->context);
    } else {
        double one = 1, scale = beta;
        ((dgemm_ukr_ft)tile->microkernel)(m, n, depth, &one, a, b, &scale, out, rs, cs, &ahead,
                                          tile->context);
    }
}
