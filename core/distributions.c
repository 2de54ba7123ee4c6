/* The distributions of core/random.h: which bits of the generator PyTorch turns into which numbers.
 *
 * fma stands where PyTorch's builds for x86 contract a product and a sum into one rounding; it is written
 * out, so that every machine and compiler gives the same bits. */
#include <float.h>
#include <math.h>

#include "core/error.h"
#include "core/random_engine.h"

static bool not_implemented(const char *operation, const char *kernel, DType dtype)
{
    return error_raise(ERROR_DTYPE, operation, "\"%s\" not implemented for '%s'", kernel,
                       dtype_scalar_name(dtype)) != NULL;
}

/* Locks the generator (the default one for NULL) and returns it. */
static Generator *lock(Generator *generator)
{
    if (generator == NULL)
        generator = generator_default();
    pthread_mutex_lock(&generator->mutex);
    return generator;
}

static bool unlock(Generator *generator)
{
    pthread_mutex_unlock(&generator->mutex);
    return true;
}

/* The dtype must hold the bounds and what lies between them. */
static bool check_uniform(DType dtype, double from, double to)
{
    double largest = dtype == DTYPE_FLOAT32 ? (double)FLT_MAX : DBL_MAX;
    bool from_fits = from >= -largest && from <= largest;
    if (!from_fits || !(to >= -largest && to <= largest))
        return error_raise(ERROR_VALUE, "uniform_", "%s is out of bounds for %s", from_fits ? "to" : "from",
                           dtype_c_name(dtype)) != NULL;
    if (from > to)
        return error_raise(ERROR_VALUE, "uniform_",
                           "uniform_ expects to return a [from, to) range, but found from=%g > to=%g", from,
                           to) != NULL;
    if (to - from > largest)
        return error_raise(ERROR_VALUE, "uniform_",
                           "uniform_ expects to-from <= std::numeric_limits<%s>::max(), but found to=%g and "
                           "from=%g which result in to-from to exceed the limit",
                           dtype_scalar_name(dtype), to, from) != NULL;
    return true;
}

bool random_uniform(Generator *generator, DType dtype, void *out, int64_t n, double from, double to)
{
    if (dtype != DTYPE_FLOAT32 && dtype != DTYPE_FLOAT64)
        return not_implemented("uniform_", "check_uniform_bounds", dtype);
    if (!check_uniform(dtype, from, to))
        return false;
    generator = lock(generator);
    Engine *engine = &generator->engine;
    if (dtype == DTYPE_FLOAT32) {
        float *x = out, low = (float)from, high = (float)to;
        for (int64_t i = 0; i < n; i++) {
            float value = fmaf(engine_uniform_float(engine), high - low, low);
            x[i] = value == high ? low : value; /* rounding must not reach the open end */
        }
    } else {
        double *x = out;
        for (int64_t i = 0; i < n; i++) {
            double value = fma(engine_uniform_double(engine), to - from, from);
            x[i] = value == to ? from : value;
        }
    }
    return unlock(generator);
}

/* One normal number by Box and Muller's method; the pair's other one waits in the generator. */
static double next_normal(Generator *generator)
{
    if (generator->has_normal) {
        generator->has_normal = false;
        return generator->normal;
    }
    double u1 = engine_uniform_double(&generator->engine);
    double u2 = engine_uniform_double(&generator->engine);
    double radius = sqrt(-2.0 * log1p(-u2)), theta = 2.0 * M_PI * u1;
    generator->normal = radius * sin(theta);
    generator->has_normal = true;
    return radius * cos(theta);
}

/* From 16 elements on: uniform numbers everywhere, turned into normal ones in groups of 16; if n is not a
 * multiple of 16, the last 16 are drawn anew. */
static void fill_normal_float(Engine *engine, float *x, int64_t n, float mean, float std)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = engine_uniform_float(engine);
    for (int64_t i = 0; i + 16 <= n; i += 16)
        normal_fill_16_float(x + i, mean, std);
    if (n % 16 != 0) {
        for (int64_t i = n - 16; i < n; i++)
            x[i] = engine_uniform_float(engine);
        normal_fill_16_float(x + n - 16, mean, std);
    }
}

static void fill_normal_double(Engine *engine, double *x, int64_t n, double mean, double std)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = engine_uniform_double(engine);
    for (int64_t i = 0; i + 16 <= n; i += 16)
        normal_fill_16_double(x + i, mean, std);
    if (n % 16 != 0) {
        for (int64_t i = n - 16; i < n; i++)
            x[i] = engine_uniform_double(engine);
        normal_fill_16_double(x + n - 16, mean, std);
    }
}

bool random_normal(Generator *generator, DType dtype, void *out, int64_t n, double mean, double std)
{
    if (!(std >= 0))
        return error_raise(ERROR_VALUE, "normal_", "normal expects std >= 0.0, but found std %g", std) !=
               NULL;
    if (dtype != DTYPE_FLOAT32 && dtype != DTYPE_FLOAT64)
        return not_implemented("normal_", "normal_kernel_cpu", dtype);
    generator = lock(generator);
    if (n >= 16 && dtype == DTYPE_FLOAT32)
        fill_normal_float(&generator->engine, out, n, (float)mean, (float)std);
    else if (n >= 16)
        fill_normal_double(&generator->engine, out, n, mean, std);
    else
        for (int64_t i = 0; i < n; i++)
            scalar_write(dtype, (char *)out + (size_t)i * dtype_size(dtype),
                         scalar_float(fma(next_normal(generator), std, mean)));
    return unlock(generator);
}

bool random_bernoulli(Generator *generator, DType dtype, void *out, int64_t n, double p)
{
    if (!(p >= 0 && p <= 1))
        return error_raise(ERROR_VALUE, "bernoulli_", "bernoulli_ expects p to be in [0, 1], but got p=%g",
                           p) != NULL;
    generator = lock(generator);
    size_t size = dtype_size(dtype);
    for (int64_t i = 0; i < n; i++)
        scalar_write(dtype, (char *)out + (size_t)i * size,
                     scalar_int(engine_uniform_double(&generator->engine) < p));
    return unlock(generator);
}

bool random_bernoulli_each(Generator *generator, DType dtype, void *out, int64_t n, DType p_dtype,
                           const void *p)
{
    if (p_dtype != DTYPE_FLOAT32 && p_dtype != DTYPE_FLOAT64)
        return not_implemented("bernoulli", "bernoulli_tensor_cpu_p_", p_dtype);
    const float *pf = p;
    const double *pd = p;
    for (int64_t i = 0; i < n; i++) {
        double each = p_dtype == DTYPE_FLOAT32 ? (double)pf[i] : pd[i];
        if (!(each >= 0 && each <= 1))
            return error_raise(ERROR_VALUE, "bernoulli",
                               "Expected p_in >= 0 && p_in <= 1 to be true, but got false.") != NULL;
    }
    generator = lock(generator);
    size_t size = dtype_size(dtype);
    for (int64_t i = 0; i < n; i++) {
        bool one = p_dtype == DTYPE_FLOAT32 ? engine_uniform_float(&generator->engine) < pf[i]
                                            : engine_uniform_double(&generator->engine) < pd[i];
        scalar_write(dtype, (char *)out + (size_t)i * size, scalar_int(one));
    }
    return unlock(generator);
}

/* Float dtypes hold only some of the integers beyond their significand: the range shrinks to what they hold.
 */
static int64_t round_to_float(DType dtype, int64_t value)
{
    double rounded = dtype == DTYPE_FLOAT32 ? (double)(float)value : (double)value;
    return rounded >= 0x1p63 ? INT64_MAX : (int64_t)rounded;
}

static int64_t spacing(DType dtype, int64_t value)
{
    int digits = dtype == DTYPE_FLOAT32 ? 24 : 53, bits = 0;
    for (uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value; rest >>= 1;)
        bits++;
    return INT64_C(1) << (bits - digits + 1);
}

static void fit_range(DType dtype, int64_t *from, int64_t *to)
{
    int64_t first = round_to_float(dtype, *from + 1), last = round_to_float(dtype, *to - 1);
    if (first < *from)
        *from = first + spacing(dtype, *from + 1);
    if (last >= *to)
        *to = last - spacing(dtype, *to - 1);
}

/* The integers that a dtype can hold; nothing is said of the others, which hold any int64 or come near. */
static bool check_bounds(DType dtype, int64_t from, int64_t last)
{
    static const struct {
        int64_t low, high;
    } bounds[DTYPE_COUNT] = {
        [DTYPE_INT32] = {INT32_MIN, INT32_MAX},
        [DTYPE_UINT8] = {0, UINT8_MAX},
        [DTYPE_BOOL] = {0, 1},
    };
    int64_t low = bounds[dtype].low, high = bounds[dtype].high;
    if (low == high || (from >= low && last <= high))
        return true;
    return error_raise(ERROR_VALUE, "random_", "%s is out of bounds for %s",
                       from < low || from > high ? "from" : "to - 1", dtype_c_name(dtype)) != NULL;
}

bool random_from_to(Generator *generator, DType dtype, void *out, int64_t n, int64_t from, int64_t to)
{
    if (from >= to)
        return error_raise(ERROR_VALUE, "random_",
                           "random_ expects 'from' to be less than 'to', but got from=%lld >= to=%lld",
                           (long long)from, (long long)to) != NULL;
    if (!check_bounds(dtype, from, to - 1))
        return false;
    if (dtype == DTYPE_FLOAT32 || dtype == DTYPE_FLOAT64)
        fit_range(dtype, &from, &to);
    if (from >= to)
        return error_raise(ERROR_VALUE, "random_",
                           "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but "
                           "got from=%lld >= to=%lld",
                           (long long)from, (long long)to) != NULL;
    uint64_t range = (uint64_t)to - (uint64_t)from;
    generator = lock(generator);
    Engine *engine = &generator->engine;
    size_t size = dtype_size(dtype);
    for (int64_t i = 0; i < n; i++) {
        /* 32 random bits serve small ranges, where the bias of the remainder stays small. */
        uint64_t bits = range >= UINT64_C(1) << 28 ? engine_random64(engine) : engine_random(engine);
        scalar_write(dtype, (char *)out + (size_t)i * size,
                     scalar_int((int64_t)(bits % range + (uint64_t)from)));
    }
    return unlock(generator);
}

bool random_any(Generator *generator, DType dtype, void *out, int64_t n)
{
    static const uint64_t counts[DTYPE_COUNT] = {
        [DTYPE_FLOAT32] = (UINT64_C(1) << 24) + 1, [DTYPE_FLOAT64] = (UINT64_C(1) << 53) + 1,
        [DTYPE_INT64] = UINT64_C(1) << 63,         [DTYPE_INT32] = UINT64_C(1) << 31,
        [DTYPE_UINT8] = UINT64_C(1) << 8,          [DTYPE_BOOL] = 2,
    };
    if (counts[dtype] == 0)
        return not_implemented("random_", "random_kernel_cpu", dtype);
    generator = lock(generator);
    Engine *engine = &generator->engine;
    size_t size = dtype_size(dtype);
    bool wide = dtype == DTYPE_FLOAT64 || dtype == DTYPE_INT64;
    for (int64_t i = 0; i < n; i++) {
        uint64_t bits = wide ? engine_random64(engine) : engine_random(engine);
        scalar_write(dtype, (char *)out + (size_t)i * size, scalar_int((int64_t)(bits % counts[dtype])));
    }
    return unlock(generator);
}

static void swap_elements(char *a, char *b, size_t size)
{
    for (size_t k = 0; k < size; k++) {
        char byte = a[k];
        a[k] = b[k];
        b[k] = byte;
    }
}

/* Fisher and Yates: each place gets one of the numbers not yet placed. */
static void shuffle(Engine *engine, DType dtype, char *out, int64_t n)
{
    size_t size = dtype_size(dtype);
    if (dtype == DTYPE_INT64) {
        int64_t *x = (int64_t *)(void *)out;
        for (int64_t i = 0; i < n; i++)
            x[i] = i;
        for (int64_t i = 0; i < n - 1; i++) {
            int64_t j = i + (int64_t)(engine_random(engine) % (uint64_t)(n - i)), saved = x[i];
            x[i] = x[j];
            x[j] = saved;
        }
        return;
    }
    for (int64_t i = 0; i < n; i++)
        scalar_write(dtype, out + (size_t)i * size, scalar_int(i));
    for (int64_t i = 0; i < n - 1; i++) {
        int64_t j = i + (int64_t)(engine_random(engine) % (uint64_t)(n - i));
        swap_elements(out + (size_t)i * size, out + (size_t)j * size, size);
    }
}

/* The same "inside out", with 64 bits a number, where 32 would be too few for n places. */
static void shuffle_large(Engine *engine, DType dtype, char *out, int64_t n)
{
    size_t size = dtype_size(dtype);
    for (int64_t i = 0; i < n; i++) {
        int64_t j = (int64_t)(engine_random64(engine) % ((uint64_t)i + 1));
        scalar_write(dtype, out + (size_t)i * size, scalar_int(i));
        swap_elements(out + (size_t)i * size, out + (size_t)j * size, size);
    }
}

bool random_permutation(Generator *generator, DType dtype, void *out, int64_t n)
{
    if (n < 0)
        return error_raise(ERROR_VALUE, "randperm",
                           "Trying to create tensor with negative dimension %lld: [%lld]", (long long)n,
                           (long long)n) != NULL;
    if (dtype == DTYPE_BOOL)
        return not_implemented("randperm", "randperm", dtype);
    if (dtype == DTYPE_UINT8 && n > UINT8_MAX)
        return error_raise(ERROR_VALUE, "randperm",
                           "value cannot be converted to type uint8_t without overflow") != NULL;
    if ((dtype == DTYPE_INT32 && n > INT32_MAX) || (dtype == DTYPE_FLOAT32 && n > INT64_C(1) << 24))
        return error_raise(ERROR_VALUE, "randperm",
                           "n cannot be greater than the largest integer that %s holds exactly",
                           dtype_name(dtype)) != NULL;
    generator = lock(generator);
    if (n < UINT32_MAX / 20)
        shuffle(&generator->engine, dtype, out, n);
    else
        shuffle_large(&generator->engine, dtype, out, n);
    return unlock(generator);
}
