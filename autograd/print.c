/* Printing with what the tape knows; the layout of the numbers is core/print.c's. */
#include "autograd/print.h"

#include <stdio.h>
#include <stdlib.h>

#include "autograd/autograd.h"
#include "core/error.h"
#include "core/print.h"

char *tensor_to_string(const Tensor *x)
{
    if (x == NULL)
        return NULL;
    char suffix[128] = "";
    TapeNode *node = tensor_grad_fn((Tensor *)x);
    if (node != NULL)
        snprintf(suffix, sizeof suffix, "grad_fn=<%s>", tape_node_name(node));
    else if (tensor_requires_grad(x))
        snprintf(suffix, sizeof suffix, "requires_grad=True");
    return tensor_text(x, suffix);
}

bool tensor_print(const Tensor *x)
{
    char *text = tensor_to_string(x);
    if (text == NULL && x != NULL)
        return false;
    bool written = puts(text != NULL ? text : "None") >= 0;
    free(text);
    return written || error_raise_errno(ERROR_IO, "print", "cannot write to stdout") != NULL;
}
