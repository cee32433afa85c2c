import path from "node:path";
import { fileURLToPath } from "node:url";
import tseslint from "typescript-eslint";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

// Rules that find faults, with type information; layout and taste are left to the reader.
const typed = {
  "@typescript-eslint/await-thenable": "error",
  "@typescript-eslint/no-floating-promises": "error",
  "@typescript-eslint/no-for-in-array": "error",
  "@typescript-eslint/no-misused-promises": "error",
  "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrors: "none" }],
  "@typescript-eslint/only-throw-error": "error",
  "@typescript-eslint/prefer-promise-reject-errors": "error",
  "@typescript-eslint/restrict-plus-operands": "error",
  "@typescript-eslint/return-await": "error",
  "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
  eqeqeq: ["error", "always", { null: "ignore" }],
};

export default tseslint.config(
  { ignores: ["**/dist/", "**/node_modules/", "out/", "data/", ".zsq/", "kernel-setup/shims/"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: typed,
  },
  { files: ["test/**/*.ts"], rules: { "@typescript-eslint/no-require-imports": "off" } },
  { files: ["test/types/**"], rules: { "@typescript-eslint/no-unused-expressions": "off", "@typescript-eslint/no-floating-promises": "off" } },
  {
    files: ["**/*.mjs"],
    rules: { "no-undef": "off", "no-unused-vars": "error", "no-unreachable": "error", "prefer-const": "error", eqeqeq: "error" },
  },
);
