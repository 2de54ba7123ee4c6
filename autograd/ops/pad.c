/* Padding. Declared in autograd/ops/rearrange.h. */
#include <string.h>

#include "autograd/ops/copy.h"
#include "autograd/ops/join.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/rearrange.h"
#include "autograd/ops/slice.h"
#include "autograd/ops/view.h"
#include "autograd/tape.h"

/* -- constant_pad_nd -- */

typedef struct PadArgs {
    int64_t n, pad[2 * TENSOR_MAX_DIMS];
} PadArgs;

/* What was added is cut off, what was cut off is 0. */
void constant_pad_nd_backward(TapeNode *node, Tensor *grad)
{
    const PadArgs *args = tape_args(node);
    int64_t back[2 * TENSOR_MAX_DIMS];
    for (int64_t i = 0; i < args->n; i++)
        back[i] = -args->pad[i];
    tape_give(node, 0, (tensor_constant_pad_nd)(grad, (Dims){args->n, back}, NULL));
}

static bool check_pad(const Tensor *x, Dims pad)
{
    if (pad.n % 2 != 0)
        return error_raise(ERROR_VALUE, "pad", "Padding length must be divisible by 2") != NULL;
    return pad.n <= 2 * x->ndim ||
           error_raise(ERROR_SHAPE, "pad",
                       "Padding length should be less than or equal to two times the input dimension but got "
                       "padding length %lld and input of dimension %d",
                       (long long)pad.n, x->ndim) != NULL;
}

/* x with the negative paddings of a dimension cut off; not recorded. */
static const Tensor *cropped(const Tensor *x, Dims pad)
{
    int64_t shape[TENSOR_MAX_DIMS], offset = x->offset;
    memcpy(shape, x->shape, sizeof shape);
    for (int64_t i = 0; i < pad.n / 2; i++) {
        int64_t d = x->ndim - 1 - i, before = pad.data[2 * i], after = pad.data[2 * i + 1];
        offset += before < 0 ? -before * x->strides[d] : 0;
        shape[d] += (before < 0 ? before : 0) + (after < 0 ? after : 0);
        if (shape[d] < 0)
            return error_raise(ERROR_VALUE, "pad", "narrow(): length must be non-negative.");
    }
    return tensor_new_view(x, (Dims){x->ndim, shape}, x->strides, offset);
}

Tensor *(tensor_constant_pad_nd)(Tensor *self, Dims pad, Tensor *value)
{
    int64_t shape[TENSOR_MAX_DIMS];
    PadArgs args = {.n = pad.n};
    if (self == NULL || !check_pad(self, pad))
        return NULL;
    const Kernels *kernels = kernels_for("pad", TENSORS(self));
    const Tensor *inside = kernels != NULL ? cropped(self, pad) : NULL;
    if (inside == NULL)
        return NULL;
    memcpy(args.pad, pad.data, (size_t)pad.n * sizeof *args.pad);
    memcpy(shape, inside->shape, sizeof shape);
    for (int64_t i = 0; i < pad.n; i++)
        shape[self->ndim - 1 - i / 2] += pad.data[i] > 0 ? pad.data[i] : 0;
    bool last = tensor_is_channels_last(self) && !tensor_is_contiguous(self);
    int64_t strides[TENSOR_MAX_DIMS];
    if (last)
        channels_last_strides(shape, strides);
    else
        contiguous_strides(shape, self->ndim, strides);
    Tensor *y =
        tensor_new_strided((Dims){self->ndim, shape}, strides, self->dtype, tensor_device(self), "pad");
    Scalar fill = value != NULL ? kernel_scalar(value) : scalar_int(0);
    if (y == NULL || !scalar_check(y->dtype, fill, "pad") || !kernels->fill(y, fill))
        return NULL;
    int64_t offset = y->offset;
    for (int64_t i = 0; i < pad.n / 2; i++)
        offset += pad.data[2 * i] > 0 ? pad.data[2 * i] * strides[self->ndim - 1 - i] : 0;
    Tensor *part = tensor_new_view(y, tensor_dims(inside), strides, offset);
    if (part == NULL || !kernels->copy(part, inside))
        return NULL;
    return tape_record_args(OP_CONSTANT_PAD_ND, y, INPUTS(self), NO_SAVES, &args, sizeof args);
}

/* -- the other modes: what is put before and after, joined to what is kept; one dimension after the other --
 */

typedef enum PadMode { PAD_REFLECT, PAD_REPLICATE, PAD_CIRCULAR } PadMode;

/* A place of dim, n times. */
static Tensor *edge(Tensor *x, int64_t dim, int64_t place, int64_t n)
{
    int64_t shape[TENSOR_MAX_DIMS];
    memcpy(shape, x->shape, sizeof shape);
    shape[dim] = n;
    return (tensor_expand)(tensor_narrow(x, dim, place, 1), (Dims){x->ndim, shape});
}

static Tensor *mirrored(Tensor *x, int64_t dim, int64_t start, int64_t n)
{
    return tensor_flip(tensor_narrow(x, dim, start, n), dim);
}

static Tensor *padded(Tensor *x, PadMode mode, int64_t dim, int64_t before, int64_t after)
{
    int64_t left = before < 0 ? -before : 0, right = after < 0 ? -after : 0;
    Tensor *pieces[3], *inside = tensor_narrow(x, dim, left, x->shape[dim] - left - right);
    int n = 0;
    if (inside == NULL)
        return NULL;
    int64_t size = x->shape[dim], kept = inside->shape[dim];
    if (mode == PAD_CIRCULAR && (before > kept || after > kept))
        return error_raise(ERROR_VALUE, "pad", "Padding value causes wrapping around more than once.");
    if (before > 0)
        pieces[n++] = mode == PAD_REFLECT     ? mirrored(x, dim, 1, before)
                      : mode == PAD_REPLICATE ? edge(x, dim, 0, before)
                                              : tensor_narrow(inside, dim, kept - before, before);
    pieces[n++] = inside;
    if (after > 0)
        pieces[n++] = mode == PAD_REFLECT     ? mirrored(x, dim, size - 1 - after, after)
                      : mode == PAD_REPLICATE ? edge(x, dim, size - 1, after)
                                              : tensor_narrow(inside, dim, 0, after);
    return n > 1 ? tensor_cat(((TensorList){pieces, n}), dim) : inside;
}

static bool check_dims(const Tensor *x, Dims pad, PadMode mode)
{
    char text[160];
    int64_t padded = pad.n / 2;
    if (padded < 1 || padded > 3 || (x->ndim != padded + 1 && x->ndim != padded + 2))
        return error_raise(ERROR_SHAPE, "pad",
                           "Padding size %lld is not supported for %dD input tensor.\n"
                           "Supported combinations for non-constant padding:\n"
                           "  - 2D or 3D input: padding size = 2 (pads last dimension)\n"
                           "  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n"
                           "  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)",
                           (long long)pad.n, x->ndim) != NULL;
    bool empty = false;
    for (int d = x->ndim == padded + 2; d < x->ndim; d++)
        empty = empty || x->shape[d] == 0;
    if (empty && mode != PAD_CIRCULAR)
        return error_raise(ERROR_SHAPE, "pad",
                           "Expected %lldD or %lldD (batch mode) tensor with possibly 0 batch size and other "
                           "non-zero dimensions for input, but got: %s",
                           (long long)padded + 1, (long long)padded + 2,
                           tensor_shape_string(x, text, sizeof text)) != NULL;
    return true;
}

static bool check_reflection(const Tensor *x, Dims pad)
{
    char text[160];
    for (int64_t i = 0; i < pad.n / 2; i++) {
        int64_t d = x->ndim - 1 - i, before = pad.data[2 * i], after = pad.data[2 * i + 1];
        if (before >= x->shape[d] || after >= x->shape[d])
            return error_raise(ERROR_VALUE, "pad",
                               "Argument #%lld: Padding size should be less than the corresponding input "
                               "dimension, but got: padding (%lld, %lld) at dimension %lld of input %s",
                               (long long)(4 + 2 * i), (long long)before, (long long)after, (long long)d,
                               tensor_shape_string(x, text, sizeof text)) != NULL;
    }
    return true;
}

Tensor *(tensor_pad)(Tensor *self, Dims pad, const char *mode, Tensor *value)
{
    static const char *const modes[] = {"reflect", "replicate", "circular"};
    if (self == NULL || !check_pad(self, pad))
        return NULL;
    if (mode != NULL && strcmp(mode, "constant") == 0)
        return (tensor_constant_pad_nd)(self, pad, value);
    int found = 0;
    while (found < 3 && (mode == NULL || strcmp(mode, modes[found]) != 0))
        found++;
    if (found == 3)
        return error_raise(ERROR_VALUE, "pad", "Unrecognised padding mode %s", mode != NULL ? mode : "NULL");
    if (value != NULL && tensor_item(value) != 0)
        return error_raise(ERROR_VALUE, "pad", "Padding mode \"%s\" doesn't take in value argument", mode);
    if (self->dtype == DTYPE_BOOL && found != PAD_CIRCULAR)
        return error_raise(ERROR_UNSUPPORTED, "pad", "\"%s_pad%lldd\" not implemented for 'Bool'",
                           found == PAD_REFLECT ? "reflection" : "replication", (long long)(pad.n / 2));
    if (!check_dims(self, pad, (PadMode)found) || (found == PAD_REFLECT && !check_reflection(self, pad)))
        return NULL;
    Tensor *y = self;
    for (int64_t i = 0; i < pad.n / 2 && y != NULL; i++)
        y = padded(y, (PadMode)found, self->ndim - 1 - i, pad.data[2 * i], pad.data[2 * i + 1]);
    return y != NULL && y->storage == self->storage ? tensor_clone(y) : y;
}
