/** Where and why a text is not JSON. */
export interface JsonFault {
  /** character, from 0 */
  offset: number;
  /** JSON pointer of the value in which it lies */
  pointer: string;
  /** what stands there */
  received: string;
  expected: string;
}

const NUMBER = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\n\r]*/y;
const DEEPEST = 1000;

/** The first fault of a text that JSON.parse refuses, or undefined where it finds none. */
export function findJsonFault(text: string): JsonFault | undefined {
  try {
    const scan = new Scanner(text);
    scan.value("", 0);
    scan.end();
    return undefined;
  } catch (fault) {
    if (fault instanceof Found) return fault.fault;
    throw fault;
  }
}

class Found extends Error {
  constructor(readonly fault: JsonFault) {
    super(fault.expected);
  }
}

class Scanner {
  private at = 0;

  constructor(private readonly text: string) {}

  value(pointer: string, depth: number): void {
    this.skip(SPACE);
    if (depth > DEEPEST) this.fail(pointer, `at most ${DEEPEST} levels`);
    const open = this.text[this.at];
    if (open === "{") this.list(pointer, "}", () => this.member(pointer, depth));
    else if (open === "[") this.list(pointer, "]", (i) => this.value(`${pointer}/${i}`, depth + 1));
    else if (!(this.skip(STRING) || this.skip(NUMBER) || this.skip(WORD))) this.fail(pointer, "a JSON value");
  }

  end(): void {
    this.skip(SPACE);
    if (this.at < this.text.length) this.fail("", "the end");
  }

  private list(pointer: string, close: string, element: (i: number) => void): void {
    this.at++;
    this.skip(SPACE);
    if (this.take(close)) return;
    for (let i = 0; ; i++) {
      element(i);
      this.skip(SPACE);
      if (this.take(close)) return;
      if (!this.take(",")) this.fail(pointer, `, or ${close}`);
    }
  }

  private member(pointer: string, depth: number): void {
    this.skip(SPACE);
    const start = this.at;
    if (!this.skip(STRING)) this.fail(pointer, "a name in double quotes");
    const name = JSON.parse(this.text.slice(start, this.at)) as string;
    this.skip(SPACE);
    if (!this.take(":")) this.fail(pointer, ":");
    this.value(`${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, depth + 1);
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  private fail(pointer: string, expected: string): never {
    const rest = this.text.slice(this.at, this.at + 20);
    const received = this.at >= this.text.length ? "the end" : /^[-+\w.]+/.exec(rest)?.[0] ?? JSON.stringify(rest[0]);
    throw new Found({ offset: this.at, pointer, received, expected });
  }
}
