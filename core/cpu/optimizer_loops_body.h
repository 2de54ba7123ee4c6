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
LOOP NAME(adam_loop)(T *restrict param, const T *restrict grad, T *restrict avg, T *restrict avg_sq,
                     T *restrict max_sq, const int64_t *s, int64_t n, const AdamStep *step)
{
    const T sign = step->maximize ? -1 : 1, decay = (T)step->weight_decay;
    const T keep = (T)(1 - step->lr * step->weight_decay), weight = (T)(1 - step->beta1);
    const bool decoupled = decay != 0 && step->decoupled, coupled = decay != 0 && !step->decoupled;
    const bool near_avg = weight < (T)0.5;
    const T part = near_avg ? weight : weight - 1, beta2 = (T)step->beta2, rest2 = (T)(1 - step->beta2);
    const T eps = (T)step->eps, correction = (T)step->correction2_sqrt, rate = (T)-step->step_size;
    for (int64_t i = 0; i < n; i++) {
        T p = param[i * s[0]], g = sign * grad[i * s[1]], m = avg[i * s[2]];
        if (decoupled)
            p *= keep;
        if (coupled)
            g = MADD(p, decay, g);
        m = MADD(part, g - m, near_avg ? m : g);
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

#undef LOOP
