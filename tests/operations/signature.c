#include "operations/signature.h"

#include <ctype.h>
#include <ffi.h>
#include <math.h>
#include <string.h>

#include "autograd/ops/kernel.h"

/* -- reading -- */

static bool read_type(const char *word, size_t length, ArgumentType *type)
{
    static const struct {
        const char *name;
        ArgumentType type;
    } types[] = {{"Tensor", ARGUMENT_TENSOR}, {"Scalar", ARGUMENT_TENSOR},    {"Tensor[]", ARGUMENT_TENSORS},
                 {"int", ARGUMENT_INT},       {"SymInt", ARGUMENT_INT},       {"int[]", ARGUMENT_INTS},
                 {"SymInt[]", ARGUMENT_INTS}, {"float", ARGUMENT_FLOAT},      {"bool", ARGUMENT_BOOL},
                 {"str", ARGUMENT_TEXT},      {"ScalarType", ARGUMENT_DTYPE}, {"MemoryFormat", ARGUMENT_TEXT},
                 {"Generator", ARGUMENT_TEXT}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strlen(types[i].name) == length && strncmp(types[i].name, word, length) == 0) {
            *type = types[i].type;
            return true;
        }
    return false;
}

/* "Tensor(a!)? self" -> "Tensor" and *at behind the type: what is in round brackets, digits in square ones
 * and '?' make no difference in C. */
static bool take_type(const char **at, ArgumentType *type, bool *optional)
{
    *optional = false;
    char word[24];
    size_t length = 0;
    bool in_round = false;
    for (; **at != '\0' && (in_round || !strchr(" ,)", **at)) && length < sizeof word - 1; (*at)++) {
        if (**at == '(')
            in_round = true;
        if (**at == '?')
            *optional = true;
        if (!in_round && **at != '?' && !isdigit((unsigned char)**at))
            word[length++] = **at;
        if (**at == ')')
            in_round = false;
    }
    return read_type(word, length, type);
}

static bool read_results(const char *at, Signature *signature)
{
    bool several = *at == '(';
    at += several;
    bool optional;
    do {
        at += strspn(at, ", ");
        if (!take_type(&at, &signature->result_type, &optional) ||
            ++signature->n_results > SIGNATURE_MAX_RESULTS)
            return false;
        at += strcspn(at, ",)");
    } while (several && *at == ',');
    return !several || *at == ')';
}

bool signature_read(const char *text, Signature *signature)
{
    *signature = (Signature){0};
    if (*text != '(')
        return false;
    const char *at = text + 1;
    while (*at != ')') {
        at += strspn(at, ", ");
        if (*at == '*') {
            at++;
            continue;
        }
        int i = signature->count++;
        if (i == SAMPLE_MAX_ARGUMENTS || !take_type(&at, &signature->arguments[i], &signature->optional[i]))
            return false;
        at += strcspn(at, ",)");
        if (*at == '\0')
            return false;
    }
    at++;
    at += strspn(at, " ");
    if (strncmp(at, "->", 2) != 0)
        return false;
    return read_results(at + 2 + strspn(at + 2, " "), signature);
}

/* -- calling -- */

typedef union Slot {
    void *pointer;
    int64_t integer;
    double number;
    uint8_t boolean;
    uint32_t enumeration;
    Dims dims;
    TensorList list;
} Slot;

static ffi_type *dims_members[] = {&ffi_type_sint64, &ffi_type_pointer, NULL};
static ffi_type dims_type = {.type = FFI_TYPE_STRUCT, .elements = dims_members};
static ffi_type *list_members[] = {&ffi_type_pointer, &ffi_type_sint64, NULL};
static ffi_type list_type = {.type = FFI_TYPE_STRUCT, .elements = list_members};

static ffi_type *type_of(ArgumentType type)
{
    switch (type) {
    case ARGUMENT_TENSORS:
        return &list_type;
    case ARGUMENT_INTS:
        return &dims_type;
    case ARGUMENT_INT:
        return &ffi_type_sint64;
    case ARGUMENT_FLOAT:
        return &ffi_type_double;
    case ARGUMENT_BOOL:
        return &ffi_type_uint8;
    case ARGUMENT_DTYPE:
        return &ffi_type_uint32;
    default:
        return &ffi_type_pointer;
    }
}

/* Python's number where a tensor is expected. */
static Tensor *number_tensor(const SampleValue *value)
{
    switch (value->kind) {
    case SAMPLE_INT:
        return tensor_number_int(value->integer);
    case SAMPLE_FLOAT:
        return tensor_number_float(value->number);
    case SAMPLE_BOOL:
        return tensor_number_bool(value->integer != 0);
    default:
        return NULL;
    }
}

static Dims ints_of(const SampleValue *value)
{
    if (value->kind == SAMPLE_INT)
        return (Dims){1, &value->integer};
    return value->kind == SAMPLE_NONE ? (Dims){0, NULL} : (Dims){value->count, value->integers};
}

static Slot slot_of(ArgumentType type, const SampleValue *value, Tensor *const *tensors)
{
    Slot slot = {.pointer = NULL};
    switch (type) {
    case ARGUMENT_TENSOR:
        slot.pointer = value->kind == SAMPLE_TENSOR ? tensors[0] : number_tensor(value);
        break;
    case ARGUMENT_TENSORS:
        slot.list = (TensorList){(Tensor **)tensors, value->count};
        break;
    case ARGUMENT_INT:
        slot.integer = value->kind == SAMPLE_NONE ? TENSOR_NONE : value->integer;
        break;
    case ARGUMENT_INTS:
        slot.dims = ints_of(value);
        break;
    case ARGUMENT_FLOAT:
        slot.number = value->kind == SAMPLE_NONE ? (double)NAN : value->number;
        break;
    case ARGUMENT_BOOL:
        slot.boolean = value->integer != 0;
        break;
    case ARGUMENT_TEXT:
        slot.pointer = value->kind == SAMPLE_NONE ? NULL : (void *)value->text;
        break;
    case ARGUMENT_DTYPE:
        slot.enumeration = value->kind == SAMPLE_NONE ? DTYPE_NONE : dtype_parse(value->text);
        break;
    }
    return slot;
}

typedef union Returned {
    ffi_arg integer;
    double number;
    TensorList list;
    Tensor *tensors[SIGNATURE_MAX_RESULTS];
} Returned;

static Results results_of(const Signature *signature, const Returned *returned)
{
    Results results = {.count = signature->n_results};
    switch (signature->result_type) {
    case ARGUMENT_TENSOR:
        memcpy(results.items, returned->tensors, (size_t)results.count * sizeof(Tensor *));
        break;
    case ARGUMENT_TENSORS:
        results.count = (int)returned->list.n;
        for (int i = 0; i < results.count && returned->list.items != NULL; i++)
            results.items[i] = returned->list.items[i];
        if (returned->list.items == NULL)
            results.count = -1;
        break;
    case ARGUMENT_BOOL:
        results.items[0] = tensor_number_bool((uint8_t)returned->integer != 0);
        break;
    case ARGUMENT_FLOAT:
        results.items[0] = tensor_number_float(returned->number);
        break;
    default:
        results.items[0] = tensor_number_int((int64_t)returned->integer);
        break;
    }
    for (int i = 0; i < results.count; i++)
        if (results.items[i] == NULL)
            results.count = -1;
    return results;
}

Results operation_call(const Operation *operation, const Signature *signature, const SampleCall *sample,
                       Tensor *const *tensors)
{
    ffi_type *types[SAMPLE_MAX_ARGUMENTS], *members[SIGNATURE_MAX_RESULTS + 1] = {NULL};
    void *values[SAMPLE_MAX_ARGUMENTS];
    Slot slots[SAMPLE_MAX_ARGUMENTS];
    Results failed = {.count = -1};
    if (sample->count != signature->count)
        return failed;
    for (int i = 0; i < sample->count; i++) {
        const SampleValue *value = &sample->arguments[i];
        types[i] = type_of(signature->arguments[i]);
        slots[i] = slot_of(signature->arguments[i], value, tensors);
        values[i] = &slots[i];
        if (value->kind == SAMPLE_TENSOR || value->kind == SAMPLE_TENSORS)
            tensors += value->count;
    }
    ffi_type result_struct = {.type = FFI_TYPE_STRUCT, .elements = members};
    for (int i = 0; i < signature->n_results; i++)
        members[i] = &ffi_type_pointer;
    ffi_type *result = signature->n_results > 1 ? &result_struct : type_of(signature->result_type);
    ffi_cif cif;
    if (ffi_prep_cif(&cif, FFI_DEFAULT_ABI, (unsigned)sample->count, result, types) != FFI_OK)
        return failed;
    Returned returned = {.integer = 0};
    ffi_call(&cif, operation->function, &returned, values);
    return results_of(signature, &returned);
}
