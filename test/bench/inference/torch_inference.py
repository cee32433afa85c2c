"""Times torchvision's RetinaNet R50 v2 on one image: python torch_inference.py THREADS ITERATIONS

Random weights; body, pyramid and heads on an input of 1 x 3 x 512 x 640 (no resizing, no post-processing).
Prints JSON: wall and CPU milliseconds of each pass and the peak of the resident memory.
"""
import json, resource, sys, time
import torch
from torchvision.models.detection import retinanet_resnet50_fpn_v2

threads, iterations = map(int, sys.argv[1:3])
torch.set_num_threads(threads)
torch.manual_seed(0)
net = retinanet_resnet50_fpn_v2(weights=None, weights_backbone=None, num_classes=91).eval()
x = torch.randn(1, 3, 512, 640)
wall, cpu = [], []
with torch.inference_mode():
    for _ in range(iterations + 1):
        start, used = time.perf_counter(), time.process_time()
        net.head(list(net.backbone(x).values()))
        wall.append(1e3 * (time.perf_counter() - start))
        cpu.append(1e3 * (time.process_time() - used))
print(json.dumps({"wall": wall[1:], "cpu": cpu[1:], "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
