/* Checking derivatives against central differences: (f(x + eps) - f(x - eps)) / (2 eps) has an error of the
 * order of eps^2, so in float64 it tells a right derivative from a wrong one to five digits or so.
 *
 * Both ways give the Jacobian of all outputs by all checked inputs, one number for each pair of elements:
 * differences give a row for each input element (two calls of the function), the tape a column for each
 * output element (one backward from a gradient that is one there and zero elsewhere). gradgradcheck is the
 * same check of another function: the one that computes the gradients. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "autograd/autograd.h"
#include "autograd/ops/kernel.h"
#include "core/random.h"

/* A function with several results, some of which may be NULL: zeros. items is NULL after an error. */
typedef TensorList (*Function)(TensorList inputs, void *user);

typedef struct Check {
    const char *operation;
    Function f;
    void *user;
    TensorList inputs;
    TensorList checked;             /* those of the inputs that are perturbed */
    int64_t *input_index;           /* of each checked input, for the message */
    TensorList outputs;             /* recorded */
    int64_t n, m;                   /* elements of the checked inputs, of the outputs */
    double *numerical, *analytical; /* n rows of m */
    const GradcheckArgs *args;
} Check;

static int64_t numel_or_zero(const Tensor *x)
{
    return x != NULL ? tensor_numel(x) : 0;
}

static int64_t total_numel(TensorList tensors)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < tensors.n; i++)
        sum += numel_or_zero(tensors.items[i]);
    return sum;
}

/* Element `index` of x in row-major order as a 0-d view. The tape and the version counter know nothing of it.
 */
static Tensor *element(const Tensor *x, int64_t index)
{
    int64_t offset = x->offset;
    for (int d = x->ndim - 1; d >= 0; d--) {
        offset += index % x->shape[d] * x->strides[d];
        index /= x->shape[d];
    }
    return tensor_new_view(x, DIMS(), NULL, offset);
}

static bool fill(const Check *check, Tensor *x, double value)
{
    const Kernels *kernels = kernels_for(check->operation, TENSORS(x));
    return kernels != NULL && kernels->fill(x, scalar_float(value));
}

/* -- differences -- */

/* The outputs' m elements at the inputs as they are now. */
static bool evaluate(const Check *check, double *values)
{
    bool done = true;
    Scope scope = scope_open();
    autograd_no_grad
    {
        TensorList outputs = check->f(check->inputs, check->user);
        done = outputs.items != NULL && outputs.n == check->outputs.n;
        for (int64_t i = 0; i < check->outputs.n && done; i++) {
            int64_t count = numel_or_zero(check->outputs.items[i]);
            if (outputs.items[i] == NULL)
                memset(values, 0, (size_t)count * sizeof *values);
            else if (count > 0 && numel_or_zero(outputs.items[i]) != count)
                done = error_raise(
                           ERROR_VALUE, check->operation,
                           "Backward is not reentrant, i.e., running the function with the same inputs gives "
                           "outputs of different sizes") != NULL;
            else if (count > 0)
                done = tensor_copy_to_host(outputs.items[i], DTYPE_FLOAT64, values);
            values += count;
        }
    }
    scope_close(scope);
    return done;
}

static bool differentiate_element(const Check *check, Tensor *x, double *row, double *lower)
{
    double eps = check->args->eps, value = tensor_item(x);
    bool done = fill(check, x, value + eps) && evaluate(check, row) && fill(check, x, value - eps) &&
                evaluate(check, lower);
    if (!fill(check, x, value) || !done)
        return false;
    for (int64_t j = 0; j < check->m; j++)
        row[j] = (row[j] - lower[j]) / (2 * eps);
    return true;
}

static bool compute_numerical(const Check *check)
{
    double *row = check->numerical, *lower = scope_alloc(((size_t)check->m + 1) * sizeof *lower);
    bool done = lower != NULL;
    for (int64_t i = 0; i < check->checked.n; i++) {
        const Tensor *x = check->checked.items[i];
        for (int64_t e = 0; e < tensor_numel(x) && done; e++, row += check->m) {
            Scope scope = scope_open();
            Tensor *at = element(x, e);
            done = at != NULL && differentiate_element(check, at, row, lower);
            scope_close(scope);
        }
    }
    return done;
}

/* -- the tape -- */

/* The gradients of element `index` of output y, into column `column`. */
static bool backward_from(const Check *check, Tensor *y, int64_t index, int64_t column, double *gradient)
{
    Tensor *seed = tensor_new(tensor_dims(y), y->dtype, tensor_device(y), check->operation);
    if (seed == NULL || !fill(check, seed, 0) || !fill(check, element(seed, index), 1))
        return false;
    TensorList gradients = autograd_grad(TENSORS(y), check->checked, .grad_outputs = TENSORS(seed),
                                         .retain_graph = true, .allow_unused = true);
    double *cell = check->analytical + column;
    for (int64_t i = 0; i < check->checked.n; i++) {
        int64_t count = tensor_numel(check->checked.items[i]);
        if (gradients.items == NULL)
            return false;
        if (gradients.items[i] != NULL && !tensor_same_shape(gradients.items[i], check->checked.items[i]))
            return error_raise(ERROR_VALUE, check->operation,
                               "Analytical gradient has incorrect size for input %lld",
                               (long long)check->input_index[i]) != NULL;
        if (gradients.items[i] != NULL && count > 0 &&
            !tensor_copy_to_host(gradients.items[i], DTYPE_FLOAT64, gradient))
            return false;
        for (int64_t e = 0; e < count; e++, cell += check->m)
            *cell = gradients.items[i] != NULL ? gradient[e] : 0;
    }
    return true;
}

static bool compute_analytical(const Check *check)
{
    double *gradient = scope_alloc(((size_t)check->n + 1) * sizeof *gradient);
    bool done = gradient != NULL;
    int64_t column = 0;
    for (int64_t i = 0; i < check->outputs.n; i++) {
        Tensor *y = check->outputs.items[i];
        bool recorded = y != NULL && tensor_requires_grad(y);
        for (int64_t e = 0; e < numel_or_zero(y) && done; e++, column++) {
            Scope scope = scope_open();
            done = !recorded || backward_from(check, y, e, column, gradient);
            scope_close(scope);
        }
    }
    return done;
}

/* -- the comparison -- */

/* Which tensor of a list an element counted through all of them lies in; *index becomes the element's there.
 */
static int64_t locate(TensorList tensors, int64_t *index)
{
    int64_t i = 0;
    while (*index >= numel_or_zero(tensors.items[i]))
        *index -= numel_or_zero(tensors.items[i++]);
    return i;
}

static bool compare(const Check *check)
{
    for (int64_t i = 0; i < check->n * check->m; i++) {
        double numerical = check->numerical[i], analytical = check->analytical[i];
        if (fabs(analytical - numerical) <= check->args->atol + check->args->rtol * fabs(numerical))
            continue;
        int64_t row = i / check->m, column = i % check->m;
        int64_t input = locate(check->checked, &row), output = locate(check->outputs, &column);
        return error_raise(
                   ERROR_VALUE, check->operation,
                   "Jacobian mismatch for output %lld with respect to input %lld, at element %lld of the "
                   "input and element %lld of the output,\nnumerical:%.9g\nanalytical:%.9g\n",
                   (long long)output, (long long)check->input_index[input], (long long)row, (long long)column,
                   numerical, analytical) != NULL;
    }
    return true;
}

static bool is_checked(const Tensor *x)
{
    return x != NULL && tensor_dtype(x) == DTYPE_FLOAT64 && tensor_requires_grad(x);
}

static bool choose_inputs(Check *check)
{
    int64_t n = check->inputs.n;
    check->checked.items = scope_alloc(((size_t)n + 1) * sizeof(Tensor *));
    check->input_index = scope_alloc(((size_t)n + 1) * sizeof(int64_t));
    if (check->checked.items == NULL || check->input_index == NULL)
        return false;
    for (int64_t i = 0; i < n; i++) {
        const Tensor *x = check->inputs.items[i];
        if (x != NULL && tensor_requires_grad(x) && tensor_dtype(x) != DTYPE_FLOAT64)
            return error_raise(ERROR_VALUE, check->operation,
                               "Input #%lld requires gradient and is not a double precision floating point: "
                               "differences of %s numbers are too coarse to be compared",
                               (long long)i, dtype_name(tensor_dtype(x))) != NULL;
        if (!is_checked(x))
            continue;
        for (int d = 0; d < x->ndim; d++)
            if (x->strides[d] == 0 && x->shape[d] > 1)
                return error_raise(
                           ERROR_VALUE, check->operation,
                           "The %lldth input has a dimension with stride 0. gradcheck only supports inputs "
                           "that "
                           "are non-overlapping to be able to compute the numerical gradients correctly. You "
                           "should call .contiguous on the input before passing it to gradcheck.",
                           (long long)i) != NULL;
        check->input_index[check->checked.n] = i;
        check->checked.items[check->checked.n++] = check->inputs.items[i];
    }
    return check->checked.n > 0 ||
           error_raise(
               ERROR_VALUE, check->operation,
               "gradcheck expects at least one input tensor to require gradient, but none of the them have "
               "requires_grad=True.") != NULL;
}

static bool run(const char *operation, Function f, void *user, TensorList inputs, const GradcheckArgs *args)
{
    for (int64_t i = 0; i < inputs.n; i++)
        if (inputs.items[i] == NULL)
            return false;
    Check check = {.operation = operation, .f = f, .user = user, .inputs = inputs, .args = args};
    bool done = false;
    Scope scope = scope_open();
    autograd_enable_grad
    {
        if (!choose_inputs(&check))
            break;
        check.outputs = f(inputs, user);
        if (check.outputs.items == NULL)
            break;
        check.n = total_numel(check.checked);
        check.m = total_numel(check.outputs);
        size_t cells = (size_t)check.n * (size_t)check.m + 1;
        check.numerical = scope_alloc(cells * sizeof(double));
        check.analytical = scope_alloc(cells * sizeof(double));
        done = check.numerical != NULL && check.analytical != NULL && compute_numerical(&check) &&
               compute_analytical(&check) && compare(&check);
    }
    scope_close(scope);
    return done;
}

/* -- the function itself, and the function of its gradients -- */

typedef struct Caller {
    GradcheckFunction f;
    void *user;
    int64_t n_inputs; /* of f; behind them stands the gradient of f's result */
} Caller;

static TensorList one_result(TensorList inputs, void *user)
{
    const Caller *caller = user;
    TensorList results = {scope_alloc(sizeof(Tensor *)), 1};
    if (results.items == NULL)
        return results;
    results.items[0] = caller->f(inputs.items, caller->user);
    return results.items[0] != NULL ? results : (TensorList){NULL, 0};
}

/* What autograd_grad gives for f's inputs that are checked. Recorded only if the caller wants a gradient of
 * it. */
static TensorList gradients_of(TensorList inputs, void *user)
{
    const Caller *caller = user;
    bool create_graph = autograd_is_grad_enabled();
    TensorList results = {NULL, 0};
    Tensor **wanted = scope_alloc(((size_t)inputs.n + 1) * sizeof *wanted);
    int64_t n = 0;
    if (wanted == NULL)
        return results;
    for (int64_t i = 0; i < caller->n_inputs; i++)
        if (is_checked(inputs.items[i]))
            wanted[n++] = inputs.items[i];
    autograd_enable_grad
    {
        Tensor *y = caller->f(inputs.items, caller->user), *gradient = inputs.items[caller->n_inputs];
        if (y != NULL && tensor_requires_grad(y))
            results = autograd_grad(TENSORS(y), ((TensorList){wanted, n}), .grad_outputs = TENSORS(gradient),
                                    .create_graph = create_graph, .allow_unused = true);
        else if (y != NULL)
            results.items = wanted; /* no result at all */
    }
    return results;
}

/* A gradient for y: normal numbers, the same every time. */
static Tensor *random_gradient(const Tensor *y)
{
    Tensor *gradient = tensor_new(tensor_dims(y), DTYPE_FLOAT64, tensor_device(y), "gradgradcheck");
    Generator *generator = gradient != NULL ? generator_new(0) : NULL;
    bool done = generator != NULL && kernels_for("gradgradcheck", TENSORS(gradient)) != NULL;
    Scope scope = scope_open();
    for (int64_t i = 0; done && i < tensor_numel(gradient); i++) {
        double value = 0;
        Tensor *at = element(gradient, i);
        done = at != NULL && random_normal(generator, DTYPE_FLOAT64, &value, 1, 0, 1) &&
               kernels_for("gradgradcheck", TENSORS(at))->fill(at, scalar_float(value));
    }
    scope_close(scope);
    object_release(generator);
    return done ? tensor_requires_grad_(gradient, true) : NULL;
}

bool autograd_gradcheck_args(GradcheckFunction f, void *user, TensorList inputs, const GradcheckArgs *args)
{
    if (!error_check_given("gradcheck", "function", f != NULL))
        return false;
    Caller caller = {f, user, inputs.n};
    return run("gradcheck", one_result, &caller, inputs, args);
}

bool autograd_gradgradcheck_args(GradcheckFunction f, void *user, TensorList inputs,
                                 const GradcheckArgs *args)
{
    Caller caller = {f, user, inputs.n};
    TensorList all = {NULL, inputs.n + 1};
    bool done = error_check_given("gradgradcheck", "function", f != NULL);
    for (int64_t i = 0; i < inputs.n && done; i++)
        done = inputs.items[i] != NULL;
    if (!done)
        return false;
    done = false;
    Scope scope = scope_open();
    autograd_no_grad
    {
        Tensor *y = f(inputs.items, user);
        all.items = y != NULL ? scope_alloc(((size_t)all.n + 1) * sizeof(Tensor *)) : NULL;
        if (all.items == NULL)
            break;
        for (int64_t i = 0; i < inputs.n; i++)
            all.items[i] = inputs.items[i];
        all.items[inputs.n] = random_gradient(y);
        done = all.items[inputs.n] != NULL && run("gradgradcheck", gradients_of, &caller, all, args);
    }
    scope_close(scope);
    return done;
}
