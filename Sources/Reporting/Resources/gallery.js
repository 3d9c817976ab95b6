"use strict";
(() => {
  const list = document.getElementById("images");
  const cards = Array.from(list.children);
  const element = (id) => document.getElementById(id);
  const [filter, save, copy, state, dialog] = ["filter", "save", "copy", "state", "view"].map(element);
  const texts = cards.map((card) => `${card.title} ${card.getAttribute("aria-label")}`.toLowerCase());
  cards.forEach((card, index) => { card.index = index; });
  // Where the keyboard is, and where a range starts.
  let current = -1, anchor = 0, chosen = 0;

  const isChosen = (card) => card.getAttribute("aria-selected") === "true";
  const choose = (card, on) => {
    if (isChosen(card) === on) return;
    card.setAttribute("aria-selected", on ? "true" : "false");
    chosen += on ? 1 : -1;
  };
  const shown = () => cards.filter((card) => !card.hidden);

  // The selection is kept in the browser, by the page's address. Some browsers have no storage for pages that are files.
  const storageKey = `imgbatch gallery ${location.pathname}`;
  const identity = (card) => (card.dataset.bytes ? `bytes ${card.dataset.bytes}` : `line ${card.dataset.line}`);
  const keepSelection = () => {
    try {
      if (chosen) localStorage.setItem(storageKey, JSON.stringify(cards.filter(isChosen).map(identity)));
      else localStorage.removeItem(storageKey);
    } catch { /* The selection lasts as long as the page is open. */ }
  };
  const restoreSelection = () => {
    try {
      const kept = new Set(JSON.parse(localStorage.getItem(storageKey)));
      cards.forEach((card) => choose(card, kept.has(identity(card))));
    } catch { /* As above. */ }
  };

  const showState = (message) => {
    save.disabled = copy.disabled = chosen === 0;
    const count = cards.reduce((sum, card) => sum + (card.hidden ? 0 : 1), 0);
    const filtered = count < cards.length ? `, ${count} shown` : "";
    element("nothing").hidden = count > 0;
    state.textContent = message || `${chosen} of ${cards.length} selected${filtered}`;
  };
  const selectionChanged = () => { keepSelection(); showState(); };
  const go = (card) => {
    if (current >= 0) cards[current].classList.remove("current");
    current = card.index;
    card.classList.add("current");
    list.setAttribute("aria-activedescendant", card.id);
    card.scrollIntoView({ block: "nearest" });
  };
  const chooseRange = (from, to) => {
    for (let index = Math.min(from, to); index <= Math.max(from, to); index += 1)
      if (!cards[index].hidden) choose(cards[index], true);
  };

  list.addEventListener("click", (event) => {
    const card = event.target.closest("li");
    if (!card) return;
    if (event.shiftKey) chooseRange(anchor, card.index);
    else if (event.target.closest(".frame") && !event.ctrlKey && !event.metaKey) return view(card);
    else { choose(card, !isChosen(card)); anchor = card.index; }
    go(card);
    selectionChanged();
  });

  // The larger view: the original where it can be loaded, else the thumbnail.
  const view = (card) => {
    go(card);
    const thumbnail = card.querySelector("img");
    const image = new Image();
    image.alt = card.querySelector(".name").textContent;
    image.referrerPolicy = "no-referrer";
    const original = image.cloneNode();
    image.src = thumbnail.dataset.src || thumbnail.src;
    element("view-frame").replaceChildren(image);
    if (thumbnail.dataset.full) {
      original.addEventListener("load", () => image.replaceWith(original));
      original.src = thumbnail.dataset.full;
    }
    element("view-name").textContent = image.alt;
    element("view-facts").textContent =
      [card.querySelector(".folder").textContent, card.querySelector(".facts").textContent].filter(Boolean).join(", ");
    element("view-selected").checked = isChosen(card);
    if (!dialog.open) dialog.showModal();
  };
  const viewNext = (step) => {
    const visible = shown();
    const next = visible[visible.indexOf(cards[current]) + step];
    if (next) view(next);
  };
  element("previous").addEventListener("click", () => viewNext(-1));
  element("next").addEventListener("click", () => viewNext(1));
  element("close").addEventListener("click", () => dialog.close());
  element("view-selected").addEventListener("change", (event) => {
    choose(cards[current], event.target.checked);
    selectionChanged();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || event.altKey || event.metaKey) return;
    event.preventDefault();
    viewNext(step);
  });
  dialog.addEventListener("close", () => {
    element("view-frame").replaceChildren();
    list.focus({ preventScroll: true });
  });

  // Rows are as the window makes them: above and below are by what is seen.
  const columns = (visible) => {
    const top = visible.length ? visible[0].offsetTop : 0;
    const end = visible.findIndex((card) => card.offsetTop !== top);
    return end < 1 ? Math.max(1, visible.length) : end;
  };
  list.addEventListener("keydown", (event) => {
    const visible = shown();
    if (!visible.length) return;
    const here = current < 0 ? -1 : visible.indexOf(cards[current]);
    const across = columns(visible);
    const rows = Math.max(1, Math.floor(window.innerHeight / (visible[0].offsetHeight + 12)) - 1);
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across, PageDown: across * rows,
      PageUp: -across * rows, Home: -Infinity, End: Infinity };
    if (event.key in steps && !event.altKey && !event.metaKey) {
      const next = here < 0 ? 0 : Math.min(visible.length - 1, Math.max(0, here + steps[event.key]));
      if (event.shiftKey) chooseRange(anchor, visible[next].index);
      else anchor = visible[next].index;
      go(visible[next]);
    } else if (event.key === "Enter") {
      view(here < 0 ? visible[0] : cards[current]);
    } else if (event.key === " ") {
      const card = here < 0 ? visible[0] : cards[current];
      if (event.shiftKey) chooseRange(anchor, card.index);
      else { choose(card, !isChosen(card)); anchor = card.index; }
      go(card);
    } else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) {
      visible.forEach((card) => choose(card, true));
    } else if (event.key === "Escape") {
      cards.forEach((card) => choose(card, false));
    } else return;
    event.preventDefault();
    selectionChanged();
  });
  list.addEventListener("focus", () => { if (current < 0 && shown().length) go(shown()[0]); });

  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    cards.forEach((card, index) => { card.hidden = !words.every((word) => texts[index].includes(word)); });
    if (current >= 0 && cards[current].hidden) {
      cards[current].classList.remove("current");
      list.removeAttribute("aria-activedescendant");
      current = -1;
    }
    showState();
  });
  document.getElementById("all").addEventListener("click", () => {
    shown().forEach((card) => choose(card, true));
    selectionChanged();
  });
  document.getElementById("none").addEventListener("click", () => {
    cards.forEach((card) => choose(card, false));
    selectionChanged();
  });

  // Names are bytes; those that are not text are stored as bytes.
  const bytes = (card) => card.dataset.bytes
    ? Uint8Array.from(atob(card.dataset.bytes), (letter) => letter.charCodeAt(0))
    : new TextEncoder().encode(card.dataset.line);
  save.addEventListener("click", () => {
    const names = cards.filter(isChosen).map(bytes);
    const needsZero = names.some((name) => name.includes(10));
    const end = Uint8Array.of(needsZero ? 0 : 10);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(names.flatMap((name) => [name, end]), { type: "text/plain" }));
    link.download = list.dataset.list;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    showState(needsZero ? `${names.length} saved, ended by NUL: use -0` : `${names.length} saved`);
  });
  copy.addEventListener("click", async () => {
    const text = cards.filter(isChosen).map((card) => new TextDecoder().decode(bytes(card)) + "\n").join("");
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Pages that are files have no clipboard in some browsers, but may copy what is selected.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      copy.focus();
      if (!done) return showState("the browser does not let the page copy; use Save list");
    }
    showState(`${chosen} copied`);
  });

  // An image is decoded when it comes near the window, and dropped when it is far away.
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const image = target.querySelector("img");
      if (!image.dataset.src) continue;
      if (isIntersecting) image.src = image.dataset.src;
      else image.removeAttribute("src");
    }
  }, { rootMargin: "800px 0px" });
  cards.forEach((card) => near.observe(card));

  // The size of a remote image is known when it has loaded.
  list.addEventListener("load", (event) => {
    const facts = event.target.closest("li").querySelector(".facts");
    if (!facts.textContent) facts.textContent = `${event.target.naturalWidth} x ${event.target.naturalHeight}`;
  }, true);
  list.addEventListener("error", (event) => {
    const facts = event.target.closest("li").querySelector(".facts");
    if (!facts.textContent) facts.textContent = "cannot be shown";
  }, true);
  element("hints").open = matchMedia("(min-width: 501px)").matches;
  restoreSelection();
  showState();
})();
