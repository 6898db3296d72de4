/** The page's style sheet, GET /page.css. */
export const PAGE_STYLE = `:root {
  color-scheme: light dark;
  --ink: #1c2320; --dim: #5b6661; --paper: #fbfaf7; --card: #ffffff; --line: #d9ddd6; --leaf: #1f6f4a; --alarm: #a8261c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e8ebe6; --dim: #a0aaa4; --paper: #141816; --card: #1d2320; --line: #38413c; --leaf: #6cc795; --alarm: #ff9a8d;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem; max-width: 60rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0.5rem 0 0; font-size: 1.75rem; line-height: 1.2; }
h2 { margin: 0 0 0.75rem; font-size: 0.8rem; font-weight: 600; letter-spacing: 0.06em; text-transform: uppercase; color: var(--dim); }
p { margin: 0.5rem 0; }
a { color: var(--leaf); }
nav { float: right; }
nav button { font: inherit; font-size: 0.85rem; padding: 0.15rem 0.6rem; border: 1px solid var(--line); border-radius: 1rem; background: none; color: var(--dim); cursor: pointer; }
nav button[aria-pressed="true"] { border-color: var(--leaf); color: var(--leaf); }
#description { max-width: 40rem; color: var(--dim); }
main { display: grid; gap: 1rem; margin: 1.5rem 0; align-items: start; }
section { position: sticky; top: 0; z-index: 1; order: -1; max-height: 50vh; overflow: auto; }
@media (min-width: 45rem) {
  main { grid-template-columns: 3fr 2fr; }
  section { top: 1rem; order: 0; max-height: calc(100vh - 2rem); }
}
form, section { padding: 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; min-width: 0; }
.field { display: grid; grid-template-columns: 1fr 9rem; gap: 0.25rem 0.75rem; align-items: center; padding: 0.5rem 0; }
.field label { overflow-wrap: anywhere; }
.field input[type="number"], .field select { width: 100%; padding: 0.35rem 0.5rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 0.4rem; }
.field input[type="checkbox"] { width: 1.25rem; height: 1.25rem; accent-color: var(--leaf); }
.field .slider { grid-column: 1 / -1; width: 100%; margin: 0; accent-color: var(--leaf); }
.field .error { grid-column: 1 / -1; }
.error { margin: 0; color: var(--alarm); font-size: 0.9rem; overflow-wrap: anywhere; }
.error[hidden] { display: none; }
[aria-invalid="true"] { border-color: var(--alarm) !important; }
:focus-visible { outline: 2px solid var(--leaf); outline-offset: 2px; }
#answer { display: block; font-size: 2.75rem; font-weight: 650; line-height: 1.15; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
#answer.note { font-size: 1rem; font-weight: 400; color: var(--dim); }
#exact, #served { color: var(--dim); font-size: 0.9rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
#shares { display: grid; grid-template-columns: max-content 1fr max-content; gap: 0.35rem 0.75rem; align-items: center; margin: 0.75rem 0; max-height: 20rem; overflow: auto; }
#shares:empty { display: none; }
#shares > div { display: contents; }
#shares dt { max-width: 10rem; overflow-wrap: anywhere; }
#shares dd { margin: 0; font-variant-numeric: tabular-nums; text-align: right; }
#shares progress { width: 100%; height: 0.6rem; accent-color: var(--leaf); }
footer { color: var(--dim); font-size: 0.9rem; }
`;
