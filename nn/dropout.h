/* Dropout as a module (torch.nn.Dropout, Dropout2d): tensor_dropout in training mode, the input itself in
 * evaluation mode. */
#ifndef TAPER_NN_DROPOUT_H
#define TAPER_NN_DROPOUT_H

#include "core/keywords.h"
#include "nn/module.h"

TAPER_BEGIN_DECLS

typedef struct DropoutArgs {
    char _;
    double p;
    bool inplace;
} DropoutArgs;

/* nn.Dropout(p=0.5, inplace=False): each element becomes 0 with probability p. nn.Dropout2d: each channel
 * does. ERROR_VALUE: "dropout probability has to be between 0 and 1, but got 1.5". */
TAPER_API Module *nn_dropout(const DropoutArgs *args);
TAPER_API Module *nn_dropout2d(const DropoutArgs *args);

#ifndef __cplusplus
#define nn_Dropout(...)   KEYWORDS(nn_dropout(&(DropoutArgs){.p = 0.5, ._ = 0, __VA_ARGS__}))
#define nn_Dropout2d(...) KEYWORDS(nn_dropout2d(&(DropoutArgs){.p = 0.5, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
