import { FONT, SOURCES, THEMES } from "../plot/theme";

const variables = ({ background, ink, muted, grid, band }: (typeof THEMES)["light"]): string =>
  `--background:${background};--ink:${ink};--muted:${muted};--grid:${grid};--band:${band}`;

/** The report's style sheet: system fonts, light and dark by the reader's preference, from 320 px upwards, print. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;${variables(THEMES.light)};--page:#f6f7f9;--good:#00684b;--other:#8a4b00;--link:#0058a8}
@media (prefers-color-scheme:dark){:root{${variables(THEMES.dark)};--page:#0e1013;--good:#4cc9a0;--other:#f0a850;--link:#7db8ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 ${FONT};-webkit-text-size-adjust:100%}
main{max-width:1120px;margin:0 auto;padding:40px 24px 64px}
h1{font-size:clamp(1.6rem,1.1rem + 2.2vw,2.4rem);line-height:1.15;letter-spacing:-.015em;margin:0 0 12px;text-wrap:balance}
h2{font-size:1.3rem;line-height:1.25;margin:0 0 6px}
h3{font-size:1.05rem;margin:0 0 12px}
p{margin:0 0 14px;max-width:72ch}
a{color:var(--link)}
a:focus-visible,.scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.eyebrow{color:var(--muted);font-size:.9rem;margin:0 0 10px}
.lead{font-size:1.12rem;max-width:66ch}
.note{color:var(--muted);font-size:.93rem}
section{background:var(--background);border:1px solid var(--grid);border-radius:12px;padding:24px;margin:24px 0 0}
.answer{font-size:1.12rem;font-weight:600;max-width:66ch}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:20px;margin:24px 0 0}
.cards section{margin:0;padding:22px 24px}
.cards h2{font-size:1.05rem;margin:0 0 12px}
.bars{margin:0}
.bars div{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:2px 14px;align-items:baseline}
.bars dt{font-size:.95rem}
.bars dd{display:contents}
.bars span{font-variant-numeric:tabular-nums;font-weight:600}
.bars svg{grid-column:1/-1;width:100%;height:10px;display:block;margin:0 0 10px}
.bars .track{fill:var(--band)}
.result{display:flex;flex-wrap:wrap;gap:4px 28px;border-top:1px solid var(--grid);padding-top:14px;margin-top:8px}
.result div{flex:1 1 11em}
.result b{display:block;font-size:1.7rem;line-height:1.2;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
.result span{color:var(--muted);font-size:.9rem}
figure{margin:12px 0 0}
figcaption{color:var(--muted);font-size:.93rem;margin-top:10px;max-width:80ch}
.plot svg{max-width:100%;height:auto}
.drawing svg{display:block;width:100%;height:auto}
.drawing .narrow svg{max-width:420px;margin:0 auto}
.drawing .dark{display:none}
@media (prefers-color-scheme:dark){.drawing .light{display:none}.drawing .dark{display:block}}
@media print{.drawing .light{display:block}.drawing .dark{display:none}}
.narrow{display:none}
@media (max-width:700px){.narrow{display:block}.wide{display:none}}
.scroll{overflow-x:auto;margin:12px -24px 0;padding:0 24px}
table{border-collapse:collapse;width:100%;font-size:.93rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);padding:0 0 10px}
caption span{display:block;position:sticky;left:0;width:min(80ch,calc(100vw - 58px))}
th,td{text-align:left;vertical-align:top;padding:7px 14px 7px 0;border-bottom:1px solid var(--grid)}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--muted);font-weight:600;font-size:.85rem;line-height:1.3;vertical-align:bottom}
tbody th{font-weight:600}
.number{text-align:right}
td{white-space:nowrap}tbody th{white-space:nowrap}
td.text{min-width:20em;white-space:normal}
.dot{display:inline-block;width:.7em;height:.7em;margin-right:.5em;vertical-align:baseline}
${Object.entries(SOURCES).map(([source, { colour }]) => `.${source}{fill:${colour}}`).join("")}
.verdicts{list-style:none;margin:14px 0 0;padding:0}
.verdicts li{display:grid;grid-template-columns:8.5em 1fr;gap:2px 16px;padding:14px 0;border-top:1px solid var(--grid)}
.verdicts p{margin:0}
.chip{font-weight:600;white-space:nowrap}
.chip::before{display:inline-block;width:1.4em}
.chip.seen{color:var(--good)}.chip.seen::before{content:"\\2713"}
.chip.not-seen{color:var(--muted)}.chip.not-seen::before{content:"\\25CB"}
.chip.reversed{color:var(--other)}.chip.reversed::before{content:"\\21C4"}
.controls{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,230px),1fr));gap:14px 28px;margin:16px 0 6px}
.controls[hidden]{display:none}
.controls label{display:grid;grid-template-columns:auto 1fr;gap:4px 10px;align-items:baseline;font-size:.93rem}
.controls span{color:var(--muted)}
.controls output{font-weight:600;text-align:right;font-variant-numeric:tabular-nums}
.controls input,.controls select{grid-column:1/-1;width:100%;min-height:32px;accent-color:var(--link)}
.controls select{font:inherit;color:var(--ink);background:var(--background);border:1px solid var(--muted);border-radius:6px;padding:4px 8px}
.controls input:disabled{opacity:.4}
.controls input:focus-visible,.controls select:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.what-if-layer{display:grid;grid-template-columns:minmax(0,1.9fr) minmax(0,1fr);gap:8px 32px;margin-top:18px}
.what-if-layer h3{margin-top:14px}.what-if-layer figure .controls{margin:0 0 8px}.what-if-layer ol{padding-left:1.6em}
.what-if-layer ol{font-size:.88rem;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:4px 20px;margin:10px 0 18px;font-size:.93rem}
.facts dt{color:var(--muted)}.facts dd{margin:0;overflow-wrap:anywhere}
ul.files{padding-left:1.2em;margin:8px 0 18px}
footer{color:var(--muted);font-size:.9rem;margin-top:24px}
@media (max-width:700px){.what-if-layer{grid-template-columns:minmax(0,1fr)}main{padding:24px 12px 48px}section,.cards section{padding:18px 16px}.scroll{margin:12px -16px 0;padding:0 16px}.verdicts li{grid-template-columns:1fr}.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:8px}tbody th{white-space:normal;min-width:7.5em}td.text{min-width:28em}}
@media print{body{background:#fff}main{max-width:none;padding:0}section{border:0;padding:12px 0;break-inside:avoid}.scroll{overflow:visible}}
`;
