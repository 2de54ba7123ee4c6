#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 24 };

double progress_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

Progress progress_new(int64_t epochs, int64_t steps, int64_t log_every)
{
    return (Progress){
        .terminal = isatty(STDOUT_FILENO) == 1, .log_every = log_every, .epochs = epochs, .steps = steps};
}

void progress_reset(Progress *progress)
{
    progress->images = progress->correct = 0;
    progress->total_loss = progress->running_loss = 0;
}

void progress_epoch(Progress *progress, int64_t epoch)
{
    progress->epoch = epoch;
    progress->started = progress_clock();
    progress->drawn = 0;
    progress->images_before = progress->images;
}

static void draw(const Progress *progress, int64_t step)
{
    double seconds = progress_clock() - progress->started;
    double images = (double)(progress->images - progress->images_before);
    double speed = seconds > 0 ? images / seconds : 0;
    double done = progress->steps > 0 ? (double)(step + 1) / (double)progress->steps : 1;
    double images_left = (double)progress->images * (1 / done - 1);
    long left = speed > 0 ? (long)(images_left / speed + 0.5) : 0;
    char bar[BAR + 1];
    memset(bar, ' ', BAR);
    memset(bar, '=', (size_t)(done * BAR));
    bar[BAR] = '\0';
    printf("\r\033[K%lld/%lld [%s] %3.0f%%  loss %.3f  accuracy %.1f%%  %.0f images/s  %ld:%02ld left",
           (long long)progress->epoch + 1, (long long)progress->epochs, bar, 100 * done,
           progress->total_loss / (double)progress->images,
           100 * (double)progress->correct / (double)progress->images, speed, left / 60, left % 60);
    fflush(stdout);
}

void progress_step(Progress *progress, int64_t step, double loss, int64_t images, int64_t correct)
{
    progress->images += images;
    progress->correct += correct;
    progress->total_loss += loss * (double)images;
    progress->running_loss += loss;
    if (progress->terminal) {
        double now = progress_clock();
        if (now - progress->drawn > 0.1 || step + 1 == progress->steps) {
            progress->drawn = now;
            draw(progress, step);
        }
    } else if (step % progress->log_every == progress->log_every - 1) {
        printf("[%lld, %5lld] loss: %.3f\n", (long long)progress->epoch + 1, (long long)step + 1,
               progress->running_loss / (double)progress->log_every);
        fflush(stdout);
        progress->running_loss = 0;
    }
}

void progress_epoch_end(Progress *progress, double test_accuracy, double test_loss)
{
    printf("%sepoch %lld: test accuracy %.2f%%, test loss %.4f\n", progress->terminal ? "\n" : "",
           (long long)progress->epoch + 1, 100 * test_accuracy, test_loss);
    fflush(stdout);
}
