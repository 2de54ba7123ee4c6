"""The reference model, step by step: Taper's time and memory over PyTorch's, measured in turn.

    python3 bench/step.py [--program build/bench/step] [--threads 2] [--rounds 3] [--train 32,128] [--eval 1,32]

Each figure comes from a process of its own. PyTorch runs contiguous and channels_last; the ratio is to the better of them.
"""
import argparse
import os
import resource
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WARMUP = 3


def pytorch(mode, batch, threads, steps, channels_last):
    """In a process of its own: prints the same line as the C program."""
    import torch
    sys.path.insert(0, os.path.join(HERE, "../examples"))
    from se_resnet import CustomCNN
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    model = CustomCNN().to(memory_format=layout)
    inputs = torch.randn(batch, 3, 32, 32).contiguous(memory_format=layout)
    labels = torch.randint(0, 10, (batch,))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9)

    def train_step():
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(inputs), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    @torch.inference_mode()
    def eval_step():
        return model(inputs)[0, 0].item()

    if mode == "eval":
        model.eval()
    times = []
    for i in range(-WARMUP, steps):
        start = time.perf_counter()
        train_step() if mode == "train" else eval_step()
        if i >= 0:
            times.append((time.perf_counter() - start) * 1e3)
    print(f"{sorted(times)[steps // 2]:.2f};{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")


def measure(command, threads):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment).stdout
    return [float(v) for v in out.split(";")]


def compare(args, mode, batch):
    steps = args.steps if mode == "train" or batch > 8 else 10 * args.steps
    call = [mode, str(batch), str(args.threads), str(steps)]
    commands = {
        "taper": [args.program, *call],
        "contiguous": [sys.executable, __file__, "--inside", "0", *call],
        "channels_last": [sys.executable, __file__, "--inside", "1", *call],
    }
    runs = {name: [] for name in commands}
    for _ in range(args.rounds):
        for name, command in commands.items():
            runs[name].append(measure(command, args.threads))
    median = {name: [statistics.median(r[i] for r in rows) for i in range(2)] for name, rows in runs.items()}
    ours, theirs = median["taper"], [min(median[n][i] for n in ("contiguous", "channels_last")) for i in range(2)]
    row = " ".join(f"{median[n][0]:9.1f} ms {median[n][1]:6.0f} MB" for n in commands)
    print(f"{mode:5} {batch:4}  {row}   time {ours[0] / theirs[0]:.2f}, memory {ours[1] / theirs[1]:.2f}", flush=True)


def main():
    if sys.argv[1:2] == ["--inside"]:
        channels_last, mode, batch, threads, steps = sys.argv[2:7]
        return pytorch(mode, int(batch), int(threads), int(steps), channels_last == "1")
    numbers = lambda text: [int(n) for n in text.split(",") if n]
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(HERE, "../build/bench/step"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--train", type=numbers, default=[32, 128])
    parser.add_argument("--eval", type=numbers, default=[1, 32])
    args = parser.parse_args()
    print(f"{args.threads} threads, medians of {args.rounds} rounds; ratios of Taper to PyTorch's better figure")
    print(f"{'':12}{'Taper':>19} {'PyTorch':>22} {'PyTorch channels_last':>22}")
    for mode, batches in (("train", args.train), ("eval", args.eval)):
        for batch in batches:
            compare(args, mode, batch)


if __name__ == "__main__":
    main()
