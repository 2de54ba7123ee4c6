/* Classifies pictures with a network that train_cifar10 has trained.
 *
 *     predict --weights train_cifar10.safetensors cat.jpg dog.png
 *
 * For each JPEG or PNG file the five likeliest classes, with bars: CIFAR-10's, or those of the
 * generated images where the network was trained on them. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <taper.h>

#include "training/checkpoint.h"
#include "training/images.h"
#include "training/model.h"
#include "training/picture.h"

enum { SIDE = 32, CLASSES = 10, TOP = 5, BAR = 30 };

const char *argp_program_version = "predict of Taper 0.1.0";

typedef struct Arguments {
    const char *weights;
    char **files;
    int n_files;
} Arguments;

static error_t take(int key, char *text, struct argp_state *state)
{
    Arguments *arguments = state->input;
    if (key == 'w')
        arguments->weights = text;
    else if (key == ARGP_KEY_ARGS) {
        arguments->files = state->argv + state->next;
        arguments->n_files = state->argc - state->next;
    } else if (key == ARGP_KEY_NO_ARGS)
        argp_error(state, "no picture was given");
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

/* A picture as a batch of one, as the network was trained on them. */
static Tensor *picture_tensor(const char *path)
{
    unsigned char pixels[SIDE * SIDE * 3];
    if (!picture_read(path, SIDE, pixels))
        return NULL;
    Tensor *rows = tensor_from_data(pixels, DIMS(1, SIDE, SIDE, 3), DTYPE_UINT8);
    Tensor *x = tensor_to(tensor_permute(rows, 0, 3, 1, 2), DTYPE_FLOAT32);
    return tensor_div(tensor_sub(tensor_div(x, 255), 0.5), 0.5);
}

static bool predict(Module *model, const char *dataset, const char *path)
{
    double p[TOP];
    int64_t classes[TOP];
    Tensor *x = picture_tensor(path);
    if (x == NULL)
        return false;
    TensorValuesIndices best = tensor_topk(tensor_softmax(nn_forward(model, x), 1), TOP, 1);
    if (!tensor_copy_to_host(best.values, DTYPE_FLOAT64, p) ||
        !tensor_copy_to_host(best.indices, DTYPE_INT64, classes))
        return false;
    printf("%s\n", path);
    for (int i = 0; i < TOP; i++) {
        char bar[BAR + 1] = "";
        if (p[i] > 0) /* and not NaN, as of a training that has diverged */
            memset(bar, '#', (size_t)(p[i] * BAR + 0.5));
        printf("  %-10s %5.1f%%  %s\n", images_class(dataset, classes[i]), 100 * p[i], bar);
    }
    return true;
}

int main(int argc, char **argv)
{
    static const struct argp_option choices[] = {
        {"weights", 'w', "FILE", 0, "Checkpoint or safetensors file (default: train_cifar10.safetensors)", 0},
        {.name = NULL},
    };
    static const struct argp parser = {
        .options = choices,
        .parser = take,
        .args_doc = "FILE...",
        .doc = "Classifies JPEG and PNG files with a network that train_cifar10 has trained.",
    };
    Arguments arguments = {.weights = "train_cifar10.safetensors"};
    argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    Module *model = nn_eval(se_resnet_new(CLASSES));
    StateDict *weights = checkpoint_model(arguments.weights);
    if (weights == NULL || !nn_load_state_dict(model, weights).loaded)
        return EXIT_FAILURE;
    const char *dataset = state_dict_metadata(weights, "dataset");
    bool all = true;
    autograd_no_grad
    {
        for (int i = 0; i < arguments.n_files; i++)
            tensor_scope {
                all = predict(model, dataset, arguments.files[i]) && all;
            }
    }
    return all ? EXIT_SUCCESS : EXIT_FAILURE;
}
