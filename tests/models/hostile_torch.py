"""Files that attack their reader: name → (bytes, suffix, what the refusal says).

Where None stands for the sentence, the weights are whole and the attack does nothing, so that
the file opens. Files that are large are made by functions, to be made one at a time.
"""

from hostile_arrays import NPZ, PT2, SAFETENSORS, arrays
from hostile_large import LARGE as LARGE
from hostile_pickles import NAMES, PICKLES, ZIPS
from torchbytes import (
    STORAGES,
    archive,
    checkpoint,
    exported,
    lstm,
    mapping,
    old,
    pickled,
    safetensors,
)

SMALL = {
    name: (data, suffix, says)
    for table, suffix in (
        (PICKLES, ".pt"),
        (ZIPS, ".pth"),
        (NAMES, ".ckpt"),
        (SAFETENSORS, ".safetensors"),
        (PT2, ".pt2"),
        (NPZ, ".npz"),
    )
    for name, (data, says) in table.items()
}

WHOLE = {
    ".pt": checkpoint(),
    ".pth": old(mapping(lstm())),
    ".ckpt": archive(pickled(mapping({"state_dict": mapping(lstm())})), STORAGES),
    ".safetensors": safetensors(),
    ".pt2": exported(),
    ".npz": arrays(),
}
"""A sound file of every kind."""
