/** The nearest integer, halves to the even one (as numpy, torch and tf.round; Math.round takes halves upwards). */
export function roundHalfToEven(x: number): number {
  const down = Math.floor(x);
  const up = x - down === 0.5 ? down % 2 !== 0 : x - down > 0.5;
  return up ? down + 1 : down;
}
