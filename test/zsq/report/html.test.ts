import assert from "node:assert/strict";
import { html, jsonInScript, raw } from "zsq/dist/report/html";
import { pageHtml } from "zsq/dist/report/page";

describe("html", () => {
  it("escapes values, joins arrays, leaves out null", () => {
    assert.equal(html`<p title="${"\"'"}">${"a < b & c"}${null}${[1, html`<b>${"<"}</b>`]}</p>`.markup, '<p title="&quot;&#39;">a &lt; b &amp; c1<b>&lt;</b></p>');
  });
  it("keeps trusted markup", () => assert.equal(html`${raw("<br>")}`.markup, "<br>"));
});

describe("jsonInScript", () => {
  it("cannot end its element, and means the same", () => {
    const value = { text: "</script><!--&\u2028\u2029" };
    const { markup } = jsonInScript(value);
    assert.doesNotMatch(markup, /[<>&\u2028\u2029]/);
    assert.deepEqual(JSON.parse(markup), value);
  });
});

describe("pageHtml", () => {
  it("refuses a script that would end its element", () => {
    const page = { title: "", description: "", body: html``, style: "", scripts: ["'</script>'"] };
    assert.throws(() => pageHtml(page), /^Error: pageHtml: unsupported script: contains <\/script or <!--; expected a script without$/);
  });
});
