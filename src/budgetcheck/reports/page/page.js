"use strict";
(() => {
  const one = (query, within = document) => within.querySelector(query);
  const all = (query, within = document) => [...within.querySelectorAll(query)];
  const docs = all(".doc").map((box) => ({
    box,
    list: one(".list", box),
    report: one(".report", box),
    shown: one(".shown", box),
    none: one(".none", box),
    cards: all(".list > .card", box).map(rooted),
    current: null,
  }));
  const form = one("#filters");
  const said = one("#said");
  let doc = docs[0];

  function rooted(box) {
    return { ...plain(box), box, fold: one(":scope > .symptoms", box), below: all(":scope > .symptoms > .card", box).map(plain) };
  }

  function plain(box) {
    return { box, severity: box.dataset.s, rule: box.dataset.r, fix: "x" in box.dataset, words: null };
  }

  const say = (text, fields = {}) => {
    said.textContent = text.replace(/\{(\w+)\}/g, (_, name) => fields[name]);
  };

  /* Filters */
  function wanted() {
    const words = one("#find").value.trim().toLowerCase();
    const severities = new Set(all("[name=s]:checked", form).map((box) => box.value));
    const rule = one("#rule").value;
    const fixable = one("#fixable").checked;
    return (card) =>
      severities.has(card.severity) && (!rule || card.rule === rule) && (!fixable || card.fix) && (!words || holds(card, words));
  }

  function holds(card, words) {
    card.words ??= [...card.box.children]
      .filter((part) => !part.classList.contains("symptoms"))
      .map((part) => part.textContent)
      .join(" ")
      .toLowerCase();
    return card.words.includes(words);
  }

  function filter() {
    if (!doc) return;
    const passes = wanted();
    let shown = 0;
    let total = 0;
    for (const card of doc.cards) {
      const own = passes(card);
      let below = 0;
      for (const each of card.below) {
        const hit = passes(each);
        if (each.box.hidden === hit) each.box.hidden = !hit;
        below += hit;
      }
      const hit = own || below > 0;
      if (card.box.hidden === hit) card.box.hidden = !hit;
      if (!own && below) card.fold.open = true;
      shown += own + below;
      total += 1 + card.below.length;
    }
    if (total) {
      doc.shown.textContent = doc.shown.dataset.text.replace("{shown}", shown).replace("{total}", total);
      say(doc.shown.textContent);
    }
    doc.none.hidden = !total || shown > 0;
  }

  function states() {
    for (const box of all("[name=n]", form)) document.body.classList.toggle(`hide-${box.value}`, !box.checked);
  }

  function clearFilters() {
    const kept = all("[name=n]", form).map((box) => box.checked);
    form.reset();
    all("[name=n]", form).forEach((box, place) => (box.checked = kept[place]));
    filter();
    say(said.dataset.cleared);
  }

  /* Movement */
  function bring(target, block = "center") {
    const scroll = () => {
      target.scrollIntoView({ block, inline: "center" });
      target.closest(".panes").scrollIntoView({ block: "nearest" });
    };
    scroll();
    // What was not laid out yet had an estimated height: once more when it is known.
    requestAnimationFrame(() => requestAnimationFrame(scroll));
  }

  function choose(card) {
    all(".card[aria-current]", doc.list).forEach((each) => each.removeAttribute("aria-current"));
    card.setAttribute("aria-current", "true");
    doc.current = card;
    const fold = card.parentElement.closest(".symptoms");
    if (fold) fold.open = true;
    if (card.hidden || card.parentElement.closest(".card[hidden]")) clearFilters();
  }

  function toCard(card) {
    choose(card);
    bring(card, card.offsetHeight > doc.list.clientHeight ? "start" : "nearest");
    card.focus({ preventScroll: true });
    history.replaceState(null, "", `#${card.id}`);
  }

  function toPlace(id, card) {
    const target = document.getElementById(id);
    if (!target) return;
    if (card) choose(card);
    all(".here").forEach((each) => each.classList.remove("here"));
    target.classList.add("here");
    bring(target);
    if (!target.matches("a")) target.tabIndex = -1;
    target.focus({ preventScroll: true });
    history.replaceState(null, "", `#${id}`);
  }

  function toFinding(mark) {
    const found = mark.dataset.f.split(" ").map((each) => document.getElementById(`${doc.box.id}f${each}`));
    const visible = found.filter((card) => card && !card.closest("[hidden]"));
    const among = visible.length ? visible : found;
    const next = (among.indexOf(doc.current) + 1) % among.length;
    toCard(among[next]);
    if (among.length > 1) say(said.dataset.cycle, { shown: next + 1, total: among.length });
  }

  function step(list, from, by) {
    if (!list.length) return null;
    const at = list.indexOf(from);
    return list[at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(Math.max(at + by, 0), list.length - 1)];
  }

  function stepCard(by) {
    const open = all(".card", doc.list).filter(
      (card) => !card.closest("[hidden]") && !card.parentElement.closest("details:not([open])"),
    );
    const next = step(open, doc.current, by);
    if (next) toCard(next);
  }

  function stepNumber(by) {
    const listed = new Set(all("[name=n]:checked", form).map((box) => box.value));
    const numbers = all(".n", doc.report).filter((each) => listed.has(each.classList[1]));
    const next = step(numbers, one(".n.here", doc.report), by);
    if (!next) return;
    all(".here").forEach((each) => each.classList.remove("here"));
    next.classList.add("here");
    if (!next.matches("a")) next.tabIndex = -1;
    bring(next);
    next.focus({ preventScroll: true });
    say(`${next.textContent} ${next.title}`);
  }

  function open(number) {
    doc = docs[number];
    docs.forEach((each) => (each.box.hidden = each !== doc));
    if (one("#docs")) one("#docs").value = String(number);
    filter();
  }

  /* Events */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.matches(".report .n")) toFinding(link);
    else if (link.matches(".skip")) doc?.list.focus();
    else toPlace(link.hash.slice(1), link.closest(".card"));
  });

  const keys = {
    j: () => stepCard(1),
    k: () => stepCard(-1),
    n: () => stepNumber(1),
    p: () => stepNumber(-1),
    "/": () => one("#find").focus(),
    "?": () => one("#help").showModal(),
    "[": () => open(Math.max(docs.indexOf(doc) - 1, 0)),
    "]": () => open(Math.min(docs.indexOf(doc) + 1, docs.length - 1)),
  };

  document.addEventListener("keydown", (event) => {
    const at = document.activeElement;
    if (!doc || !at || event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) return;
    if (at.matches("input[type=search], select")) {
      if (event.key === "Escape") at.blur();
      return;
    }
    if (event.key === "Enter" && at.matches(".card")) {
      const link = one(":scope > header .go", at);
      if (link) toPlace(link.hash.slice(1), at);
      return;
    }
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });

  one("#helper").addEventListener("click", () => one("#help").showModal());
  one("#printer").addEventListener("click", () => print());
  one("#docs")?.addEventListener("change", (event) => open(Number(event.target.value)));

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = doc ? all("details:not([open])", doc.box) : [];
    opened.forEach((each) => (each.open = true));
  });
  addEventListener("afterprint", () => opened.forEach((each) => (each.open = false)));

  if (doc) {
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", (event) => event.target.type === "search" && filter());
    form.addEventListener("change", (event) => {
      if (event.target.name === "n") states();
      else if (event.target.type !== "search") filter();
    });
    if (matchMedia("(max-width: 1180px)").matches) all(".outline details").forEach((each) => (each.open = false));
    const target = location.hash && document.getElementById(location.hash.slice(1));
    const within = target && docs.findIndex((each) => each.box.contains(target));
    open(within > 0 ? within : 0);
    states();
    if (target && target.matches(".card")) toCard(target);
    else if (target && doc.report.contains(target)) toPlace(target.id);
  }
})();
