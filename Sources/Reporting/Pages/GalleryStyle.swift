/// The style sheet of the page. Cards have a fixed size and are laid out independently (`contain`). They are not list items,
/// which Chromium renumbers at each change. Both keep pages with thousands of cards smooth. `content-visibility` made scrolling
/// slower.
let galleryStyle = """
  :root { color-scheme: light dark; --page: #ffffff; --text: #1b1b1b; --soft: #575757; --card: #f1f1f1; --line: #8a8a8a;
    --chosen: #0b57d0; --chosen-card: #dbe7fb; --on-chosen: #ffffff; }
  @media (prefers-color-scheme: dark) {
    :root { --page: #161616; --text: #ececec; --soft: #b0b0b0; --card: #262626; --line: #7d7d7d;
      --chosen: #8ab4f8; --chosen-card: #1f3453; --on-chosen: #101010; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.4 system-ui, sans-serif; }
  header { position: sticky; top: 0; z-index: 1; padding: 10px 16px; background: var(--page);
    border-bottom: 1px solid var(--line); }
  h1 { margin: 0 0 8px; font-size: 18px; overflow-wrap: anywhere; }
  .tools { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
  .note { margin: 8px 0 0; color: var(--soft); font-size: 13px; }
  code { display: inline-block; font-size: 12px; overflow-wrap: anywhere; }
  input, button { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line);
    border-radius: 6px; padding: 4px 10px; }
  button { cursor: pointer; background: var(--card); }
  button:disabled { cursor: default; color: var(--soft); opacity: .7; }
  #save:enabled { background: var(--chosen); border-color: var(--chosen); color: var(--on-chosen); }
  output { color: var(--soft); font-variant-numeric: tabular-nums; }
  input:focus-visible, button:focus-visible { outline: 3px solid var(--chosen); outline-offset: 1px; }
  ul { list-style: none; margin: 0; padding: 16px; display: grid; gap: 12px; outline: none;
    grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); grid-auto-rows: 224px; }
  li { display: block; position: relative; padding: 8px; border: 2px solid transparent; border-radius: 8px; background: var(--card);
    cursor: pointer; user-select: none; contain: strict; min-width: 0;
    scroll-margin: 140px 0 12px; }
  li[hidden] { display: none; }
  .frame { display: flex; height: 168px; align-items: center; justify-content: center; }
  img { max-width: 100%; max-height: 100%; width: auto; height: auto; border-radius: 4px; }
  .name, .facts { display: block; font-size: 13px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
  .name { margin-top: 6px; }
  .facts { color: var(--soft); min-height: 1.4em; }
  li[aria-selected="true"] { border-color: var(--chosen); background: var(--chosen-card); }
  li[aria-selected="true"]::after { content: "\\2713"; position: absolute; top: 6px; right: 6px; width: 24px; height: 24px;
    border-radius: 12px; background: var(--chosen); color: var(--on-chosen); text-align: center; font-weight: bold; }
  ul:focus-visible li.current { outline: 3px solid var(--chosen); outline-offset: 2px; }
  @media (max-width: 500px) { ul { grid-template-columns: repeat(2, 1fr); padding: 8px; } }
  """
