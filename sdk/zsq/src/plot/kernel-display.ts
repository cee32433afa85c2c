/** One output of a cell in several forms, by MIME type; the front end shows the richest that it knows. */
export type MimeBundle = Record<string, unknown>;

interface DisplayData {
  data: MimeBundle;
  metadata: Record<string, unknown>;
  transient: { display_id?: string };
}

/** The part of tslab that hands a message to the front end; `lastWriteDisplayData` is set while the kernel runs. */
interface TslabJupyter {
  lastWriteDisplayData?: ((data: DisplayData, update?: boolean) => void) | null;
}

/**
 * Shows a bundle as ONE output of the running cell; tslab's own `display` sends one MIME type per output.
 *
 * - **where** – the calling function, for the error
 * - **id** – of an output that later calls can replace, and **update** – whether this call replaces it
 *
 * Throws outside a notebook.
 */
export function writeDisplay(where: string, data: MimeBundle, { id, update = false }: { id?: string; update?: boolean } = {}): void {
  const write = tslab()?.lastWriteDisplayData;
  if (!write) throw new Error(`${where}: missing notebook kernel; expected to run in a notebook's cell`);
  write({ data, metadata: {}, transient: id === undefined ? {} : { display_id: id } }, update);
}

// tslab as the kernel has loaded it; never loaded from here, where it would be another copy or no kernel
function tslab(): TslabJupyter | undefined {
  const path = Object.keys(require.cache).find((name) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(name));
  return path === undefined ? undefined : (require.cache[path]?.exports as TslabJupyter);
}
