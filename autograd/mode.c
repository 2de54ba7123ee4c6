/* Whether operations are recorded: one setting per thread. */
#include "autograd/autograd.h"
#include "autograd/node.h"

static __thread bool grad_disabled;
static __thread bool inference_mode;

bool autograd_is_grad_enabled(void)
{
    return !grad_disabled;
}

bool autograd_set_grad_enabled(bool enabled)
{
    bool previous = !grad_disabled;
    grad_disabled = !enabled;
    return previous;
}

bool autograd_is_inference_mode(void)
{
    return inference_mode;
}

bool autograd_set_inference_mode(bool enabled)
{
    bool previous = inference_mode;
    inference_mode = enabled;
    return previous;
}

AutogradMode autograd_mode_enter(bool grad, bool inference)
{
    AutogradMode previous = {.grad = autograd_set_grad_enabled(grad),
                             .inference = autograd_set_inference_mode(inference),
                             .once = 1};
    return previous;
}

void autograd_mode_leave(AutogradMode *mode)
{
    autograd_set_grad_enabled(mode->grad);
    autograd_set_inference_mode(mode->inference);
}
