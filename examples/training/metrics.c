#include "metrics.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

bool metrics_open(const char *path, const char *mode, FILE **file)
{
    *file = NULL;
    if (path == NULL)
        return true;
    *file = fopen(path, mode);
    if (*file == NULL)
        fprintf(stderr, "train_cifar10: cannot write %s: %s\n", path, strerror(errno));
    return *file != NULL;
}

/* JSON has no NaN and no infinity: a loss that has become one is null. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static bool write_line(FILE *file, json_t *object)
{
    bool written = object != NULL && json_dumpf(object, file, JSON_REAL_PRECISION(17)) == 0 &&
                   fputc('\n', file) != EOF && fflush(file) == 0;
    json_decref(object);
    if (!written)
        fprintf(stderr, "train_cifar10: cannot write the metrics: %s\n", strerror(errno));
    return written;
}

bool metrics_step(FILE *file, int64_t epoch, int64_t step, double loss, double lr, double step_ms)
{
    if (file == NULL)
        return true;
    return write_line(file, json_pack("{s:I, s:I, s:o, s:o, s:o}", "epoch", (json_int_t)epoch, "step",
                                      (json_int_t)step, "loss", number(loss), "lr", number(lr), "step_ms",
                                      number(step_ms)));
}

bool metrics_epoch(FILE *file, int64_t epoch, double test_accuracy, double test_loss)
{
    if (file == NULL)
        return true;
    return write_line(file, json_pack("{s:I, s:o, s:o}", "epoch", (json_int_t)epoch, "test_accuracy",
                                      number(test_accuracy), "test_loss", number(test_loss)));
}

bool metrics_close(FILE *file)
{
    if (file == NULL)
        return true;
    bool written = !ferror(file); /* what was not written then, and said so */
    if (fclose(file) == 0 || !written)
        return written;
    fprintf(stderr, "train_cifar10: cannot write the metrics: %s\n", strerror(errno));
    return false;
}
