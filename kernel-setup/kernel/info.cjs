"use strict";
const { version } = require("./compiler.cjs");

/** What the kernel says of itself. */
function kernelInfo() {
  return {
    status: "ok",
    protocol_version: "5.3",
    implementation: "zsq",
    implementation_version: require("tslab/package.json").version,
    language_info: {
      name: "typescript",
      version,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: { name: "javascript", typescript: true, mode: "typescript" },
      nbconvert_exporter: "script",
    },
    banner: `TypeScript ${version} on Node ${process.versions.node}`,
    help_links: [
      { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
      { text: "TensorFlow.js", url: "https://js.tensorflow.org/api/latest/" },
      { text: "Danfo.js", url: "https://danfo.jsdata.org/api-reference" },
      { text: "Plotly", url: "https://plotly.com/javascript/reference/" },
      { text: "Node.js", url: "https://nodejs.org/api/" },
    ],
    supported_features: [],
  };
}

/** A hover text in forms: the signature as code, then what its author wrote. */
function helpOf(text) {
  const [signature, ...documentation] = text.split("\n\n");
  return { "text/plain": text, "text/markdown": ["```typescript", signature, "```", "", ...documentation.join("\n\n").split("\n")].join("\n") };
}

module.exports = { kernelInfo, helpOf };
