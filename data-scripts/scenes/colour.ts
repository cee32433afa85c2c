/** One level per channel, about [0, 1]: three for visible, one for thermal. */
export type Colour = readonly number[];

/** The colour with every channel clipped to [0, 1]. */
export function clamp(colour: Colour): Colour {
  return colour.map((value) => Math.min(Math.max(value, 0), 1));
}

/** The colour with every channel multiplied. */
export function scale(colour: Colour, factor: number): Colour {
  return colour.map((value) => value * factor);
}

/** A gray of three equal channels. */
export function gray(value: number): Colour {
  return [value, value, value];
}

/** Red, green and blue of a hue, a saturation and a value, all in [0, 1]. */
export function hsv(hue: number, saturation: number, value: number): Colour {
  return [5, 3, 1].map((offset) => {
    const k = (offset + hue * 6) % 6;
    return value - value * saturation * Math.min(Math.max(Math.min(k, 4 - k), 0), 1);
  });
}
