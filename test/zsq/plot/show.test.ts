import assert from "node:assert/strict";
import { DataFrame } from "danfojs-node";
import { show, showTable, table1Figure, table1Table } from "zsq";
import { table1Example } from "../../helpers/table1-example";

type Message = { data: Record<string, unknown>; metadata: object; transient: object };
const jupyter = require("tslab/dist/jupyter") as { lastWriteDisplayData: ((data: Message, update?: boolean) => void) | null };
const { rows, paper } = table1Example();
const figure = table1Figure(rows, paper);

// What a kernel sends while `run` runs
function sent(run: () => void): Message[] {
  const messages: Message[] = [];
  jupyter.lastWriteDisplayData = (data) => void messages.push(data);
  try {
    run();
  } finally {
    jupyter.lastWriteDisplayData = null;
  }
  return messages;
}

describe("show", () => {
  it("sends one output with plotly's spec, an SVG and text", () => {
    const messages = sent(() => show(figure, { name: "table1" }));
    assert.equal(messages.length, 1);
    const { data, metadata, transient } = messages[0];
    assert.deepEqual(Object.keys(data), ["application/vnd.plotly.v1+json", "image/svg+xml", "text/plain"]);
    assert.deepEqual({ metadata, transient }, { metadata: {}, transient: {} });
    const spec = data["application/vnd.plotly.v1+json"] as { data: object; layout: object; config: { toImageButtonOptions: { filename: string } } };
    assert.deepEqual([spec.data, spec.layout, spec.config.toImageButtonOptions.filename], [figure.data, figure.layout, "table1"]);
    assert.ok(String(data["image/svg+xml"]).startsWith("<svg "));
  });

  it("refuses a name that is no file name", () => {
    assert.throws(() => sent(() => show(figure, { name: "../x" })), /^Error: show: invalid name: "\.\.\/x"; expected letters, digits, _ and -$/);
  });

  it("says that there is no notebook", () => {
    assert.throws(() => show(figure, { name: "table1" }), /^Error: show: missing notebook kernel; expected to run in a notebook's cell$/);
  });
});

describe("showTable", () => {
  it("shows rows and a danfojs DataFrame alike", () => {
    const records = table1Table(rows, paper);
    const [fromRows, fromFrame] = sent(() => [records, new DataFrame(records)].forEach((table) => showTable(table, { caption: "Table 1" })));
    assert.deepEqual(fromFrame, fromRows);
    assert.deepEqual(Object.keys(fromRows.data), ["text/html", "text/plain"]);
  });

  it("escapes what it shows", () => {
    const [{ data }] = sent(() => showTable([{ "<th>": "</td><script>alert(1)</script>" }], { caption: "<i>" }));
    assert.equal(data["text/html"], '<table><caption style="text-align:left">&lt;i&gt;</caption><thead><tr><th scope="col" style="text-align:left">&lt;th&gt;</th></tr></thead>\n<tbody>\n<tr><td style="text-align:left">&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;</td></tr>\n</tbody></table>');
  });

  it("aligns numbers to the right in both forms, and shows what is absent as a dash", () => {
    const [{ data }] = sent(() => showTable([{ name: "a", value: 1.5 }, { name: "bcd", value: null }, { name: "c", value: -10 }], { caption: "numbers" }));
    assert.equal(data["text/plain"], "numbers\nname  value\na       1.5\nbcd       \u2013\nc       -10");
    assert.ok(String(data["text/html"]).includes('<td style="text-align:right;white-space:nowrap">1.5</td>'));
  });

  it("shows an empty table", () => assert.equal(sent(() => showTable([], { caption: "none" }))[0].data["text/plain"], "none\n"));

  it("refuses rows with other columns", () => {
    assert.throws(() => sent(() => showTable([{ a: 1 }, { b: 2 }], { caption: "" })), /^Error: showTable: invalid columns of row 1: b; expected a$/);
  });
});
