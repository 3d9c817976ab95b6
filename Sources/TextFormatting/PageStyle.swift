/// The style of all pages. It follows the reader's font, color scheme and screen width.
package let pageStyle: StaticString = """
  :root{--ink:#1a1c20;--soft:#5b616b;--line:#d9dde3;--back:#fff;--card:#f6f7f9;--threads:#0066b3;--processes:#c2410c;\
  --files:#0066b3;--ideal:#8a919c;--law:#8a919c;--bad:#b42318;--read:#7a7f87;--decode:#2f6fb5;--resize:#e09f1f;\
  --encode:#2a8f6d;--write:#b5588f;--other:#c3c8d0}
  @media (prefers-color-scheme:dark){:root{--ink:#e7e9ec;--soft:#a2a9b4;--line:#343a43;--back:#14161a;--card:#1d2026;\
  --threads:#6cb6ff;--processes:#ff9e64;--files:#6cb6ff;--ideal:#8791a0;--law:#8791a0;--bad:#ff8577;--read:#9aa1ab;\
  --decode:#5b9fe0;--resize:#f0b848;--encode:#4fc49a;--write:#d98abb;--other:#565d68}}
  *{box-sizing:border-box}
  body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:72rem;background:var(--back);color:var(--ink);\
  font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
  h1{font-size:1.6rem;line-height:1.2;margin:0 0 .25rem}
  h2{font-size:1.15rem;margin:2.25rem 0 .5rem}
  h3{font-size:1rem;margin:1rem 0 .25rem}
  p{margin:.5rem 0}
  .soft,figcaption,footer{color:var(--soft);font-size:.875rem}
  .answer{font-size:1.15rem;border-left:.25rem solid var(--threads);padding:.25rem 0 .25rem .75rem;margin:1rem 0}
  ul{padding-left:1.2rem;margin:.5rem 0}
  li{margin:.25rem 0}
  .plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1rem}
  figure{margin:0;padding:.75rem;background:var(--card);border-radius:.5rem}
  figure h3{margin-top:0}
  svg{display:block;width:100%;height:auto;max-width:34rem;margin:0 auto;font:13px system-ui,sans-serif}
  svg text{fill:var(--ink)}
  svg .label{fill:var(--soft)}
  .grid{stroke:var(--line);stroke-width:1}
  .axis{stroke:var(--soft);stroke-width:1}
  .ideal{stroke:var(--ideal);stroke-width:1.5;stroke-dasharray:5 4;fill:none}
  .curve{stroke-width:1.75;fill:none}
  .law{stroke:var(--law);stroke-width:1.5;stroke-dasharray:1.5 3;fill:none}
  .line-threads,.line-files{stroke:var(--threads)}.line-processes{stroke:var(--processes)}.line-bands{stroke:var(--resize)}
  .dot-threads,.dot-files{fill:var(--threads)}.dot-processes{fill:var(--processes)}.dot-bands{fill:var(--resize)}
  .dot-item{fill:var(--threads);fill-opacity:.55}
  .key{display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:0;margin:.25rem 0;list-style:none;font-size:.875rem}
  .key li{margin:0}
  .key i{display:inline-block;width:.8rem;height:.8rem;border-radius:.15rem;margin-right:.35rem;vertical-align:-.08rem}
  .key i.thin{height:0;border-top:2px dashed var(--ideal);border-radius:0;vertical-align:.25rem;width:1.2rem}
  .fill-threads,.fill-files{background:var(--threads);fill:var(--threads)}
  .fill-processes{background:var(--processes);fill:var(--processes)}.fill-bands{background:var(--resize);fill:var(--resize)}
  .fill-read{background:var(--read);fill:var(--read)}.fill-decode{background:var(--decode);fill:var(--decode)}
  .fill-resize{background:var(--resize);fill:var(--resize)}.fill-encode{background:var(--encode);fill:var(--encode)}
  .fill-write{background:var(--write);fill:var(--write)}.fill-other{background:var(--other);fill:var(--other)}
  .scroll{overflow-x:auto}
  table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums;width:100%}
  th,td{text-align:right;padding:.3rem .6rem;border-bottom:1px solid var(--line);white-space:nowrap}
  th{color:var(--soft);font-weight:600}
  th:first-child,td:first-child{text-align:left}
  .facts td,.facts th,.words td,.words th{text-align:left;white-space:normal;vertical-align:top}
  .facts th{width:9rem}
  td,th{overflow-wrap:normal}.facts td,.words td:first-child{overflow-wrap:anywhere}
  .words td:first-child{min-width:9rem}.words td:nth-child(3){min-width:16rem}
  .words td:nth-child(2),.words td:nth-child(4){white-space:nowrap}
  .big{display:flex;flex-wrap:wrap;gap:.5rem 2rem;padding:0;margin:1rem 0;list-style:none}
  .big li{margin:0}.big b{display:block;font-size:1.5rem;line-height:1.2}
  .bad{color:var(--bad)}
  code{font:.9em ui-monospace,monospace}
  .sheet{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.75rem;padding:0;margin:.75rem 0;\
  list-style:none}
  .sheet li{margin:0;background:var(--card);border-radius:.5rem;padding:.5rem;font-size:.8rem;line-height:1.35}
  .sheet a{display:block;height:9rem;margin-bottom:.4rem}
  .sheet img{width:100%;height:100%;object-fit:contain}
  .sheet b{font-weight:600;display:block}
  @media print{body{max-width:none}figure,.sheet li{break-inside:avoid}}
  """
