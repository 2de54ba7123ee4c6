#include "scaled.h"

#include "expect.h"

NN_FORWARD(Scaled, self, x)
{
    Tensor *y = tensor_add(tensor_mul(x, self->scale), self->shift);
    return self->inner != NULL ? nn_forward(self->inner, y) : y;
}

Scaled *scaled_new(double scale, Module *inner)
{
    Scaled *self = nn_new(Scaled);
    nn_parameter(self, scale, VECTOR(scale, scale));
    nn_buffer(self, shift, VECTOR(1, 2));
    if (inner != NULL)
        nn_child(self, inner, inner);
    return self;
}

Module *scaled(double scale, Module *inner)
{
    return &scaled_new(scale, inner)->base;
}
