import assert from "node:assert/strict";
import { parseStrictJson } from "zsq/dist/weights/strict-json";

describe("parseStrictJson", () => {
  it("reads objects as Maps, lists, strings and integers", () => {
    assert.deepEqual(parseStrictJson(' {"a" : [1, 0, 9007199254740991] ,\n"b\\u0041":{"":"\\"x\\\\"} , "c":[]} '),
      new Map<string, unknown>([["a", [1, 0, 9007199254740991]], ["bA", new Map([["", '"x\\']])], ["c", []]]));
  });

  it("takes __proto__ for a name like any other", () => {
    assert.deepEqual([...(parseStrictJson('{"__proto__":{"x":1}}') as Map<string, unknown>).keys()], ["__proto__"]);
    assert.equal(({} as Record<string, unknown>).x, undefined);
  });

  const refused: [string, string][] = [
    ["", "the end at character 0; expected an object, a list, a string or an integer in [0, 2^53)"],
    ['{"a":1,"a":2}', '"\\"" at character 7; expected a key that has not occurred before'],
    ['{"a":1,"\\u0061":2}', '"\\"" at character 7; expected a key that has not occurred before'],
    ["{a:1}", '"a" at character 1; expected a string'],
    ['{"a" 1}', '"1" at character 5; expected ":"'],
    ['{"a":1,}', '"}" at character 7; expected a string'],
    ['{"a":1 "b":2}', '"\\"" at character 7; expected "," or "}"'],
    ["[1,2", 'the end at character 4; expected "," or "]"'],
    ["[1]]", '"]" at character 3; expected the end'],
    ['"abc', '"\\"" at character 0; expected a string of valid characters'],
    ['"a\nb"', '"\\"" at character 0; expected a string of valid characters'],
    ['"\\x"', '"\\"" at character 0; expected a string of valid characters'],
    ["\ufeff1", '"\ufeff" at character 0; expected an object, a list, a string or an integer in [0, 2^53)'],
    ...["-1", "1.5", "1e3", "01", "9007199254740992", "99999999999999999999", "true", "null", "NaN"].map((text): [string, string] =>
      [text, `"${text[0]}" at character 0; expected an object, a list, a string or an integer in [0, 2^53)`]),
    ["[[[[[1]]]]]", '"[" at character 4; expected at most 4 levels'],
  ];
  for (const [text, message] of refused) it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseStrictJson(text), { message }));

  it("refuses deep nesting without overflowing the stack", () => {
    assert.throws(() => parseStrictJson("[".repeat(5_000_000)), { message: '"[" at character 4; expected at most 4 levels' });
  });
});
