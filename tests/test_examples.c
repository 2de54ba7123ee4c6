/* train_cifar10 and predict as programs: metrics, exact resumption, Ctrl-C, generated images without a
 * network, wrong use, pictures. The data are a CIFAR-10 of ten images a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <taper.h>

#include "program.h"

#define PICTURE TAPER_TESTS_DIR "/vectors/picture" /* .png and .jpg */

enum { IMAGES = 10, RECORD = 3073, STEPS_AN_EPOCH = 3 };

static char folder[] = "/tmp/taper-examples-XXXXXX";

/* A path in the tests' folder; the last four are valid. */
static const char *in_folder(const char *name)
{
    static char paths[4][256];
    static int next;
    next = (next + 1) % 4;
    snprintf(paths[next], sizeof paths[next], "%s/%s", folder, name);
    return paths[next];
}

static int write_batches(const char *name)
{
    FILE *file = fopen(in_folder(name), "wb");
    unsigned char record[RECORD];
    unsigned state = 1;
    for (int i = 0; file != NULL && i < IMAGES; i++) {
        record[0] = (unsigned char)i;
        for (int p = 1; p < RECORD; p++)
            record[p] = (unsigned char)((state = state * 1664525u + 1013904223u) >> 24);
        fwrite(record, 1, sizeof record, file);
    }
    return file != NULL ? fclose(file) : -1;
}

static int make_folder(void **state)
{
    (void)state;
    static const char *const files[] = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                        "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"};
    int failed = mkdtemp(folder) == NULL || chdir(folder) != 0 || mkdir("cifar-10-batches-bin", 0700) != 0;
    for (int i = 0; i < 6 && !failed; i++) {
        char name[64];
        snprintf(name, sizeof name, "cifar-10-batches-bin/%s", files[i]);
        failed = write_batches(name) != 0;
    }
    /* No request leaves the machine. */
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    return failed;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") != 0 || system(command) != 0;
}

/* train_cifar10 on six of the images, three steps an epoch. */
#define train(...)                                                                                           \
    program_run(TAPER_TRAIN, "--data", folder, "--seed", "3", "--limit", "6", "--batch-size", "2",           \
                __VA_ARGS__)

static void assert_succeeded(const Ended *ended)
{
    if (ended->status != 0)
        fail_msg("exit status %d:\n%s", ended->status, ended->text);
}

static void assert_printed(const Ended *ended, const char *text)
{
    if (strstr(ended->text, text) == NULL)
        fail_msg("\"%s\" is not in:\n%s", text, ended->text);
}

/* -- metrics -- */

typedef struct Metrics {
    int steps, epochs;
    double losses[64], test_loss;
} Metrics;

static double number(const json_t *line, const char *key)
{
    const json_t *value = json_object_get(line, key);
    if (!json_is_number(value))
        fail_msg("no number %s", key);
    return json_number_value(value);
}

static Metrics read_metrics(const char *path)
{
    Metrics metrics = {0};
    char text[4096];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(text, sizeof text, file) != NULL) {
        json_t *line = json_loads(text, 0, NULL);
        assert_non_null(line);
        if (json_object_get(line, "step") != NULL) {
            assert_int_equal((int)number(line, "step"), metrics.steps + 1);
            assert_int_equal((int)number(line, "epoch"), metrics.steps / STEPS_AN_EPOCH + 1);
            assert_true(number(line, "lr") > 0 && number(line, "step_ms") > 0);
            metrics.losses[metrics.steps++] = number(line, "loss");
        } else {
            assert_int_equal((int)number(line, "epoch"), ++metrics.epochs);
            assert_true(number(line, "test_accuracy") >= 0 && number(line, "test_accuracy") <= 1);
            metrics.test_loss = number(line, "test_loss");
        }
        json_decref(line);
    }
    fclose(file);
    return metrics;
}

static void assert_same_file(const char *a, const char *b)
{
    char command[600];
    snprintf(command, sizeof command, "cmp %s %s", a, b);
    assert_int_equal(system(command), 0);
}

/* Two epochs at a stroke, and stopped after `steps` and resumed: the same losses and the same file at the
 * end. */
static void check_resumption(const char *steps)
{
    remove("parts.jsonl");
    Ended whole = train("--epochs", "2", "--schedule", "onecycle", "--metrics", "whole.jsonl", "--checkpoint",
                        "whole.safetensors");
    assert_succeeded(&whole);
    Ended first = train("--epochs", "2", "--schedule", "onecycle", "--metrics", "parts.jsonl", "--checkpoint",
                        "parts.safetensors", "--max-steps", steps);
    assert_succeeded(&first);
    Ended second = train("--epochs", "2", "--schedule", "onecycle", "--metrics", "parts.jsonl",
                         "--checkpoint", "parts.safetensors", "--resume", "parts.safetensors");
    assert_succeeded(&second);
    Metrics a = read_metrics("whole.jsonl"), b = read_metrics("parts.jsonl");
    if (a.steps != 2 * STEPS_AN_EPOCH)
        fail_msg("%d steps:\n%s", a.steps, whole.text);
    assert_int_equal(a.epochs, 2);
    assert_int_equal(b.steps, a.steps);
    assert_int_equal(b.epochs, a.epochs);
    for (int i = 0; i < a.steps; i++)
        assert_true(a.losses[i] == b.losses[i]);
    assert_true(a.test_loss == b.test_loss);
    assert_same_file("whole.safetensors", "parts.safetensors");
}

static void test_resumes_exactly_within_an_epoch(void **state)
{
    (void)state;
    check_resumption("2");
}

static void test_resumes_exactly_between_epochs(void **state)
{
    (void)state;
    check_resumption("3");
}

static void test_prints_the_scripts_lines(void **state)
{
    (void)state;
    Ended ended = train("--epochs", "1", "--log-every", "1", "--dtype", "float64");
    assert_succeeded(&ended);
    assert_printed(&ended, "[1,     1] loss: 2.");
    assert_printed(&ended, "[1,     3] loss: ");
    assert_printed(&ended, "epoch 1: test accuracy ");
}

static long lines_of(const char *path)
{
    FILE *file = fopen(path, "r");
    long lines = 0;
    for (int c; file != NULL && (c = fgetc(file)) != EOF;)
        lines += c == '\n';
    if (file != NULL)
        fclose(file);
    return lines;
}

static void test_interrupt_writes_a_checkpoint(void **state)
{
    (void)state;
    remove("train_cifar10.safetensors");
    Program program = program_start((const char *const[]){TAPER_TRAIN, "--data", folder, "--seed", "3",
                                                          "--limit", "6", "--batch-size", "2", "--epochs",
                                                          "1000", "--metrics", "interrupted.jsonl", NULL});
    for (int i = 0; i < 3000 && lines_of("interrupted.jsonl") < 2; i++)
        usleep(20000);
    kill(program.pid, SIGINT);
    Ended ended = program_end(program);
    assert_succeeded(&ended);
    assert_printed(&ended, "interrupted after step ");
    assert_printed(&ended, "go on with --resume train_cifar10.safetensors");
    int steps = read_metrics("interrupted.jsonl").steps;
    char next[16];
    snprintf(next, sizeof next, "%d", steps + 1);
    Ended resumed = train("--epochs", "1000", "--metrics", "interrupted.jsonl", "--resume",
                          "train_cifar10.safetensors", "--max-steps", next);
    assert_succeeded(&resumed);
    assert_int_equal(read_metrics("interrupted.jsonl").steps, steps + 1);
}

static void test_trains_on_generated_images_without_a_network(void **state)
{
    (void)state;
    const char *empty = in_folder("empty");
    Ended ended = program_run(TAPER_TRAIN, "--data", empty, "--download", "--limit", "6", "--max-steps", "1",
                              "--batch-size", "2", "--checkpoint", "generated.safetensors");
    assert_succeeded(&ended);
    assert_printed(&ended, "No CIFAR-10 in ");
    assert_printed(&ended, "Training on generated images of ten figures instead.");
    ended = program_run(TAPER_PREDICT, "--weights", "generated.safetensors", PICTURE ".png");
    assert_succeeded(&ended);
    int figures = 0;
    for (int i = 0; i < 10; i++)
        figures += strstr(ended.text, data_generated_class(i)) != NULL;
    assert_true(figures >= 5);
    ended = train("--resume", "generated.safetensors");
    assert_int_equal(ended.status, 1);
    assert_printed(&ended, "generated.safetensors was written by a training on Generated, not on CIFAR10");
}

/* -- wrong use -- */

static void expect_failure(const Ended *ended, int status, const char *text)
{
    assert_int_equal(ended->status, status);
    assert_printed(ended, text);
}

static void test_says_what_is_wrong(void **state)
{
    (void)state;
    enum { USAGE = 64 };
    Ended ended = train("--lr", "fast");
    expect_failure(&ended, USAGE, "--lr takes a number from 0 on, not 'fast'");
    ended = train("--batch-size", "0");
    expect_failure(&ended, USAGE, "--batch-size takes a whole number from 1 on, not '0'");
    ended = train("--schedule", "steps");
    expect_failure(&ended, USAGE, "--schedule is none, cosine or onecycle, not 'steps'");
    ended = train("--device", "tpu");
    expect_failure(&ended, 1, "Invalid device string: 'tpu'");
    ended = train("--metrics", "nowhere/metrics.jsonl");
    expect_failure(&ended, 1, "cannot write nowhere/metrics.jsonl");
    ended = train("--metrics", "/dev/full");
    expect_failure(&ended, 1, "cannot write the metrics: No space left on device");
    ended = program_run(TAPER_TRAIN, "--data", in_folder("empty"));
    expect_failure(&ended, 1, "Dataset not found or corrupted");
    ended = train("--resume", "missing.safetensors");
    expect_failure(&ended, 1, "missing.safetensors");
    ended = train("--resume", "cifar-10-batches-bin/test_batch.bin");
    expect_failure(&ended, 1, "cifar-10-batches-bin/test_batch.bin");
}

static void test_a_checkpoint_of_another_training_is_refused(void **state)
{
    (void)state;
    Ended ended = train("--max-steps", "1", "--checkpoint", "other.safetensors");
    assert_succeeded(&ended);
    ended = train("--resume", "other.safetensors", "--epochs", "3");
    expect_failure(&ended, 1, "other.safetensors was written with another --epochs (number 10, now 3)");
    ended = train("--resume", "other.safetensors", "--workers", "1");
    expect_failure(&ended, 1, "other.safetensors was written with another --workers (number 2, now 1)");
    ended = train("--resume", "other.safetensors", "--dtype", "float64");
    expect_failure(&ended, 1, "other.safetensors was written with another --dtype");
    ended = train("--resume", "other.safetensors", "--lr", "0.1");
    expect_failure(&ended, 1, "other.safetensors was written with another --lr (number 0.001, now 0.1)");
}

/* -- predict -- */

static void test_predict_names_five_classes(void **state)
{
    (void)state;
    Ended trained = train("--max-steps", "1", "--checkpoint", "net.safetensors");
    assert_succeeded(&trained);
    Ended ended = program_run(TAPER_PREDICT, "--weights", "net.safetensors", PICTURE ".png", PICTURE ".jpg");
    assert_succeeded(&ended);
    int lines = 0, percents = 0;
    for (const char *c = ended.text; *c != '\0'; c++) {
        lines += *c == '\n';
        percents += *c == '%';
    }
    assert_int_equal(lines, 12);
    assert_int_equal(percents, 10);
    assert_printed(&ended, PICTURE ".jpg\n");
}

static void test_predict_with_a_network_that_has_diverged(void **state)
{
    (void)state;
    Ended trained = train("--lr", "1e30", "--max-steps", "3", "--checkpoint", "nan.safetensors");
    assert_succeeded(&trained);
    Ended ended = program_run(TAPER_PREDICT, "--weights", "nan.safetensors", PICTURE ".png");
    assert_succeeded(&ended);
    assert_printed(&ended, "nan%");
}

static void test_predict_says_what_is_wrong(void **state)
{
    (void)state;
    Ended trained = train("--max-steps", "1", "--checkpoint", "net.safetensors");
    assert_succeeded(&trained);
    Ended ended = program_run(TAPER_PREDICT, "--weights", "net.safetensors", "cifar-10-batches-bin");
    expect_failure(&ended, 1, "cannot read cifar-10-batches-bin");
    ended = program_run(TAPER_PREDICT, "--weights", "nothing.safetensors", PICTURE ".png");
    expect_failure(&ended, 1, "nothing.safetensors");
    ended = program_run(TAPER_PREDICT);
    expect_failure(&ended, 64, "no picture was given");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resumes_exactly_within_an_epoch),
        cmocka_unit_test(test_resumes_exactly_between_epochs),
        cmocka_unit_test(test_prints_the_scripts_lines),
        cmocka_unit_test(test_interrupt_writes_a_checkpoint),
        cmocka_unit_test(test_trains_on_generated_images_without_a_network),
        cmocka_unit_test(test_says_what_is_wrong),
        cmocka_unit_test(test_a_checkpoint_of_another_training_is_refused),
        cmocka_unit_test(test_predict_names_five_classes),
        cmocka_unit_test(test_predict_with_a_network_that_has_diverged),
        cmocka_unit_test(test_predict_says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
