/** Plotly's axis for iterations from 0: logarithmic in 1 + iterations, with labels where they have room. Traces use 1 + iterations as x. */
export function iterationsAxis(all: readonly number[]): Record<string, unknown> {
  const steps = [...new Set(all)].sort((a, b) => a - b);
  const place = (i: number): number => Math.log10(1 + i);
  const [first, last] = [place(steps[0]), place(steps[steps.length - 1])];
  const shown: number[] = [];
  for (const step of steps) if (!shown.length || place(step) - place(shown[shown.length - 1]) > (last - first) / 14) shown.push(step);
  const margin = 0.03 * (last - first);
  return {
    type: "log", range: [first - margin, last + margin], tickvals: shown.map((i) => i + 1), ticktext: shown.map(String),
    title: "iterations n (log scale of 1 + n)",
  };
}
