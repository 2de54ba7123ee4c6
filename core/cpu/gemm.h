/* Inside of the CPU's matrix products: see gemm.c. */
#ifndef TAPER_CORE_CPU_GEMM_H
#define TAPER_CORE_CPU_GEMM_H

#include "core/backend.h"

typedef struct Matrix {
    char *data;
    int64_t rows, columns, rs, cs, batch_stride; /* strides in elements */
    void *copy;                                  /* memory to release, or NULL */
    size_t copy_bytes;
} Matrix;

/* out = alpha * a b + beta * out */
typedef struct Product {
    Matrix out, a, b;
    DType dtype; /* float32 or float64; gemm.c alone also takes integers */
    size_t size;
    double alpha, beta;
    int threads; /* for each product of the batch */
} Product;

/* Whether the products are so small that calling BLIS would cost more than they do; and their computation. */
bool gemm_is_small(const Product *p);
bool gemm_small(const Product *p, int64_t batch);

/* Whether one of the operands is a vector; and the product. */
bool gemm_is_vector(const Product *p);
void gemm_vector(const Product *p, int64_t batch);

#endif
