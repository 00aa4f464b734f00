/** The colours, light and dark as the reader has it. Each of text keeps 4.5:1 to what is behind it. */
export const tokens = `:root{color-scheme:light dark;--paper:#fff;--card:#f6f7f9;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--stable:#0b5cad;--canary:#b34700;--pass:#1a6b2f;--fail:#b3261e;--none:#57606a}
@media (prefers-color-scheme:dark){:root{--paper:#0f1318;--card:#181e25;--ink:#e6eaef;--soft:#a0abb8;--line:#343d48;--stable:#6cb6ff;--canary:#ffa657;--pass:#56d364;--fail:#ff8b82;--none:#a0abb8}}
`;

/** The page's style sheet: one column on a phone, and paper. */
export const style = `
${tokens}*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:80rem;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;margin:.25rem 0 .5rem}
h2{font-size:1.2rem;margin:2rem 0 .5rem}
h3{font-size:1rem;margin:0 0 .25rem}
p{margin:.25rem 0 .5rem}
code{font:.9em ui-monospace,monospace}
td,dd,code,.typed{unicode-bidi:isolate}
.soft,figcaption,figure>p,caption,footer{color:var(--soft)}
.badge{display:inline-block;padding:.05em .6em;border:1px solid;border-radius:1em;font-weight:600;font-size:.9rem;color:var(--none)}
.pass{color:var(--pass)}.fail{color:var(--fail)}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr));gap:.5rem 1.5rem;margin:1rem 0}
dt{color:var(--soft);font-size:.85rem}
dd{margin:0}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,23rem),1fr));gap:1rem}
figure{margin:0;min-width:0}
figure,.card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.75rem;break-inside:avoid}
figcaption,figure>p,caption{font-size:.85rem;text-align:left}
figcaption b{color:var(--ink);font-size:1rem;display:block}
svg{display:block;width:100%;height:auto}
svg text{font:12px system-ui,sans-serif;fill:var(--soft)}
svg .value{text-anchor:end}svg .time,svg text.mark{text-anchor:middle}
svg text.mark{fill:var(--ink);font-weight:600}
svg path{fill:none;vector-effect:non-scaling-stroke}
.grid{stroke:var(--line)}
path.mark{stroke:var(--soft);stroke-dasharray:2 3}
.line{stroke-width:2}
.line.stable{stroke:var(--stable)}.line.canary{stroke:var(--canary);stroke-dasharray:6 2}.line.stepped{stroke-dasharray:none}
svg .band.stable,svg .dots.stable{fill:var(--stable)}svg .band.canary,svg .dots.canary{fill:var(--canary)}
svg .band{opacity:.2}
.key{display:flex;flex-wrap:wrap;gap:0 1rem;margin:.25rem 0}
.key .stable{color:var(--stable)}.key .canary{color:var(--canary)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:.5rem 0;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .5rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top;overflow-wrap:normal}
th:first-child{text-align:left;font-weight:500;padding-left:0}
thead th{color:var(--soft);font-weight:500}
summary{cursor:pointer;margin:.25rem 0;padding:.25rem 0}
.bar{display:block;width:4rem;max-width:100%;height:.5rem;margin:.35rem 0 .15rem auto;border:1px solid var(--soft);border-radius:.3rem;overflow:hidden}
.bar i{display:block;height:100%;background:var(--ink)}
ol{list-style:none;padding:0;margin:0;display:grid;grid-template-columns:minmax(0,1fr);gap:.75rem}
.tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:0 2rem}
ul{padding-left:1.2rem}
.number{display:inline-block;min-width:1.6em;text-align:center;border:1px solid var(--soft);border-radius:1em;margin-right:.35em;font-weight:600}
footer{margin-top:2rem;border-top:1px solid var(--line);padding-top:.5rem;font-size:.85rem}
@media (max-width:30rem){th,td{padding:.25rem .3rem}.bar{width:2.5rem}}
@media print{:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--stable:#0b5cad;--canary:#b34700;--pass:#1a6b2f;--fail:#b3261e;--none:#444}
body{max-width:none;padding:0;font-size:11pt}.charts{grid-template-columns:1fr 1fr}details:not([open]){display:none}.wide{overflow:visible}tr{break-inside:avoid}h2,h3{break-after:avoid}*{print-color-adjust:exact}}
`;
