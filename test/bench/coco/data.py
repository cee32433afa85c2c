"""Usage: python data.py FOLDER. Writes the data of the benchmark: NAME-gt.json and NAME-dets.json, always the same.

val is like COCO val2017, flir like FLIR, large like val with 400,000 detections. Ground truth is drawn; detections are
its boxes moved, or drawn too: not the output of a detector, but as many, as crowded and as often tied.
"""
import json, sys
import numpy as np

COCO_IDS = [i for i in range(1, 91) if i not in (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)]


def boxes(rng, n, width, height, mix):
    """[n, 4] with shares `mix` of small, medium and large ones."""
    u = rng.random(n)
    between = lambda low, high: np.exp(rng.uniform(np.log(low), np.log(high), n))
    area = np.where(u < mix[0], between(20, 1024), np.where(u < mix[0] + mix[1], between(1024, 9216), between(9216, 0.7 * width * height)))
    ratio = np.exp(rng.normal(0, 0.45, n))
    w = np.minimum(np.sqrt(area * ratio), width * 0.98)
    h = np.minimum(area / w, height * 0.98)
    return np.stack([rng.random(n) * (width - w), rng.random(n) * (height - h), w, h], 1)


def make(name, images, ids, truths, detections, cap, size, mix, crowds, zipf, masks, seed, over):
    rng, (width, height), count = np.random.default_rng(seed), size, len(ids)
    weight = rng.gamma(1.1, 1.0, images)  # objects per image; one in a hundred is empty
    weight[rng.permutation(images)[:images // 100]] = 0
    gi = np.sort(rng.choice(images, truths, p=weight / weight.sum()))
    share = 1 / np.arange(1, count + 1) ** zipf
    share /= share.sum()
    rng.shuffle(share[1:])
    main = rng.choice(count, (images, 3), p=share)  # a few categories rule each image
    gc = np.where(rng.random(truths) < 0.8, main[gi, rng.integers(0, 3, truths)], rng.choice(count, truths, p=share))
    gb = np.round(boxes(rng, truths, width, height, mix), 2)
    crowd = np.zeros(truths, int)
    crowd[rng.permutation(truths)[:crowds]] = 1
    area = gb[:, 2] * gb[:, 3] * (rng.uniform(0.45, 0.95, truths) if masks else 1)
    image_ids = np.sort(rng.choice(600000, images, replace=False)) + 1

    parts = []
    for p, jitter, low, high in [(0.82, 0.06, 0.35, 1.0), (0.55, 0.18, 0.05, 0.7), (0.35, 0.3, 0.02, 0.4)]:
        k = np.flatnonzero(rng.random(truths) < p)
        b, n = gb[k].copy(), len(k)
        b[:, :2] += rng.normal(0, jitter, (n, 2)) * b[:, 2:]
        b[:, 2:] *= np.exp(rng.normal(0, jitter, (n, 2)))
        c = np.where(rng.random(n) < 0.93, gc[k], rng.choice(count, n, p=share))
        parts.append((gi[k], c, b, rng.beta(3, 2, n) * (high - low) + low))
    n = int((detections - sum(len(part[0]) for part in parts)) * over)
    fi = rng.choice(images, n, p=(weight + 0.6) / (weight + 0.6).sum())
    fc = np.where(rng.random(n) < 0.6, main[fi, rng.integers(0, 3, n)], rng.choice(count, n, p=share))
    parts.append((fi, fc, boxes(rng, n, width, height, mix), rng.beta(1.1, 6, n) * 0.9 + 0.001))
    di, dc, db, ds = (np.concatenate(columns) for columns in zip(*parts))
    db[:, 2:] = np.maximum(db[:, 2:], 1.0)
    db, ds = np.round(db, 2), np.round(np.clip(ds, 0.001, 0.999), 5)

    order = np.lexsort((-ds, di))  # by image, then falling score, at most `cap` an image
    di = di[order]
    order = order[np.arange(len(di)) - np.searchsorted(di, np.arange(images))[di] < cap]
    if len(order) > detections:
        order = order[np.sort(rng.permutation(len(order))[:detections])]
    di = np.concatenate([part[0] for part in parts])[order]
    dc, db, ds = dc[order], db[order], ds[order]

    gt = {
        "images": [{"id": int(i), "width": width, "height": height, "file_name": f"{int(i):012d}.jpg"} for i in image_ids],
        "categories": [{"id": c, "name": f"c{c}"} for c in ids],
        "annotations": [{"id": int(100000 + 7 * j), "image_id": int(image_ids[gi[j]]), "category_id": ids[gc[j]], "bbox": gb[j].tolist(), "area": round(float(area[j]), 4), "iscrowd": int(crowd[j])} for j in rng.permutation(truths)],
    }
    dets = [{"image_id": int(image_ids[i]), "category_id": ids[c], "bbox": [round(v, 2) for v in b.tolist()], "score": float(s)} for i, c, b, s in zip(di, dc, db, ds)]
    for part, content in (("gt", gt), ("dets", dets)):
        with open(f"{sys.argv[1]}/{name}-{part}.json", "w") as file:
            json.dump(content, file)
    print(f"{name}: {images:,} images, {count} categories, {truths:,} ground truths, {len(dets):,} detections")


make("val", 5000, COCO_IDS, 36781, 200000, 100, (640, 480), (0.41, 0.34, 0.25), 446, 0.9, True, 2017, 1.25)
make("flir", 1366, [1, 2, 3], 16000, 136600, 100, (640, 512), (0.63, 0.32, 0.05), 0, 0.6, False, 1366, 4.0)
make("large", 5000, COCO_IDS, 36781, 400000, 1000, (640, 480), (0.41, 0.34, 0.25), 446, 0.9, True, 2017, 1.01)
