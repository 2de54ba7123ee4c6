/* Names and numbers in state dicts. Not installed. */
#ifndef TAPER_OPTIM_STATE_KEY_H
#define TAPER_OPTIM_STATE_KEY_H

#include "core/scope.h"
#include "nn/state_dict.h"

enum { STATE_KEY_SIZE = 256 };

/* A name, valid to the end of the enclosing block. */
#define STATE_KEY(...) state_key((char[STATE_KEY_SIZE]){0}, __VA_ARGS__)
const char *state_key(char *text, const char *format, ...) TAPER_PRINTF(2, 3);

/* dict[name] = a tensor of these numbers. */
bool state_dict_set_numbers(StateDict *dict, const char *name, DType dtype, Dims shape, const double *values);

/* Closes the scope but hands the dict to the enclosing one. */
StateDict *state_dict_return(Scope scope, StateDict *dict);

#endif
