/** Name of the images after so many iterations among the arrays of a distillation. */
export const snapshotName = (iterations: number): string => `after ${iterations}`;
