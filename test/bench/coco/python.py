"""Usage: python python.py TOOL GT.json DETS.json REPEATS. Prints one JSON object: CPU seconds of each run, stats, memory."""
import contextlib, io, json, os, resource, sys, time

os.environ["RAYON_NUM_THREADS"] = "1"  # hotcoco on one thread
tool, gt, dets, repeats = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
if tool == "pycocotools":
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
elif tool == "faster-coco-eval":
    from faster_coco_eval import COCO, COCOeval_faster as COCOeval
else:
    from hotcoco import COCO, COCOeval

now = time.process_time
evaluations, totals = [], []
for _ in range(repeats):
    with contextlib.redirect_stdout(io.StringIO()):
        start = now()
        truth = COCO(gt)
        e = COCOeval(truth, truth.load_res(dets) if hasattr(truth, "load_res") else truth.loadRes(dets), "bbox")
        loaded = now()
        e.evaluate()
        e.accumulate()
        evaluations.append(now() - loaded)
        e.summarize()
        totals.append(now() - start)
print(json.dumps({"evaluate": evaluations, "total": totals, "stats": [float(x) for x in e.stats][:12], "peakMB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
