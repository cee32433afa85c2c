import { join } from "node:path";
import type { CommandModule } from "yargs";
import { repositoryRoot } from "../study/repository";
import { runChild } from "./child";

export const doctorCommand: CommandModule<object, { json: boolean }> = {
  command: "doctor",
  describe: "check every component of the set-up",
  builder: (yargs) => yargs.option("json", { type: "boolean", default: false, describe: "print JSON" }),
  handler: ({ json }) => runChild(process.execPath, [join(repositoryRoot(), "kernel-setup/doctor.mjs"), ...(json ? ["--json"] : [])]),
};
