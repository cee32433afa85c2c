import type { z } from "zod";

/**
 * The value of a JSON text if it fits the schema; keys that the schema does not know are dropped or refused as it says.
 *
 * - **name** – of the calling function and **source** – of the text, such as a path: both for the error
 *
 * Throws one line: `<name>: damaged <source>: …` if it is not JSON, or
 * `<name>: invalid <pointer> in <source>: <received>; expected <rule>` for the first thing that does not fit.
 */
export function parseJson<S extends z.ZodType>(schema: S, text: string, name: string, source: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${name}: damaged ${source}: ${oneLine((error as Error).message)}; expected JSON`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  throw new Error(`${name}: invalid ${pointer(path)} in ${source}: ${received(value, path)}; ${rule(message)}`);
}

/** An error's text on one line of at most 200 characters. */
export function oneLine(message: string): string {
  const line = message.replace(/\s+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

// annotations[12].bbox
function pointer(path: readonly PropertyKey[]): string {
  if (!path.length) return "value";
  return path.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i ? "." : ""}${String(key)}`)).join("");
}

function received(value: unknown, path: readonly PropertyKey[]): string {
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  if (value === undefined) return "missing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

// zod says "Invalid input: expected number, received string"
function rule(message: string): string {
  const text = oneLine(message.replace(/^[^:]*: (?=expected)/, "").replace(/, received .*$/, ""));
  return text.startsWith("expected") ? text : `expected ${text}`;
}
