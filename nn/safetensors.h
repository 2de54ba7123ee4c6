/* Safetensors files: tensors by name, as Python's safetensors package writes and reads them. */
#ifndef TAPER_NN_SAFETENSORS_H
#define TAPER_NN_SAFETENSORS_H

#include "nn/state_dict.h"

TAPER_BEGIN_DECLS

/* safetensors.torch.save_file(dict, path, metadata): the tensors and the dict's metadata, in the order and
 * layout of the Python package. Where it refuses tensors that share memory, each is written.
 *
 * The file is there complete or not at all: it is written under another name in the same folder
 * ("path.tmp-..."), brought to the disk, and renamed. A device or a pipe is written to as it is. ERROR_IO
 * with the system's reason, ERROR_VALUE for names that are not UTF-8. */
TAPER_API bool nn_save_safetensors(const StateDict *dict, const char *path);

/* safetensors.torch.load_file(path), with the metadata that safe_open(path).metadata() has: a dict of the
 * innermost scope, in the order of the file, its tensors in memory of their own on the CPU. float16 and
 * bfloat16 become float32.
 *
 * ERROR_IO if the file cannot be read; ERROR_FORMAT if anything in it is not as it should be; ERROR_DTYPE for
 * types that Taper has no tensors of. */
TAPER_API StateDict *nn_load_safetensors(const char *path);

TAPER_END_DECLS

#endif
