"""Times the iterations of a distillation in PyTorch: python torch_distill.py WAY LOSS BATCH HEIGHT WIDTH ITERATIONS THREADS

WAY  zeroq          as ZeroQ's code goes about it: hooks on the convolutions, mean and var of torch, gradients of all weights
     best           as well as PyTorch can in float32: no weight gradients, statistics with a gradient written by hand
     best-nhwc      the same with channels last
LOSS mean, or mean+std
Prints JSON: times of the iterations (first left out) and the peak of the resident memory.
"""
import json, resource, sys, time
import torch
import torch.nn as nn

way, loss_name = sys.argv[1:3]
batch, height, width, iterations, threads = map(int, sys.argv[3:8])
torch.set_num_threads(threads)
torch.manual_seed(0)
EPSILON, STD = 1e-6, loss_name == "mean+std"


class Bottleneck(nn.Module):
    def __init__(self, ci, width, stride):
        super().__init__()
        co = 4 * width
        self.conv1, self.bn1 = nn.Conv2d(ci, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, co, 1, bias=False), nn.BatchNorm2d(co)
        self.shortcut = nn.ModuleList([nn.Conv2d(ci, co, 1, stride, bias=False), nn.BatchNorm2d(co)]) if stride > 1 or ci != co else None


class Trunk(nn.Module):
    """ResNet-50 without its classifier; forward also returns what enters the batch norms."""
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1, self.pool = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.MaxPool2d(3, 2, 1)
        blocks, ci = [], 64
        for stage, count in enumerate([3, 4, 6, 3]):
            for k in range(count):
                blocks.append(Bottleneck(ci, 64 * 2**stage, 2 if k == 0 and stage > 0 else 1))
                ci = 256 * 2**stage
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x):
        seen = []

        def norm(conv, bn, y):
            seen.append(conv(y))
            return bn(seen[-1])
        y = self.pool(torch.relu_(norm(self.conv1, self.bn1, x)))
        for b in self.blocks:
            z = torch.relu_(norm(b.conv1, b.bn1, y))
            z = torch.relu_(norm(b.conv2, b.bn2, z))
            z = norm(b.conv3, b.bn3, z)
            y = torch.relu_(z + (norm(b.shortcut[0], b.shortcut[1], y) if b.shortcut is not None else y))
        return seen


class StatisticsLoss(torch.autograd.Function):
    """Squared distance of one layer's statistics; the gradient is a * x + b."""
    @staticmethod
    def forward(ctx, x, mean, std):
        n, m = x.shape[0], x.shape[2] * x.shape[3]
        seen = x.mean((2, 3))
        if not STD:
            ctx.save_for_backward((seen - mean) * (2 / (n * m)))
            ctx.shape = x.shape
            return (seen - mean).square().sum() / n
        dev = (((x * x).mean((2, 3)) - seen * seen) * (m / (m - 1)) + EPSILON).sqrt()
        ctx.save_for_backward(x, seen, dev, mean, std)
        return ((seen - mean).square().sum() + (dev - std).square().sum()) / n

    @staticmethod
    def backward(ctx, g):
        if not STD:
            return (ctx.saved_tensors[0] * g)[:, :, None, None].expand(ctx.shape), None, None
        x, seen, dev, mean, std = ctx.saved_tensors
        m, k = x.shape[2] * x.shape[3], g * 2 / x.shape[0]
        a = (dev - std) / dev / (m - 1)
        b = (seen - mean) / m - a * seen
        return torch.addcmul((b * k)[:, :, None, None], x, (a * k)[:, :, None, None]), None, None


def plain_loss(x, mean, std):
    flat = x.reshape(x.shape[0], x.shape[1], -1)
    value = (flat.mean(2) - mean).square().sum()
    return (value + ((flat.var(2) + EPSILON).sqrt() - std).square().sum() if STD else value) / x.shape[0]


net = Trunk().train()
with torch.no_grad():  # statistics that random weights really have
    for bn in net.modules():
        if isinstance(bn, nn.BatchNorm2d):
            bn.momentum = 0.5
    for _ in range(3):
        net(torch.randn(2, 3, 96, 96))
net.eval()
norms = [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
stored = [(bn.running_mean.clone(), (bn.running_var + EPSILON).sqrt()) for bn in norms]
hooked = {}
if way == "zeroq":
    for k, conv in enumerate(m for m in net.modules() if isinstance(m, nn.Conv2d)):
        conv.register_forward_hook(lambda module, inputs, output, k=k: hooked.__setitem__(k, output))
else:
    for p in net.parameters():
        p.requires_grad_(False)
x = torch.randn(batch, 3, height, width)
if way == "best-nhwc":
    net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
x.requires_grad_(True)
adam = torch.optim.Adam([x], lr=0.1)
wall, cpu = [], []
for _ in range(iterations + 1):
    start, used = time.perf_counter(), time.process_time()
    adam.zero_grad()
    if way == "zeroq":
        net.zero_grad()
        net(x)
        loss = sum(plain_loss(hooked[k], *s) for k, s in enumerate(stored))
    else:
        loss = sum(StatisticsLoss.apply(y, *s) for y, s in zip(net(x), stored))
    loss.backward()
    adam.step()
    loss.item()
    wall.append(1e3 * (time.perf_counter() - start))
    cpu.append(1e3 * (time.process_time() - used))
print(json.dumps({"wall": wall[1:], "cpu": cpu[1:], "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "torch": torch.__version__}))
