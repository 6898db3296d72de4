/** How many colours lines and bars have; those beyond take them again, dashed. */
export const COLOURS = 8;

const LIGHT = `--ground:#fbfaf7;--plot:#fff;--ink:#1c2320;--dim:#56605b;--line:#d9ddd6;
--c0:#1f6f4a;--c1:#b0552a;--c2:#3b5b92;--c3:#8a6d1b;--c4:#7a3b78;--c5:#2a7f8a;--c6:#a8261c;--c7:#5b6661`;
const DARK = `--ground:#141917;--plot:#1b211e;--ink:#e6ebe7;--dim:#a3ada7;--line:#37403b;
--c0:#5fbf8f;--c1:#e0905f;--c2:#8fb0ea;--c3:#d3b557;--c4:#cf8fcb;--c5:#6cc6d1;--c6:#f08a80;--c7:#aab5af`;
const LAYOUT = `body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:82rem;padding:1.5rem clamp(.75rem,3vw,2.5rem);
color:var(--ink);background:var(--ground)}
h1,h2{line-height:1.2}h1{font-size:1.7rem}h2{font-size:1.2rem;margin:2rem 0 .5rem}p{margin:.3rem 0 .8rem;max-width:60rem}.dim{color:var(--dim)}
table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}code{overflow-wrap:anywhere}
.facts{width:100%}.facts th{white-space:nowrap}.scroll{overflow-x:auto}
.counts td,.counts th{text-align:right;border:1px solid var(--line);padding:.25rem .7rem}.counts td{white-space:nowrap}.counts .side{text-align:center;color:var(--dim);font-weight:400}
.counts .right{font-weight:650}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr));gap:1rem}
figure{margin:0;padding:.75rem;background:var(--plot);border:1px solid var(--line);border-radius:.5rem;break-inside:avoid}
figcaption{font-weight:600}svg{display:block;width:100%;height:auto}
.bars{display:grid;grid-template-columns:fit-content(45%) minmax(4rem,1fr) max-content;gap:.3rem .75rem;align-items:center}
.bars>span{overflow-wrap:anywhere}.track{height:.9rem;background:var(--line);border-radius:.2rem;overflow:hidden}
.track i{display:block;height:100%;background:var(--c0);-webkit-print-color-adjust:exact;print-color-adjust:exact}.track .below{background:var(--c1)}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem}.legend i{display:inline-block;width:.8rem;height:.8rem;margin-right:.4rem;
-webkit-print-color-adjust:exact;print-color-adjust:exact}
svg text{fill:var(--ink);font:11px system-ui,sans-serif}svg .unit{fill:var(--dim)}svg .grid{stroke:var(--line)}
svg polyline{fill:none;stroke-width:1.8;stroke-linejoin:round}svg .guide{stroke:var(--dim);stroke-dasharray:4 4;stroke-width:1.2}
svg .again{stroke-dasharray:6 3}`;
const NARROW =
  '@media(max-width:40rem){.facts th,.facts td{display:block;padding:0}.facts td{margin-bottom:.5rem}.counts td,.counts th{padding:.25rem .4rem}}';

const colours = Array.from(
  { length: COLOURS },
  (_, at) => `.l${at}{stroke:var(--c${at})}.f${at}{fill:var(--c${at})}.b${at}{background:var(--c${at})}`,
);

/** The report's style sheet: light, dark as the reader's system is, and light on paper. */
export const STYLE = `:root{color-scheme:light dark;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}
${LAYOUT}${colours.join('')}${NARROW}
@media print{body{padding:0;background:#fff}.plots{grid-template-columns:repeat(2,1fr)}h2{break-after:avoid}}`;
