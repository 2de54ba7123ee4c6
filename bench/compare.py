"""What the comparisons of single operations share: the two sides in turn, medians, a table of ratios."""
import argparse
import statistics
import subprocess

import torch


def taper(program, batch, threads):
    """{name: [milliseconds, ...]} from the lines that a program of this folder prints."""
    lines = subprocess.run([program, str(batch), str(threads)], check=True, capture_output=True, text=True).stdout
    return {row[0]: [float(v) for v in row[1:]] for row in (line.split(";") for line in lines.splitlines())}


def main(program, columns, pytorch):
    """Runs the program and pytorch(batch), which gives the same kind of dict, by turns."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=program)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    ours, theirs = [], []
    for _ in range(args.rounds):
        ours.append(taper(args.program, args.batch, args.threads))
        theirs.append(pytorch(args.batch))
    print(f"batch {args.batch}, {args.threads} threads: milliseconds of Taper / PyTorch = ratio")
    print(f"{'':36}" + "".join(f"{column:>26}" for column in columns))
    for name in ours[0]:
        cells = []
        for i in range(len(columns)):
            a, b = (statistics.median(run[name][i] for run in runs) for runs in (ours, theirs))
            cells.append(f"{a:8.2f} / {b:6.2f} = {a / b:4.2f}")
        print(f"{name:36}" + "".join(f"{cell:>26}" for cell in cells))
