/* The CPU's backend: its memory is the process's own. The families of kernels fill in the table where they
 * are written. */
#include <stdlib.h>
#include <string.h>

#include "core/cpu/kernels.h"

enum { ALIGNMENT = 64 }; /* a cache line, and the widest vectors */

static int cpu_count(void)
{
    return 1;
}

static void *cpu_allocate(int index, size_t bytes)
{
    (void)index;
    if (bytes > SIZE_MAX - ALIGNMENT)
        return NULL;
    return aligned_alloc(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
}

static void cpu_deallocate(int index, void *data, size_t bytes)
{
    (void)index;
    (void)bytes;
    free(data);
}

static bool cpu_copy(int index, void *to, const void *from, size_t bytes)
{
    (void)index;
    memcpy(to, from, bytes);
    return true;
}

static bool cpu_synchronize(int index)
{
    (void)index;
    return true;
}

const Backend cpu_backend = {
    .type = DEVICE_CPU,
    .count = cpu_count,
    .allocate = cpu_allocate,
    .deallocate = cpu_deallocate,
    .copy_from_host = cpu_copy,
    .copy_to_host = cpu_copy,
    .synchronize = cpu_synchronize,
    .kernels =
        {
            .fill = cpu_fill,
            .copy = cpu_copy_tensor,
            .unary = cpu_unary,
            .unary_backward = cpu_unary_backward,
            .binary = cpu_binary,
            .compare = cpu_compare,
            .where = cpu_where,
            .reduce = cpu_reduce,
            .arg_reduce = cpu_arg_reduce,
            .cumsum = cpu_cumsum,
            .cumprod = cpu_cumprod,
            .cumprod_backward = cpu_cumprod_backward,
            .sort = cpu_sort,
            .topk = cpu_topk,
            .gemm = cpu_gemm,
            .conv2d = cpu_conv2d,
            .conv2d_backward_input = cpu_conv2d_backward_input,
            .conv2d_backward_weight = cpu_conv2d_backward_weight,
            .max_pool2d = cpu_max_pool2d,
            .max_pool2d_backward = cpu_max_pool2d_backward,
            .max_pool2d_gather = cpu_max_pool2d_gather,
            .avg_pool2d = cpu_avg_pool2d,
            .avg_pool2d_backward = cpu_avg_pool2d_backward,
            .adaptive_pool2d = cpu_adaptive_pool2d,
            .adaptive_avg_pool2d_backward = cpu_adaptive_avg_pool2d_backward,
            .batch_norm = cpu_batch_norm,
            .batch_norm_backward = cpu_batch_norm_backward,
            .layer_norm = cpu_layer_norm,
            .layer_norm_backward = cpu_layer_norm_backward,
            .softmax = cpu_softmax,
            .softmax_backward = cpu_softmax_backward,
            .gather = cpu_gather,
            .scatter_add = cpu_scatter_add,
            .scatter = cpu_scatter,
            .index_select = cpu_index_select,
            .index_add = cpu_index_add,
            .triangle = cpu_triangle,
            .flip = cpu_flip,
            .nonzero = cpu_nonzero,
            .nll_loss = cpu_nll_loss,
            .nll_loss_backward = cpu_nll_loss_backward,
            .uniform = cpu_uniform,
            .normal = cpu_normal,
            .bernoulli = cpu_bernoulli,
            .random = cpu_random,
            .sgd_step = cpu_sgd_step,
            .adam_step = cpu_adam_step,
            .rmsprop_step = cpu_rmsprop_step,
            .adagrad_step = cpu_adagrad_step,
        },
};
