#include "nn/padding.h"

#include <string.h>

#include "autograd/ops/number.h"
#include "autograd/ops/rearrange.h"
#include "core/error.h"
#include "nn/repr.h"

typedef struct Pad2d {
    Module base;
    const char *mode;
    int64_t sides[4];
    double value;
} Pad2d;

static Tensor *pad2d_call(Module *module, TensorList inputs)
{
    const Pad2d *self = (const Pad2d *)module;
    Tensor *value = strcmp(self->mode, "constant") == 0 ? tensor_number_float(self->value) : NULL;
    return (tensor_pad)(inputs.items[0], (Dims){4, self->sides}, self->mode, value);
}

static void pad2d_repr(const Module *module, FILE *out)
{
    repr_tuple(out, ((const Pad2d *)module)->sides, 4);
}

static void constant_pad2d_repr(const Module *module, FILE *out)
{
    fputs("padding=", out);
    pad2d_repr(module, out);
    fputs(", value=", out);
    repr_double(out, ((const Pad2d *)module)->value);
}

static Module *new_pad2d(const ModuleType *type, const char *mode, const Pad2dArgs *args)
{
    const int64_t *four = args->padding_lrtb;
    bool given = four[0] != 0 || four[1] != 0 || four[2] != 0 || four[3] != 0;
    /* Four numbers without a name would be a padding, a value, and half of the sides. */
    if (given && args->padding != 0)
        return error_raise(ERROR_VALUE, type->name,
                           "padding is one number, %lld, or four, .padding_lrtb = {...}, not both",
                           (long long)args->padding);
    if (args->value != 0 && type->extra_repr != constant_pad2d_repr)
        return error_raise(ERROR_VALUE, type->name, "%s takes no value", type->name);
    Pad2d *self = (Pad2d *)(void *)nn_module_alloc(type);
    if (self == NULL)
        return NULL;
    for (int i = 0; i < 4; i++)
        self->sides[i] = given ? four[i] : args->padding;
    self->mode = mode;
    self->value = args->value;
    return &self->base;
}

#define PAD(Type, constructor, mode, repr)                                                                   \
    static const ModuleType Type##_type = {                                                                  \
        .name = #Type, .size = sizeof(Pad2d), .n_inputs = 1, .forward = pad2d_call, .extra_repr = repr};     \
    Module *constructor(const Pad2dArgs *args)                                                               \
    {                                                                                                        \
        return new_pad2d(&Type##_type, mode, args);                                                          \
    }

PAD(ZeroPad2d, nn_zero_pad2d, "constant", pad2d_repr)
PAD(ConstantPad2d, nn_constant_pad2d, "constant", constant_pad2d_repr)
PAD(ReflectionPad2d, nn_reflection_pad2d, "reflect", pad2d_repr)
PAD(ReplicationPad2d, nn_replication_pad2d, "replicate", pad2d_repr)
PAD(CircularPad2d, nn_circular_pad2d, "circular", pad2d_repr)
