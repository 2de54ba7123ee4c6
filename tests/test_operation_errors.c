/* Calls that must fail: they give NULL, raise PyTorch's words, and leave nothing behind. The calls are
 * written in the language of the samples (autograd/ops/table.def); float tensors are float32. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <taper.h>

#include "expect.h"
#include "operations/run.h"

typedef struct Failure {
    const char *name, *call;
    ErrorCode code;
    const char *text; /* part of the message */
} Failure;

static const Failure failures[] = {
    /* broadcasting */
    {"add", "f(2), f(3), 1", ERROR_SHAPE,
     "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0"},
    {"mul", "f(4,2,3), f(3,3)", ERROR_SHAPE,
     "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 1"},
    {"where", "b(2), f(3), f(3)", ERROR_SHAPE,
     "The size of tensor a (2) must match the size of tensor b (3)"},
    {"masked_fill", "y(3;9), b(3), 300", ERROR_VALUE,
     "value cannot be converted to type uint8_t without overflow"},
    {"masked_fill_", "n(3;9), b(3), 5000000000", ERROR_VALUE,
     "value cannot be converted to type int without overflow"},
    {"constant_pad_nd", "y(3;9), [1,1], -1.5", ERROR_VALUE,
     "value cannot be converted to type uint8_t without overflow"},
    {"pow", "y(3;9), 300", ERROR_VALUE, "value cannot be converted to type uint8_t without overflow"},
    {"clamp", "y(3;9), 300, none", ERROR_VALUE,
     "Clamp min value 300 is outside the representable range of Byte"},
    {"clamp_max_", "y(3;9), -1", ERROR_VALUE,
     "Clamp max value -1 is outside the representable range of Byte"},
    {"clamp_min", "n(3;9), 5000000000", ERROR_VALUE,
     "Clamp min value 5e+09 is outside the representable range of Int"},
    {"hardtanh", "y(3;9), 300.0, 400.0", ERROR_VALUE,
     "Clamp min value 300 is outside the representable range of Byte"},
    {"hardtanh", "i(3;9), 0.0, 1e30", ERROR_VALUE,
     "value cannot be converted to type int64_t without overflow"},
    {"prelu", "n(2,3;9), n(3;9)", ERROR_UNSUPPORTED, "\"prelu_cpu\" not implemented for 'Int'"},
    {"addcmul", "b(3), b(3), b(3), 1", ERROR_UNSUPPORTED, "\"addcmul_cpu_out\" not implemented for 'Bool'"},
    {"pad", "b(2,3), [1,1], 'reflect', none", ERROR_UNSUPPORTED,
     "\"reflection_pad1d\" not implemented for 'Bool'"},
    {"interpolate", "n(1,1,2,2;9), 5, none, 'nearest'", ERROR_UNSUPPORTED,
     "\"upsample_nearest2d_channels_last\" not implemented for 'Int'"},
    {"interpolate", "i(1,1,2;9), 5, none, 'nearest'", ERROR_UNSUPPORTED,
     "\"compute_indices_weights_nearest\" not implemented for 'Long'"},
    {"masked_fill", "f(2,3), b(2,2), 0", ERROR_SHAPE,
     "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 1"},
    {"add_", "f(2), f(2,2), 1", ERROR_SHAPE,
     "output with shape [2] doesn't match the broadcast shape [2, 2]"},
    /* dtypes */
    {"add_", "i(2;3), 1.5, 1", ERROR_DTYPE,
     "result type Float can't be cast to the desired output type Long"},
    {"neg", "b(2)", ERROR_DTYPE, "Negation, the `-` operator, on a bool tensor is not supported."},
    {"sub", "b(2), b(2), 1", ERROR_DTYPE,
     "Subtraction, the `-` operator, with two bool tensors is not supported."},
    {"mean", "i(3;4), [], false, none", ERROR_DTYPE,
     "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
     "Got: Long"},
    {"where", "f(2), f(2), f(2)", ERROR_DTYPE,
     "where expected condition to be a boolean tensor, but got a tensor with dtype Float"},
    /* dimensions */
    {"sum", "f(2,3), [5], false, none", ERROR_INDEX,
     "Dimension out of range (expected to be in range of [-2, 1], but got 5)"},
    {"sum", "f(2,3), [0,0], false, none", ERROR_INDEX, "dim 0 appears multiple times in the list of dims"},
    {"transpose", "f(2,3), 0, 3", ERROR_INDEX,
     "Dimension out of range (expected to be in range of [-2, 1], but got 3)"},
    {"unsqueeze", "f(2,3), 5", ERROR_INDEX,
     "Dimension out of range (expected to be in range of [-3, 2], but got 5)"},
    {"permute", "f(2,3), [0,0]", ERROR_INDEX, "duplicate dims are not allowed."},
    {"softmax", "f(2,3), 2, none", ERROR_INDEX,
     "Dimension out of range (expected to be in range of [-2, 1], but got 2)"},
    {"flatten", "f(2,3), 1, 0", ERROR_VALUE,
     "flatten() has invalid args: start_dim cannot come after end_dim"},
    /* views */
    {"view", "f(2), [3]", ERROR_SHAPE, "shape '[3]' is invalid for input of size 2"},
    {"view", "f(4), [-1,-1]", ERROR_VALUE, "only one dimension can be inferred"},
    {"reshape", "f(3), [2,2]", ERROR_SHAPE, "shape '[2, 2]' is invalid for input of size 3"},
    {"copy_", "f(2,3), f(4,5)", ERROR_SHAPE,
     "The size of tensor a (3) must match the size of tensor b (5) at non-singleton dimension 1"},
    {"copy_", "f(3), f(2,3)", ERROR_SHAPE, "output with shape [3] doesn't match the broadcast shape [2, 3]"},
    {"expand", "f(2,3), [4,3]", ERROR_SHAPE,
     "The expanded size of the tensor (4) must match the existing size (2) at non-singleton dimension 0.  "
     "Target "
     "sizes: [4, 3].  Tensor sizes: [2, 3]"},
    {"expand", "f(2,3), [3]", ERROR_SHAPE,
     "the number of sizes provided (1) must be greater or equal to the number of dimensions in the tensor "
     "(2)"},
    {"narrow", "f(2,3), 0, 1, 5", ERROR_INDEX, "start (1) + length (5) exceeds dimension size (2)."},
    {"select", "f(2,3), 0, 4", ERROR_INDEX,
     "select(): index 4 out of range for tensor of size [2, 3] at dimension 0"},
    {"narrow", "f(2,3), 0, 5, 0", ERROR_INDEX,
     "start out of range (expected to be in range of [-2, 2], but got 5)"},
    {"narrow", "f(2,3), 0, 0, -1", ERROR_VALUE, "narrow(): length must be non-negative."},
    {"narrow", "f(), 0, 0, 1", ERROR_INDEX, "narrow() cannot be applied to a 0-dim tensor."},
    {"select", "f(2,3), 3, 0", ERROR_INDEX,
     "Dimension out of range (expected to be in range of [-2, 1], but got 3)"},
    {"select", "f(), 0, 0", ERROR_INDEX, "select() cannot be applied to a 0-dim tensor."},
    {"slice", "f(2,3), 0, 0, 9, 0", ERROR_VALUE, "slice step must be positive"},
    {"slice", "f(), 0, 0, 9, 1", ERROR_INDEX, "slice() cannot be applied to a 0-dim tensor."},
    {"slice", "f(2,3), 2, 0, 9, 1", ERROR_INDEX,
     "Dimension out of range (expected to be in range of [-2, 1], but got 2)"},
    {"unfold", "f(2,3), 1, 4, 1", ERROR_SHAPE, "maximum size for tensor at dimension 1 is 3 but size is 4"},
    {"unfold", "f(2,3), 1, -1, 1", ERROR_VALUE, "size is -1 but must be >= 0"},
    {"unfold", "f(2,3), 1, 2, 0", ERROR_VALUE, "step is 0 but must be > 0"},
    {"diagonal", "f(2,3), 0, 0, -2", ERROR_INDEX, "diagonal dimensions cannot be identical 0, -2"},
    {"diagonal", "f(3), 0, 0, 1", ERROR_INDEX,
     "Dimension out of range (expected to be in range of [-1, 0], but got 1)"},
    {"permute", "f(2,3), [0]", ERROR_SHAPE,
     "number of dimensions in the tensor input does not match the length of the desired ordering of "
     "dimensions i.e. input.dim() = 2 is not equal to len(dims) = 1"},
    {"t", "f(2,3,4)", ERROR_SHAPE, "t() expects a tensor with <= 2 dimensions, but self is 3D"},
    {"mT", "f(3)", ERROR_SHAPE,
     "tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor."},
    {"movedim", "f(2,3), [0,0], [0,1]", ERROR_INDEX, "movedim: repeated dim in `source` ([0, 0])"},
    {"movedim", "f(2,3), [0,1], [0,0]", ERROR_INDEX, "movedim: repeated dim in `destination` ([0, 0])"},
    {"movedim", "f(2,3), [0,1], [0]", ERROR_SHAPE,
     "movedim: Invalid source or destination dims: source ([0, 1] dims) should contain the same number of "
     "dims as destination ([0] dims)"},
    {"squeeze", "f(2,3), [5]", ERROR_INDEX,
     "Dimension out of range (expected to be in range of [-2, 1], but got 5)"},
    {"squeeze", "f(1,2,1), [0,0]", ERROR_INDEX, "dim 0 appears multiple times in the list of dims"},
    {"unflatten", "f(2,3), 1, [2,2]", ERROR_SHAPE,
     "unflatten: Provided sizes [2, 2] don't multiply up to the size of dim 1 (3) in the input tensor"},
    {"unflatten", "f(2,3), 1, [-1,2]", ERROR_SHAPE,
     "unflatten: Provided sizes [-1, 2] don't multiply up to the size of dim 1 (3) in the input tensor"},
    {"unflatten", "f(2,3), 1, []", ERROR_SHAPE, "unflatten: sizes must be non-empty"},
    {"unflatten", "f(2,3), 1, [-1,-1]", ERROR_VALUE, "only one dimension can be inferred"},
    {"contiguous", "f(2,3), 'channels_last'", ERROR_SHAPE,
     "required rank 4 tensor to use channels_last format"},
    {"contiguous", "f(2,3), 'preserve_format'", ERROR_VALUE,
     "preserve memory format is unsupported by the contiguous operator"},
    {"contiguous", "f(2,3), 'columns'", ERROR_VALUE, "columns is not a memory format that it takes"},
    {"to_memory_format", "f(2,3), 'channels_last'", ERROR_SHAPE,
     "required rank 4 tensor to use channels_last format"},
    /* pieces and repetitions */
    {"split", "f(2,3), 0, 0", ERROR_VALUE,
     "split_size can only be 0 if dimension size is 0, but got dimension size of 2"},
    {"split", "f(2,3), -1, 0", ERROR_VALUE,
     "split expects split_size be non-negative, but got split_size=-1"},
    {"split", "f(), 1, 0", ERROR_SHAPE, "split expects at least a 1-dimensional tensor"},
    {"split_with_sizes", "f(2,3), [1,1], 1", ERROR_VALUE,
     "split_with_sizes expects split_sizes to sum exactly to 3 (input tensor's size at dimension 1), but got "
     "split_sizes=[1, 1]"},
    {"split_with_sizes", "f(2,3), [1,-1,3], 1", ERROR_VALUE,
     "split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=[1, -1, 3]"},
    {"chunk", "f(2,3), 0, 0", ERROR_VALUE, "chunk expects `chunks` to be greater than 0, got: 0"},
    {"chunk", "f(), 1, 0", ERROR_SHAPE, "chunk expects at least a 1-dimensional tensor"},
    {"tensor_split", "f(7), 0, 0", ERROR_VALUE, "number of sections must be larger than 0, got 0"},
    {"tensor_split", "f(), 1, 0", ERROR_SHAPE,
     "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"},
    {"unbind", "f(), 0", ERROR_INDEX, "Dimension specified as 0 but tensor has no dimensions"},
    {"repeat", "f(2,3), [2]", ERROR_SHAPE,
     "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"},
    {"repeat", "f(2,3), [2,-1]", ERROR_SHAPE, "Trying to create tensor with negative dimension -3: [4, -3]"},
    {"repeat_interleave", "f(2,3), -1, 0", ERROR_VALUE, "Repeats must be non-negative"},
    {"as_strided", "f(3), [4], [1], none", ERROR_VALUE, "are out of bounds for storage of size 12"},
    /* joining */
    {"cat", "[f(2,3),f(2,4)], 0", ERROR_SHAPE,
     "Sizes of tensors must match except in dimension 0. Expected size 3 but got size 4 for tensor number 1 "
     "in the "
     "list."},
    {"stack", "[f(2),f(3)], 0", ERROR_SHAPE,
     "stack expects each tensor to be equal size, but got [2] at entry 0 and [3] at entry 1"},
    {"cat", "[], 0", ERROR_VALUE, "torch.cat(): expected a non-empty list of Tensors"},
    {"cat", "[f(2,3),f(2)], 0", ERROR_SHAPE, "Tensors must have same number of dimensions: got 2 and 1"},
    {"cat", "[f(2),f()], 0", ERROR_SHAPE, "zero-dimensional tensor (at position 1) cannot be concatenated"},
    {"cat", "[f(2,3),f(2,3)], 2", ERROR_INDEX,
     "Dimension out of range (expected to be in range of [-2, 1], but got 2)"},
    {"stack", "[], 0", ERROR_VALUE, "stack expects a non-empty TensorList"},
    {"stack", "[f(2),f(2)], 2", ERROR_INDEX,
     "Dimension out of range (expected to be in range of [-2, 1], but got 2)"},
    {"hstack", "[]", ERROR_VALUE, "hstack expects a non-empty TensorList"},
    {"vstack", "[]", ERROR_VALUE, "vstack expects a non-empty TensorList"},
    {"vstack", "[f(3),f(2,2)]", ERROR_SHAPE,
     "Sizes of tensors must match except in dimension 0. Expected size 3 but got size 2 for tensor number 1 "
     "in the list."},
    /* other places */
    {"tril", "f(3), 0", ERROR_SHAPE, "tril: input tensor must have at least 2 dimensions"},
    {"triu", "f(), 0", ERROR_SHAPE, "triu: input tensor must have at least 2 dimensions"},
    {"flip", "f(2,3), [0,0]", ERROR_INDEX, "dim 0 appears multiple times in the list of dims"},
    {"flip", "f(2,3), [5]", ERROR_INDEX,
     "Dimension out of range (expected to be in range of [-2, 1], but got 5)"},
    {"roll", "f(2,3), [1], [0,1]", ERROR_VALUE, "shifts and dimensions must align. shifts: 1, dims:2"},
    {"roll", "f(2,3), [], []", ERROR_VALUE, "`shifts` required"},
    {"roll", "f(), [1], [0]", ERROR_INDEX, "Dimension specified as 0 but tensor has no dimensions"},
    {"roll", "f(2,3), [1], [5]", ERROR_INDEX,
     "Dimension out of range (expected to be in range of [-2, 1], but got 5)"},
    {"pad", "f(2,3), [1], 'constant', none", ERROR_VALUE, "Padding length must be divisible by 2"},
    {"pad", "f(2,3), [1,1,1,1,1,1], 'constant', none", ERROR_SHAPE,
     "Padding length should be less than or equal to two times the input dimension but got padding length 6 "
     "and input of dimension 2"},
    {"pad", "f(2,3), [-1,-3], 'constant', none", ERROR_VALUE, "narrow(): length must be non-negative."},
    {"pad", "f(2,3), [1,1], 'foo', none", ERROR_VALUE, "Unrecognised padding mode foo"},
    {"pad", "f(2,3), [1,1], 'reflect', 2.0", ERROR_VALUE,
     "Padding mode \"reflect\" doesn't take in value argument"},
    {"pad", "f(2,3), [3,1], 'reflect', none", ERROR_VALUE,
     "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (3, "
     "1) at dimension 1 of input [2, 3]"},
    {"pad", "f(1,4,4), [1,1,4,1], 'reflect', none", ERROR_VALUE,
     "Argument #6: Padding size should be less than the corresponding input dimension, but got: padding (4, "
     "1) at dimension 1 of input [1, 4, 4]"},
    {"pad", "f(2,3), [1,1,1,1], 'reflect', none", ERROR_SHAPE,
     "Padding size 4 is not supported for 2D input tensor.\nSupported combinations for non-constant "
     "padding:"},
    {"pad", "f(4), [1,1], 'replicate', none", ERROR_SHAPE,
     "Padding size 2 is not supported for 1D input tensor."},
    {"pad", "f(1,0,4), [1,1], 'replicate', none", ERROR_SHAPE,
     "Expected 2D or 3D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for "
     "input, but got: [1, 0, 4]"},
    {"pad", "f(2,3), [4,1], 'circular', none", ERROR_VALUE,
     "Padding value causes wrapping around more than once."},
    {"pixel_shuffle", "f(1,5,2,2), 2", ERROR_SHAPE,
     "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
     "but input.size(-3)=5 is not divisible by 4"},
    {"pixel_shuffle", "f(2,2), 2", ERROR_SHAPE,
     "pixel_shuffle expects input to have at least 3 dimensions, but got input with 2 dimension(s)"},
    {"pixel_shuffle", "f(1,4,2,2), 0", ERROR_VALUE,
     "pixel_shuffle expects a positive upscale_factor, but got 0"},
    {"pixel_unshuffle", "f(1,1,3,4), 2", ERROR_SHAPE,
     "pixel_unshuffle expects height to be divisible by downscale_factor, but input.size(-2)=3 is not "
     "divisible by 2"},
    {"pixel_unshuffle", "f(1,1,4,3), 2", ERROR_SHAPE,
     "pixel_unshuffle expects width to be divisible by downscale_factor, but input.size(-1)=3 is not "
     "divisible by 2"},
    {"interpolate", "f(1,1,2,2), none, none, 'nearest'", ERROR_VALUE,
     "either size or scale_factor should be defined"},
    {"interpolate", "f(1,1,2,2), [3], 2.0, 'nearest'", ERROR_VALUE,
     "only one of size or scale_factor should be defined"},
    {"interpolate", "f(1,1,2,2,2), [3,3], none, 'nearest'", ERROR_SHAPE,
     "Input and output must have the same number of spatial dimensions, but got input with spatial "
     "dimensions of [2, 2, 2] and output size of [3, 3]."},
    {"interpolate", "f(1,1,2,2), [0,1], none, 'nearest'", ERROR_SHAPE,
     "Input and output sizes should be greater than 0, but got input (H: 2, W: 2) output (H: 0, W: 1)"},
    {"interpolate", "f(2,2), none, 2.0, 'nearest'", ERROR_SHAPE,
     "Input Error: Only 3D, 4D and 5D input Tensors supported (got 2D) for the modes: nearest"},
    {"interpolate", "f(1,1,2,2), none, 2.0, 'bicubic'", ERROR_UNSUPPORTED, "(got bicubic)"},
    /* matrices */
    {"matmul", "f(2,3), f(2,3)", ERROR_SHAPE, "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"},
    {"matmul", "f(2,3), f(4)", ERROR_SHAPE, "size mismatch, got input (2), mat (2x3), vec (4)"},
    {"mm", "f(2,3), f(2,3)", ERROR_SHAPE, "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"},
    {"mm", "f(2,3), f(2)", ERROR_SHAPE, "mat2 must be a matrix"},
    {"bmm", "f(2,2,3), f(3,3,2)", ERROR_SHAPE,
     "Expected size for first two dimensions of batch2 tensor to be: [2, 3] but got: [3, 3]."},
    {"linear", "f(2,3), f(4,5), none", ERROR_SHAPE,
     "mat1 and mat2 shapes cannot be multiplied (2x3 and 5x4)"},
    /* convolutions, pools, norms */
    {"conv2d", "f(1,3,4,4), f(2,4,3,3), none, [1,1], [0,0], [1,1], 1", ERROR_SHAPE,
     "Given groups=1, weight of size [2, 4, 3, 3], expected input[1, 3, 4, 4] to have 4 channels, but got 3 "
     "channels "
     "instead"},
    {"conv2d", "f(1,3,2,2), f(2,3,3,3), none, [1,1], [0,0], [1,1], 1", ERROR_SHAPE,
     "Calculated padded input size per channel: (2 x 2). Kernel size: (3 x 3). Kernel size can't be greater "
     "than "
     "actual input size"},
    {"conv2d", "f(3,3), f(2,3,3,3), none, [1,1], [0,0], [1,1], 1", ERROR_SHAPE,
     "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [3, 3]"},
    /* indices */
    {"index_select", "f(2,3), 0, i(4;9)", ERROR_INDEX, "index out of range in self"},
    {"index_select", "f(2,3), 0, i(1,1;2)", ERROR_INDEX, "index_select(): Index is supposed to be a vector"},
    {"index_select", "f(), 0, i(2;1)", ERROR_SHAPE,
     "index_select(): Index to scalar can have only 1 value, got 2 value(s)"},
    {"index_select", "f(2,3), 0, f(1)", ERROR_DTYPE,
     "index_select(): Expected dtype int32 or int64 for index"},
    {"gather", "f(2,3), 1, i(2,1;99)", ERROR_INDEX, "is out of bounds for dimension 1 with size 3"},
    {"gather", "f(2,3), 2, i(2,1;3)", ERROR_INDEX,
     "Dimension out of range (expected to be in range of [-2, 1], but got 2)"},
    {"gather", "f(2,3), 1, i(1;3)", ERROR_SHAPE,
     "Index tensor must have the same number of dimensions as input tensor"},
    {"gather", "f(2,3), 1, i(3,2;3)", ERROR_SHAPE,
     "Size does not match at dimension 0 expected index [3, 2] to be no larger than self [2, 3] apart from "
     "dimension 1"},
    {"gather", "f(2,3), 1, f(1,1)", ERROR_DTYPE, "gather(): Expected dtype int32/int64 for index"},
    {"take_along_dim", "f(2,3), i(1;3), 1", ERROR_SHAPE,
     "torch.take_along_dim(): input and indices should have the same number of dimensions, but got 2 "
     "dimensions for input, and 1 dimensions for indices"},
    {"take_along_dim", "f(2,3), f(1,1), 1", ERROR_DTYPE,
     "torch.take_along_dim(): dtype of indices should be Long but got Float"},
    {"take_along_dim", "f(), i(;1), 0", ERROR_INDEX, "Dimension specified as 0 but tensor has no dimensions"},
    {"scatter_add", "f(2,3), 1, i(2,1;99), f(2,1)", ERROR_INDEX,
     "is out of bounds for dimension 1 with size 3"},
    {"scatter_add", "f(2,3), 1, i(1,4;3), f(1,1)", ERROR_SHAPE,
     "Expected index [1, 4] to be no larger than self [2, 3] apart from dimension 1 and to be no larger size "
     "than src [1, 1]"},
    {"scatter_add", "f(2,3), 1, i(1;3), f(1,1)", ERROR_SHAPE,
     "Index tensor must have the same number of dimensions as self tensor"},
    {"scatter_add", "f(2,3), 1, i(1,1;3), f(1)", ERROR_SHAPE,
     "Index tensor must have the same number of dimensions as src tensor"},
    {"scatter_add", "f(2,3), 1, i(1,1;3), i(1,1;3)", ERROR_DTYPE,
     "scatter(): Expected self.dtype to be equal to src.dtype"},
    {"scatter", "f(2,3), 1, i(3,1;3), 1.5", ERROR_SHAPE,
     "Expected index [3, 1] to be no larger than self [2, 3] apart from dimension 1"},
    {"scatter", "f(2,3), 1, f(1,1), 1.5", ERROR_DTYPE, "scatter(): Expected dtype int32/int64 for index"},
    {"scatter", "f(2,3), 1, i(2,1;99), 1.5", ERROR_INDEX, "is out of bounds for dimension 1 with size 3"},
    {"index_add", "f(2,3), 0, i(4;99), f(4,3), 1", ERROR_INDEX,
     "is out of bounds for dimension 0 with size 2"},
    {"index_add", "f(2,3), 0, i(1;2), f(1,2), 1", ERROR_SHAPE,
     "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
     "[2, 3] source.shape = [1, 2]"},
    {"index_add", "f(2,3), 0, i(1;2), f(2,3), 1", ERROR_SHAPE,
     "index_add_(): Number of indices (1) should be equal to source.size(dim): (2), for dim: 0"},
    {"index_add", "f(2,3), 0, i(1;2), i(1,3;2), 1", ERROR_DTYPE,
     "index_add_(): self (Float) and source (Long) must have the same scalar type"},
    {"index_add", "f(2,3), 0, i(1,1;2), f(1,3), 1", ERROR_INDEX,
     "index_add_(): Index is supposed to be a vector, but got dim: 2 with type: Long and size: [1, 1]"},
    {"index_add", "f(2,3), 0, f(1), f(1,3), 1", ERROR_DTYPE,
     "index_add_(): Expected dtype int32/int64 for index but got: Float"},
    {"masked_select", "f(2,3), b(2)", ERROR_SHAPE,
     "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 1"},
    {"masked_select", "f(3), i(3;2)", ERROR_DTYPE, "masked_select: expected BoolTensor for mask"},
    {"embedding", "i(9;9), f(1,2), none", ERROR_INDEX, "index out of range in self"},
    {"embedding", "i(2;2), f(4), none", ERROR_SHAPE, "'weight' must be 2-D"},
    {"embedding", "f(2), f(4,2), none", ERROR_DTYPE,
     "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but "
     "got "
     "torch.FloatTensor instead (while checking arguments for embedding)"},
    {"embedding", "i(2;2), f(4,2), 4", ERROR_VALUE, "Padding_idx must be within num_embeddings"},
    {"one_hot", "i(5;9), 1", ERROR_VALUE, "Class values must be smaller than num_classes."},
    {"one_hot", "i(0;9), -1", ERROR_VALUE, "Can not infer total number of classes from empty tensor."},
    {"one_hot", "f(2), 3", ERROR_DTYPE, "one_hot is only applicable to index tensor of type LongTensor."},
    {"topk", "f(3), 5, 0, true, true", ERROR_VALUE, "selected index k out of range"},
    {"max_dim", "f(0,3), 0, false", ERROR_INDEX, "max(): Expected reduction dim 0 to have non-zero size."},
    /* losses */
    {"cross_entropy", "f(2,3), i(3;3), none, -100, 'mean', 0.0", ERROR_VALUE,
     "Expected input batch_size (2) to match target batch_size (3)."},
    {"cross_entropy", "f(2,3), f(2,4), none, -100, 'mean', 0.0", ERROR_SHAPE,
     "0D or 1D target tensor expected, multi-target not supported"},
    {"cross_entropy", "f(1,1), i(1;99), none, -100, 'mean', 0.0", ERROR_INDEX, "is out of bounds."},
    {"cross_entropy", "f(2,3), i(2;3), none, -100, 'average', 0.0", ERROR_VALUE,
     "average is not a valid value for reduction"},
};

static const Operation *find(const char *name)
{
    for (int id = 0; id < operation_count(); id++)
        if (strcmp(operation((OpId)id)->name, name) == 0)
            return operation((OpId)id);
    return NULL;
}

static void check_failure(const Failure *failure)
{
    const Operation *op = find(failure->name);
    const char *call = failure->call;
    Signature signature;
    SampleCall sample;
    Run run;
    if (op == NULL)
        fail_msg("there is no row for %s", failure->name);
    if (!signature_read(op->signature, &signature) || !sample_read(&call, &sample))
        fail_msg("%s: its signature or the call cannot be read", failure->name);
    if (sample.count != signature.count)
        fail_msg("the call has %d arguments, the signature of %s is %s", sample.count, failure->name,
                 op->signature);
    assert_true(run_begin(&run, op, &signature, &sample, DTYPE_FLOAT32, LAYOUT_CONTIGUOUS));
    int64_t alive = object_live_count();
    Scope scope = scope_open();
    Results results = run_call(&run, run.tensors);
    const Error *error = error_last();
    if (results.count >= 0)
        fail_msg("%s(%s) has a result", failure->name, failure->call);
    if (error == NULL)
        fail_msg("%s(%s) raised no error", failure->name, failure->call);
    if (error->code != failure->code || strstr(error->message, failure->text) == NULL)
        fail_msg("%s(%s) raised\n  %s: %s\ninstead of\n  %s: %s", failure->name, failure->call,
                 error_code_name(error->code), error->message, error_code_name(failure->code), failure->text);
    scope_close(scope);
    assert_int_equal(object_live_count(), alive);
    error_clear();
}

static void test_failure(void **state)
{
    const Failure *failure = *state;
    check_failure(failure);
}

int main(void)
{
    enum { COUNT = sizeof failures / sizeof failures[0] };
    static char names[COUNT][128];
    struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "%s(%s)", failures[i].name, failures[i].call);
        tests[i] = (struct CMUnitTest){names[i], test_failure, begin_test, end_test,
                                       (void *)(uintptr_t)&failures[i]};
    }
    return _cmocka_run_group_tests("operation_errors", tests, COUNT, NULL, NULL);
}
