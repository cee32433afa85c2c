/**
 * Makes one flat declaration file per entry of the SDK (`dist/flat.d.ts`) of those that tsc has written: what the kernel's compiler reads.
 *
 * Usage: node kernel-setup/declarations.mjs   (after tsc; returns at once where no declaration has changed)
 *
 * A third of the files for the compiler to read: not one per module; not all of tfjs, but its tensors and their methods; not zod's
 * generics, but the types that they stand for.
 */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import declarations from "./kernel/declarations.cjs";
import { writeWhole } from "./lib/files.mjs";

const self = fileURLToPath(import.meta.url);
const TENSORS = "@tensorflow/tfjs-core/dist/tensor", METHODS = "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";

async function main() {
  const stale = declarations.entries.filter((entry) => !declarations.isFresh(entry) || fs.statSync(self).mtimeMs > fs.statSync(entry.flat).mtimeMs);
  if (stale.length === 0) return;
  const tools = { ...(await import("rollup")), ...(await import("rollup-plugin-dts")), ts: (await import("typescript")).default };
  for (const { folder, flat } of stale) {
    const rough = path.join(folder, `flat.${process.pid}.d.ts`); // in its folder, where imports are found
    try {
      fs.writeFileSync(rough, await flatten(path.join(folder, "index.d.ts"), tools));
      fs.writeFileSync(rough, plain(rough, tools));
      writeWhole(flat, nameable(await flatten(rough, tools))); // once more: leaves out what only the generics needed
    } finally {
      fs.rmSync(rough, { force: true });
    }
  }
}

/** Text of one declaration file that says what `input` and all it imports from its own package say; what nobody can name is left out. */
async function flatten(input, { rollup, dts }) {
  const onwarn = ({ code, message }) => { if (code === "UNRESOLVED_IMPORT") throw new Error(message); };
  const bundle = await rollup({ input, external: (name) => !/^[./]/.test(name), plugins: [dts()], onwarn });
  const { output: [{ code }] } = await bundle.generate({ format: "es", paths: { "@tensorflow/tfjs-node-gpu": TENSORS } });
  await bundle.close();
  return code.includes(TENSORS) && !code.includes(METHODS) ? `import "${METHODS}";\n${code}` : code;
}

/** The same with every type exported: a cell's variable may be of a type that the package does not export, and the compiler has to name it. */
function nameable(code) {
  const exported = new Set([...code.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names]) => names.split(",").map((name) => name.trim().split(" as ")[0])));
  const inner = [...code.matchAll(/^(?:declare )?(?:abstract )?(?:interface|type|class|enum) ([\w$]+)/gm)].map(([, name]) => name).filter((name) => !exported.has(name));
  return inner.length ? `${code}\nexport type { ${[...new Set(inner)].join(", ")} };\n` : code;
}

/** Text of a declaration file with each `z.output<typeof schema>` written out. */
function plain(file, { ts }) {
  const text = fs.readFileSync(file, "utf8");
  if (!/ from ['"]zod['"]/.test(text)) return text;
  const { ScriptTarget, ModuleKind, ModuleResolutionKind, NodeBuilderFlags } = ts;
  const program = ts.createProgram([file], { target: ScriptTarget.ES2022, module: ModuleKind.CommonJS, moduleResolution: ModuleResolutionKind.Node10, strict: true, types: [] });
  const checker = program.getTypeChecker(), source = program.getSourceFile(file), printer = ts.createPrinter();
  const flags = NodeBuilderFlags.InTypeAlias | NodeBuilderFlags.NoTruncation | NodeBuilderFlags.MultilineObjectLiterals;
  const aliases = source.statements.filter((statement) => ts.isTypeAliasDeclaration(statement) && /\bz\.(output|infer)</.test(statement.type.getText(source)));
  return aliases.reduceRight((whole, { type, parent }) => {
    const node = checker.typeToTypeNode(checker.getTypeAtLocation(type), parent, flags);
    return whole.slice(0, type.getStart(source)) + printer.printNode(ts.EmitHint.Unspecified, node, source) + whole.slice(type.end);
  }, text);
}

main().catch((error) => {
  console.error(`declarations: ${error.message}${error.code === "ERR_MODULE_NOT_FOUND" ? "\n  remedy: npm run setup" : ""}`);
  process.exitCode = 1;
});
