/* What optimizers and schedulers remember, by names, to go on from a file (optimizer.state_dict()).
 *
 *     StateDict *saved = optim_state_dict(optimizer);
 *     nn_save_safetensors(saved, "optimizer.safetensors");
 *
 * The keys are PyTorch's, joined by dots:
 *
 *     state.0.momentum_buffer     of parameter 0, counted through all groups; also state.0.step
 *     param_groups.0.lr           and the other options of a group, 0-d float64; initial_lr if there is one
 *     param_groups.0.params       which parameters are in it, int64
 *
 * and of a scheduler its settings (step_size, gamma), last_epoch, _step_count, base_lrs and _last_lr; of the
 * ones in a SequentialLR with _schedulers.0. before them. Functions, texts and milestones are not there:
 * those are the constructor's, which must be called with the same arguments. */
#ifndef TAPER_OPTIM_STATE_DICT_H
#define TAPER_OPTIM_STATE_DICT_H

#include "nn/state_dict.h"
#include "optim/scheduler.h"

TAPER_BEGIN_DECLS

/* optimizer.state_dict(): a dict of the innermost scope. The parameters' state is there itself, not copied.
 */
TAPER_API StateDict *optim_state_dict(const Optimizer *optimizer);

/* optimizer.load_state_dict(dict): copies, with the dtypes and to the devices of the parameters. The next
 * steps are, bit for bit, those that the saved optimizer would have made. Parameters without state in the
 * dict have none afterwards; options that are not there stay. False after an error, which changes nothing:
 * ERROR_VALUE in PyTorch's words for another number of groups or of parameters in one, ERROR_SHAPE for state
 * of another shape than its parameter's. */
TAPER_API bool optim_load_state_dict(Optimizer *optimizer, const StateDict *dict);

/* scheduler.state_dict() and load_state_dict(dict). As in PyTorch, loading leaves the optimizer's learning
 * rates to the optimizer's own state. ERROR_KEY if a name is missing, ERROR_VALUE for another number of
 * groups; the scheduler is as before then. */
TAPER_API StateDict *optim_scheduler_state_dict(const Scheduler *scheduler);
TAPER_API bool optim_scheduler_load_state_dict(Scheduler *scheduler, const StateDict *dict);

TAPER_END_DECLS

#endif
