import { Random } from "zsq/dist/tensor/random";
import { background } from "./background";
import { bicycle } from "./bicycle";
import { Canvas } from "./canvas";
import { car } from "./car";
import { checkKey } from "./check";
import { Item, layout, pixelsPerMetre } from "./layout";
import { Paint } from "./paint";
import { thermalPaint } from "./paint-thermal";
import { visiblePaint } from "./paint-visible";
import { person } from "./person";
import { photograph, photographThermal, thermalSensor } from "./sensor";
import { clipOf, DOMAINS, HEIGHT, Scene, SceneKey, SPLITS, WIDTH } from "./types";

// the independent random sequences of an image
const PLACE = 0, OBJECTS = 1, SENSOR = 2, NOISE = 3;
// rows and columns, share of its first extent, and pixels that an object must show to be annotated
const MIN_HEIGHT = 7, MIN_WIDTH = 3, MIN_SHARE = 0.3, MIN_PIXELS = 12;

/** An object that was drawn: its category, its id in the buffer, and how many pixels it had before others covered it. */
export interface Drawn {
  label: number;
  id: number;
  extent: number;
}

/**
 * Draws one street scene; the same key gives the same pixels and boxes everywhere.
 *
 * Eight consecutive training images are a clip: they share place, light, ground temperature, and camera, while
 * objects, clutter, and noise differ. Validation images are independent of each other.
 * Boxes hold the visible extent; objects less than 30 % visible, 7 pixels high, or 3 wide are not annotated.
 *
 * Throws if the key is invalid.
 *
 * @example drawScene({ seed: 1, domain: "thermal", split: "val", index: 0 }).pixels.length // 20480
 */
export function drawScene(key: SceneKey): Scene {
  return renderScene(key).scene;
}

/** Draws one scene and keeps what the boxes are made from: `ids` [HEIGHT, WIDTH] and the objects that were drawn. */
export function renderScene(key: SceneKey): { scene: Scene; ids: Uint8Array; drawn: Drawn[] } {
  checkKey("drawScene", key);
  const { clip } = clipOf(key.split, key.index), isVisible = key.domain === "visible";
  const place = stream(key, PLACE, clip), objects = stream(key, OBJECTS, key.index);
  const paint = isVisible ? visiblePaint(place) : thermalPaint(place), camera = { horizon: place.uniform(0.28, 0.45) * HEIGHT, height: place.uniform(1.3, 2.2) };
  const canvas = new Canvas(paint.channels), drawn: Drawn[] = [];
  background(canvas, place, camera.horizon, paint);
  for (const item of layout(objects, camera)) draw(canvas, objects, item, Math.max(pixelsPerMetre(camera, item.y), 2), paint, drawn);
  const sensor = stream(key, SENSOR, key.index), noise = stream(key, NOISE, key.index);
  const pixels = isVisible ? photograph(sensor, noise, canvas.image) : photographThermal(sensor, noise, canvas.image, thermalSensor(place));
  return { scene: { width: WIDTH, height: HEIGHT, channels: paint.channels, pixels, ...annotate(canvas.ids, drawn) }, ids: canvas.ids, drawn };
}

// the random sequence of one purpose of one image or clip
function stream({ seed, domain, split }: SceneKey, purpose: number, index: number): Random {
  const part = (DOMAINS.indexOf(domain) * 4 + SPLITS.indexOf(split)) * 8 + purpose;
  return new Random(seed, part * 0x1000000 + index);
}

function draw(canvas: Canvas, random: Random, { kind, x, y }: Item, s: number, paint: Paint, drawn: Drawn[]): void {
  const annotated = <T>(label: number, shapes: () => T): T => {
    canvas.current = drawn.length + 1;
    const result = shapes();
    drawn.push({ label, id: canvas.current, extent: canvas.countCurrent() });
    canvas.current = 0;
    return result;
  };
  groundShade(canvas, random, kind, x, y, s, paint);
  if (typeof kind === "function") kind(canvas, random, x, y, s, paint);
  else if (kind === "person") annotated(1, () => person(canvas, random, x, y, s, paint));
  else if (kind === "car") annotated(2, () => car(canvas, random, x, y, s, paint));
  else {
    const seat = annotated(3, () => bicycle(canvas, random, x, y, s, paint));
    if (kind === "rider") annotated(1, () => person(canvas, random, seat[0] + 0.05 * s, y - 0.25 * s, s, paint, true));
  }
}

// half the width of the shadow in metres
const SHADOW = { car: 2, person: 0.45, bicycle: 0.8, rider: 0.8 };

function groundShade(canvas: Canvas, random: Random, kind: Item["kind"], x: number, y: number, s: number, paint: Paint): void {
  if (typeof kind === "function") {
    if (paint.shadows) canvas.ellipse(x, y, 0.5 * s, 0.12 * s, [0, 0, 0], { opacity: 0.25, mark: false, softness: Math.max(0.1 * s, 1) });
    return;
  }
  if (paint.shadows) canvas.ellipse(x, y, SHADOW[kind] * s, 0.14 * s, [0, 0, 0], { opacity: 0.4, mark: false, softness: Math.max(0.1 * s, 1) });
  const warm = kind === "car" ? paint.warmGround(random) : undefined;
  if (warm) canvas.ellipse(x, y, 1.8 * s, 0.1 * s, warm, { opacity: 0.6, mark: false });
}

// reads the visible extents off the id buffer
function annotate(ids: Uint8Array, drawn: readonly Drawn[]): { boxes: number[][]; labels: number[] } {
  const extents = drawn.map(() => ({ count: 0, x0: WIDTH, y0: HEIGHT, x1: 0, y1: 0 }));
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === 0) continue;
    const e = extents[ids[i] - 1], x = i % WIDTH, y = (i - x) / WIDTH;
    e.count++;
    e.x0 = Math.min(e.x0, x); e.x1 = Math.max(e.x1, x + 1);
    e.y0 = Math.min(e.y0, y); e.y1 = Math.max(e.y1, y + 1);
  }
  const boxes: number[][] = [], labels: number[] = [];
  extents.forEach(({ count, x0, y0, x1, y1 }, i) => {
    if (count < MIN_SHARE * drawn[i].extent || count < MIN_PIXELS || y1 - y0 < MIN_HEIGHT || x1 - x0 < MIN_WIDTH) return;
    boxes.push([x0, y0, x1 - x0, y1 - y0]);
    labels.push(drawn[i].label);
  });
  return { boxes, labels };
}
