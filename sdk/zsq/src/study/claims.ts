import { figure2Claims } from "./figure2-verdicts";
import { figure3Claims } from "./figure3-verdicts";
import { figure4Claims } from "./figure4-verdicts";
import { table1Claims } from "./table1-verdicts";
import { whatIfClaims } from "./what-if-verdicts";

/** All claims of the paper that are judged, in words, by the ids of verdicts. */
export const studyClaims: Readonly<Record<string, string>> = { ...table1Claims, ...figure2Claims, ...figure3Claims, ...figure4Claims, ...whatIfClaims };
