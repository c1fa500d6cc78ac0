"""The style of the pages, in the colours of the delivered site; light, dark, and without colour."""

STYLE = """
:root {
  --paper: #fcfbf8; --ink: #211f1c; --soft: #5f5a52; --line: #d9d3c8; --tint: #f4f1ea; --red: #a8201a; --bar: #5b6b7f;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #171615; --ink: #dcd8d0; --soft: #aaa499; --line: #45413b; --tint: #221f1d; --red: #ff9c8f;
    --bar: #8fa3bd; }
}
* { box-sizing: border-box; }
html { background: var(--paper); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  max-width: 72rem; margin: 0 auto; padding: 0 1rem 3rem; color: var(--ink); overflow-wrap: anywhere;
  font: 1rem/1.6 -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
}
a { color: inherit; text-underline-offset: .25em; }
a:hover { color: var(--red); }
:focus-visible { outline: 2px solid var(--red); outline-offset: 2px; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 1rem 0; border-bottom: 1px solid var(--line); }
nav a[aria-current] { font-weight: 700; text-decoration: none; }
h1 { margin: 1.25rem 0 0; font-size: 1.75rem; line-height: 1.3; }
h2 { margin: 2.5rem 0 .75rem; padding-bottom: .4rem; border-bottom: 2px solid var(--ink); font-size: 1.125rem; }
h3 { margin: 0 0 .25rem; font-size: .875rem; font-weight: 600; }
.soft { margin: .35rem 0; color: var(--soft); font-size: .875rem; }
ul { margin: 0; padding: 0; list-style: none; }
.symbols { position: absolute; width: 0; height: 0; }
.months { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 1.25rem 1.5rem; }
.small { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: 1rem 1.5rem; }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1.25rem 1.5rem; }
h3 small { color: var(--soft); font-weight: 400; }
.plot { display: block; width: 100%; max-width: 30rem; height: auto; }
.months .plot { max-width: 14rem; }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: 1rem; font-size: .875rem; }
.key li { display: flex; align-items: center; gap: .4rem; }
.key svg { flex: none; width: 24px; height: 24px; }
svg text { fill: var(--soft); font-size: 11px; font-family: inherit; }
.ink { fill: var(--ink); }
.bar { fill: var(--bar); }
.line { fill: none; stroke: var(--ink); stroke-width: 2; }
.thin { fill: none; stroke: var(--soft); stroke-width: 1; }
.alert { fill: var(--red); }
.alert-line { fill: none; stroke: var(--red); stroke-width: 3; }
.corner { fill: var(--red); stroke: var(--paper); stroke-width: 1; }
.axis { fill: none; stroke: var(--line); stroke-width: 1; }
summary { padding: .6rem 0; color: var(--soft); font-size: .875rem; cursor: pointer; }
.wide { max-width: 100%; overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { padding: .25rem 0; color: var(--soft); text-align: left; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
th:first-child { text-align: left; }
thead th { color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { min-width: 6rem; max-width: 16rem; font-weight: 400; overflow-wrap: anywhere; }
td svg { display: block; width: 12rem; max-width: 30vw; height: 1rem; }
.todo td, .todo th { text-align: left; }
code { padding: .1rem .3rem; background: var(--tint); font-size: .8125rem; user-select: all; }
@media (forced-colors: active) {
  .ink, .bar, .alert { fill: CanvasText; }
  .line, .thin, .alert-line { stroke: CanvasText; }
}
@media print { details::details-content { content-visibility: visible; } nav { display: none; } }
"""
