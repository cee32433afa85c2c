/** A message by which a kernel shows something. */
export interface KernelMessage {
  data: Record<string, unknown>;
  metadata: object;
  transient: object;
}

const jupyter = require("tslab/dist/jupyter") as { lastWriteDisplayData: ((data: KernelMessage, update?: boolean) => void) | null };

/** What a kernel would show while `run` runs, without one. */
export async function kernelMessages(run: () => unknown): Promise<KernelMessage[]> {
  const messages: KernelMessage[] = [];
  jupyter.lastWriteDisplayData = (data) => void messages.push(data);
  try {
    await run();
  } finally {
    jupyter.lastWriteDisplayData = null;
  }
  return messages;
}
