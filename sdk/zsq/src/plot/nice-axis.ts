/** A linear axis: its ends and its round ticks. */
export interface NiceAxis {
  from: number;
  to: number;
  ticks: number[];
}

/** An axis with round ticks that holds all values with some room at both ends. */
export function niceAxis(values: readonly number[]): NiceAxis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const raw = Math.max(high - low, 1) / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) as number);
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step)];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => round((first + i) * step));
  return { from: round(first * step - step / 4), to: round(last * step + step / 4), ticks };
}

/** Plotly's logarithmic axis with a tick at each power of ten that holds all values, which are positive. */
export function logAxis(values: readonly number[]): Record<string, unknown> {
  const [first, last] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];
  const tickvals = Array.from({ length: last - first + 1 }, (_, i) => Number((10 ** (first + i)).toPrecision(1)));
  return { type: "log", range: [first - 0.1, last + 0.1], tickvals, ticktext: tickvals.map(String) };
}

const round = (value: number): number => Number(value.toFixed(6));
