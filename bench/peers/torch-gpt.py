"""Training steps of a bare GPT in PyTorch, in tokens a second. Prints one figure for each line that it reads.

python torch-gpt.py FOLDER STEPS THREADS

FOLDER holds job.json (sizes, and the losses that the first steps must have), weights (float32) and tokens (int32). On one thread the
clock is the processor's, on more it is the wall's.
"""

import json
import pathlib
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

TOLERANCE = 1e-3  # of the losses, relative: sums in another order, over a few steps


class Block(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.first = nn.LayerNorm(width)
        self.mix = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.second = nn.LayerNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, length, width = x.shape
        mixed = self.mix(self.first(x)).view(batch, length, 3, self.heads, width // self.heads)
        queries, keys, values = mixed.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(queries, keys, values, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(functional.gelu(self.up(self.second(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self, width: int, layers: int, heads: int, context: int, vocabulary: int):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.last = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.tokens(tokens) + self.positions.weight
        for block in self.blocks:
            x = block(x)
        return self.head(self.last(x))

    def load(self, numbers: numpy.ndarray) -> None:
        """Takes the weights in their order; matrices of layers lie as [inputs, outputs]."""
        at = 0
        for module in self.modules():
            for parameter in module.parameters(recurse=False):
                part = torch.from_numpy(numbers[at : at + parameter.numel()].copy())
                turned = isinstance(module, nn.Linear) and parameter.dim() == 2
                parameter.data.copy_(part.view(parameter.shape[::-1]).T if turned else part.view(parameter.shape))
                at += parameter.numel()
        assert at == len(numbers), f"{len(numbers)} weights were given, {at} are wanted"


def main() -> None:
    folder, steps, threads = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    job = json.loads((folder / "job.json").read_text())
    batch, context, vocabulary = job["batch"], job["context"], job["vocabulary"]
    net = Gpt(job["width"], job["layers"], job["heads"], context, vocabulary)
    net.load(numpy.fromfile(folder / "weights", numpy.float32))
    optimizer = torch.optim.Adam(net.parameters(), 1e-3, betas=(0.9, 0.99), fused=True)

    def step(tokens: torch.Tensor) -> float:
        loss = functional.cross_entropy(net(tokens).view(-1, vocabulary), tokens.view(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        return loss.item()

    given = numpy.fromfile(folder / "tokens", numpy.int32).astype(numpy.int64).reshape(-1, batch, context)
    for place, (tokens, wanted) in enumerate(zip(given, job["losses"], strict=True)):
        loss = step(torch.from_numpy(tokens))
        if abs(loss - wanted) > TOLERANCE * abs(wanted):
            sys.exit(f"step {place}: the loss is {loss} here and {wanted} there")

    clock = time.process_time if threads == 1 else time.perf_counter
    for _ in sys.stdin:
        start = clock()
        for _ in range(steps):
            step(torch.randint(0, vocabulary, (batch, context)))
        print(batch * context * steps / (clock() - start), flush=True)


main()
