/* The loops of optimizer_loops.h for elements of type T; NAME makes the names, MADD(a, b, c) is a * b + c.
 * Included once per dtype by optimizer_loops_set.h.
 *
 * Each loop is a function that is always inlined, into a row of neighbouring elements, where its strides are
 * the constant 1 and the compiler makes vectors of it, and into one of any strides. */

#define LOOP static inline __attribute__((always_inline)) void

LOOP NAME(sgd_loop)(T *restrict param, const T *restrict grad, T *restrict buffer, int64_t sp, int64_t sg,
                    int64_t sb, int64_t n, const SGDStep *step)
{
    const T sign = step->maximize ? -1 : 1, decay = (T)step->weight_decay, momentum = (T)step->momentum;
    const T rest = (T)(1 - step->dampening), rate = (T)-step->lr;
    const bool first = step->first, nesterov = step->nesterov;
    for (int64_t i = 0; i < n; i++) {
        T p = param[i * sp], g = sign * grad[i * sg];
        if (decay != 0)
            g = MADD(p, decay, g);
        if (buffer != NULL) {
            T b = first ? g : MADD(g, rest, buffer[i * sb] * momentum);
            buffer[i * sb] = b;
            g = nesterov ? MADD(b, momentum, g) : b;
        }
        param[i * sp] = MADD(g, rate, p);
    }
}

static void NAME(sgd_row)(char *const *data, const int64_t *strides, int64_t n, const void *context)
{
    const SGDStep *step = context;
    T *param = (T *)data[0], *buffer = step->has_buffer ? (T *)data[2] : NULL;
    const T *grad = (const T *)data[1];
    const int64_t sp = strides[0], sg = strides[1], sb = step->has_buffer ? strides[2] : 0;
    if (buffer == NULL && sp == 1 && sg == 1)
        NAME(sgd_loop)(param, grad, NULL, 1, 1, 0, n, step);
    else if (buffer != NULL && sp == 1 && sg == 1 && sb == 1)
        NAME(sgd_loop)(param, grad, buffer, 1, 1, 1, n, step);
    else
        NAME(sgd_loop)(param, grad, buffer, sp, sg, sb, n, step);
}

/* A running average moves by `weight` of the way to g as PyTorch's lerp does: counted from the end that is
 * nearer, so that weight 1 gives g itself. */
static inline T NAME(lerp)(T avg, T g, T weight)
{
    return weight < (T)0.5 ? MADD(weight, g - avg, avg) : MADD(weight - 1, g - avg, g);
}

LOOP NAME(adam_loop)(T *restrict param, const T *restrict grad, T *restrict avg, T *restrict avg_sq,
                     T *restrict max_sq, const int64_t *s, int64_t n, const AdamStep *step)
{
    const T sign = step->maximize ? -1 : 1, decay = (T)step->weight_decay;
    const T keep = (T)(1 - step->lr * step->weight_decay), weight = (T)(1 - step->beta1);
    const bool decoupled = decay != 0 && step->decoupled, coupled = decay != 0 && !step->decoupled;
    const T beta2 = (T)step->beta2, rest2 = (T)(1 - step->beta2);
    const T eps = (T)step->eps, correction = (T)step->correction2_sqrt, rate = (T)-step->step_size;
    for (int64_t i = 0; i < n; i++) {
        T p = param[i * s[0]], g = sign * grad[i * s[1]], m = avg[i * s[2]];
        if (decoupled)
            p *= keep;
        if (coupled)
            g = MADD(p, decay, g);
        m = NAME(lerp)(m, g, weight);
        T v = MADD(rest2 * g, g, avg_sq[i * s[3]] * beta2);
        avg[i * s[2]] = m;
        avg_sq[i * s[3]] = v;
        if (max_sq != NULL) {
            T largest = max_sq[i * s[4]];
            v = largest != largest || largest > v ? largest : v;
            max_sq[i * s[4]] = v;
        }
        param[i * s[0]] = p + rate * m / (SQRT(v) / correction + eps);
    }
}

static void NAME(adam_row)(char *const *data, const int64_t *strides, int64_t n, const void *context)
{
    static const int64_t ones[] = {1, 1, 1, 1, 1};
    const AdamStep *step = context;
    T *param = (T *)data[0], *avg = (T *)data[2], *avg_sq = (T *)data[3];
    const T *grad = (const T *)data[1];
    T *max_sq = step->amsgrad ? (T *)data[4] : NULL;
    bool dense = strides[0] == 1 && strides[1] == 1 && strides[2] == 1 && strides[3] == 1;
    if (max_sq == NULL && dense)
        NAME(adam_loop)(param, grad, avg, avg_sq, NULL, ones, n, step);
    else if (max_sq != NULL && dense && strides[4] == 1)
        NAME(adam_loop)(param, grad, avg, avg_sq, max_sq, ones, n, step);
    else
        NAME(adam_loop)(param, grad, avg, avg_sq, max_sq, strides, n, step);
}

LOOP NAME(rmsprop_loop)(T *restrict param, const T *restrict grad, T *restrict square, T *restrict avg,
                        T *restrict buffer, const int64_t *s, int64_t n, const RMSpropStep *step)
{
    const T sign = step->maximize ? -1 : 1, decay = (T)step->weight_decay, alpha = (T)step->alpha;
    const T rest = (T)(1 - step->alpha), eps = (T)step->eps, momentum = (T)step->momentum;
    const T rate = (T)-step->lr;
    for (int64_t i = 0; i < n; i++) {
        T p = param[i * s[0]], g = sign * grad[i * s[1]];
        if (decay != 0)
            g = MADD(p, decay, g);
        T v = MADD(rest * g, g, square[i * s[2]] * alpha);
        square[i * s[2]] = v;
        if (avg != NULL) {
            T m = NAME(lerp)(avg[i * s[3]], g, rest);
            avg[i * s[3]] = m;
            v = MADD(-m, m, v);
        }
        T root = SQRT(v) + eps;
        if (buffer != NULL) {
            T b = buffer[i * s[4]] * momentum + g / root;
            buffer[i * s[4]] = b;
            param[i * s[0]] = MADD(b, rate, p);
        } else {
            param[i * s[0]] = p + rate * g / root;
        }
    }
}

static void NAME(rmsprop_row)(char *const *data, const int64_t *strides, int64_t n, const void *context)
{
    static const int64_t ones[] = {1, 1, 1, 1, 1};
    const RMSpropStep *step = context;
    const int last = 3 + step->centered;
    T *param = (T *)data[0], *square = (T *)data[2], *avg = step->centered ? (T *)data[3] : NULL;
    T *buffer = step->has_buffer ? (T *)data[last] : NULL;
    const T *grad = (const T *)data[1];
    const int64_t s[] = {strides[0], strides[1], strides[2], avg != NULL ? strides[3] : 1,
                         buffer != NULL ? strides[last] : 1};
    bool dense = s[0] == 1 && s[1] == 1 && s[2] == 1 && s[3] == 1 && s[4] == 1;
    if (!dense)
        NAME(rmsprop_loop)(param, grad, square, avg, buffer, s, n, step);
    else if (avg == NULL && buffer == NULL)
        NAME(rmsprop_loop)(param, grad, square, NULL, NULL, ones, n, step);
    else if (avg == NULL)
        NAME(rmsprop_loop)(param, grad, square, NULL, buffer, ones, n, step);
    else if (buffer == NULL)
        NAME(rmsprop_loop)(param, grad, square, avg, NULL, ones, n, step);
    else
        NAME(rmsprop_loop)(param, grad, square, avg, buffer, ones, n, step);
}

LOOP NAME(adagrad_loop)(T *restrict param, const T *restrict grad, T *restrict sum, int64_t sp, int64_t sg,
                        int64_t ss, int64_t n, const AdagradStep *step)
{
    const T sign = step->maximize ? -1 : 1, decay = (T)step->weight_decay, eps = (T)step->eps;
    const T rate = (T)-step->rate;
    for (int64_t i = 0; i < n; i++) {
        T p = param[i * sp], g = sign * grad[i * sg];
        if (decay != 0)
            g = MADD(p, decay, g);
        T v = MADD(g, g, sum[i * ss]);
        sum[i * ss] = v;
        param[i * sp] = p + rate * g / (SQRT(v) + eps);
    }
}

static void NAME(adagrad_row)(char *const *data, const int64_t *strides, int64_t n, const void *context)
{
    T *param = (T *)data[0], *sum = (T *)data[2];
    const T *grad = (const T *)data[1];
    if (strides[0] == 1 && strides[1] == 1 && strides[2] == 1)
        NAME(adagrad_loop)(param, grad, sum, 1, 1, 1, n, context);
    else
        NAME(adagrad_loop)(param, grad, sum, strides[0], strides[1], strides[2], n, context);
}

#undef LOOP
