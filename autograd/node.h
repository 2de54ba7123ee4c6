/* The inside of a tape node and of a tensor's autograd slot, for the files of this folder. Not installed. */
#ifndef TAPER_AUTOGRAD_NODE_H
#define TAPER_AUTOGRAD_NODE_H

#include "autograd/autograd.h"
#include "core/tensor_struct.h"

typedef struct Hook {
    TensorHook call;
    void *user;
    int64_t handle;
} Hook;

typedef struct HookList {
    Hook *hooks;
    int count;
} HookList;

/* A tensor kept for backward, with the version it had. The result of the operation itself is kept without its
 * history (or the node would own itself) and gets it back when it is asked for. */
typedef struct Saved {
    Tensor *tensor;
    int64_t version;
    bool is_output;
} Saved;

/* What is remembered of an input once it may be gone. */
typedef struct InputShape {
    int32_t ndim;
    DType dtype;
    Device device;
    int64_t shape[TENSOR_MAX_DIMS];
} InputShape;

struct TapeNode {
    Object base;
    const char *name;
    BackwardFunction backward;
    uint64_t sequence; /* grows with every node: an input's node is always older than its user's */
    int n_inputs, n_saved;
    TapeNode **next; /* per input: where its gradient goes; NULL where none is needed */
    InputShape *inputs;
    Saved *saved;
    void *args;
    bool freed;                     /* what was saved is gone: a second backward is an error */
    HookList hooks;                 /* on the tensor that this node made */
    struct AutogradMeta *retaining; /* the slot that wants this gradient kept (retain_grad); not owned */
    Tensor *variable;               /* AccumulateGrad: the leaf */
    TapeNode *inner; /* CopySlices (autograd/view_history.c): the in-place operation on the view */
};

/* What the tape knows of a tensor; hangs in Tensor.autograd. */
typedef struct AutogradMeta {
    Object base;
    bool requires_grad; /* of a leaf */
    bool retains_grad;
    bool inference;
    bool made_in_no_grad; /* a view made while gradients were off */
    Tensor *grad;
    TapeNode *grad_fn;
    TapeNode *accumulator; /* of a leaf: its AccumulateGrad node while one is alive; not owned */
    HookList hooks;        /* of a leaf */
    Tensor *view_base;     /* of a view: the tensor at the root of it */
    int64_t view_version;  /* the version that grad_fn belongs to */
} AutogradMeta;

/* meta.c */
AutogradMeta *meta_of(const Tensor *x); /* NULL if the tape does not know x */
AutogradMeta *meta_make(Tensor *x);     /* makes one if there is none; NULL after ERROR_MEMORY */
void meta_set_grad_fn(AutogradMeta *meta, TapeNode *node); /* takes over the reference */
TapeNode *meta_gradient_edge(Tensor *x); /* a reference to where x's gradient goes; NULL if it needs none */
void hooks_free(HookList *hooks);

/* tape.c */
TapeNode *node_new(const char *name, BackwardFunction backward, int n_inputs, int n_saved, size_t args_size);
void node_free_saved(TapeNode *node);
/* Calls the node's backward and collects what it gives: grads[i], NULL or with a reference. False after an
 * error, with nothing in grads. */
bool node_backward(TapeNode *node, Tensor *grad, Tensor **grads);
void accumulate_grad(TapeNode *node, Tensor *grad); /* marks AccumulateGrad nodes; the engine does the work */

/* view_history.c */
void view_remember(Tensor *view, Tensor *x);
void view_refresh_grad_fn(Tensor *view);
/* Views made while gradients were off cannot follow a change of their memory: ERROR_AUTOGRAD if one is among
 * the inputs of an operation with the result y. */
bool views_have_histories(const char *operation, const Tensor *y, TensorList inputs);
bool view_rebase(Tensor *view, TapeNode *node, int self_input); /* takes over the reference to node */

#endif
