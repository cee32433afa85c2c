/** What parseStrictJson returns: objects are Maps, numbers are non-negative integers. */
export type StrictJson = string | number | StrictJson[] | Map<string, StrictJson>;

/**
 * Parses the part of JSON that file headers need: objects, arrays, strings and integers in [0, 2^53). Unlike JSON.parse
 * it refuses keys that occur twice, and nesting deeper than `maxDepth`.
 *
 * Throws an Error whose message says what stands at which character and what was expected.
 *
 * @example parseStrictJson('{"a": [1, 2]}') // Map { "a" => [1, 2] }
 */
export function parseStrictJson(text: string, maxDepth = 4): StrictJson {
  const parser = new Parser(text, maxDepth);
  parser.skipSpace();
  const value = parser.value(1);
  parser.end();
  return value;
}

class Parser {
  private at = 0;

  constructor(private readonly text: string, private readonly maxDepth: number) {}

  value(depth: number): StrictJson {
    if (this.text[this.at] === '"') return this.string();
    if ("[{".includes(this.text[this.at] ?? " ") && depth > this.maxDepth) this.fail(`at most ${this.maxDepth} levels`);
    if (this.taken("[")) {
      const items: StrictJson[] = [];
      this.list("]", () => items.push(this.value(depth + 1)));
      return items;
    }
    return this.taken("{") ? this.object(depth) : this.integer();
  }

  skipSpace(): void {
    while (" \t\r\n".includes(this.text[this.at] ?? "x")) this.at++;
  }

  end(): void {
    this.skipSpace();
    if (this.at < this.text.length) this.fail("the end");
  }

  private object(depth: number): Map<string, StrictJson> {
    const entries = new Map<string, StrictJson>();
    this.list("}", () => {
      const start = this.at;
      const key = this.string();
      if (entries.has(key)) this.fail("a key that has not occurred before", start);
      if (!this.taken(":")) this.fail('":"');
      this.skipSpace();
      entries.set(key, this.value(depth + 1));
    });
    return entries;
  }

  // items separated by commas, up to `end`
  private list(end: string, item: () => void): void {
    if (this.taken(end)) return;
    do {
      this.skipSpace();
      item();
    } while (this.taken(","));
    if (!this.taken(end)) this.fail(`"," or "${end}"`);
  }

  private string(): string {
    const start = this.at;
    if (this.text[start] !== '"') this.fail("a string");
    let end = start + 1;
    while (end < this.text.length && this.text[end] !== '"') end += this.text[end] === "\\" ? 2 : 1;
    this.at = end + 1;
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      return this.fail("a string of valid characters", start);
    }
  }

  private integer(): number {
    const digits = /^(?:0|[1-9][0-9]{0,15})(?![0-9.eE])/.exec(this.text.slice(this.at, this.at + 17));
    const number = Number(digits?.[0]);
    if (!digits || !Number.isSafeInteger(number)) return this.fail("an object, a list, a string or an integer in [0, 2^53)");
    this.at += digits[0].length;
    return number;
  }

  // moves past the character if it is the next after spaces
  private taken(character: string): boolean {
    this.skipSpace();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private fail(expected: string, at = this.at): never {
    const received = at < this.text.length ? JSON.stringify(this.text[at]) : "the end";
    throw new Error(`${received} at character ${at}; expected ${expected}`);
  }
}
