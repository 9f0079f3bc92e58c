// What every page has: single keys that press what is on the page, and a dialog that lists them.
// Nothing here is needed to use a page; it saves steps.

import { open, send } from "./swap.js";
import "./sheet.js";
import "./slide.js";

const keysOn = document.documentElement.dataset.keys === "on";

const typing = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));

const shown = (element) => element.getClientRects().length > 0;

/** The next element of a list after the one that is current or has the focus; the first or last at its ends. */
function step(selector, by, around = false) {
  const all = [...document.querySelectorAll(selector)].filter(shown);
  if (all.length === 0) return;
  const current = all.findIndex((one) => one === document.activeElement || one.getAttribute("aria-current") === "true");
  const from = current < 0 && by < 0 ? 0 : current;
  const to = around ? (from + by + all.length) % all.length : Math.min(Math.max(from + by, 0), all.length - 1);
  all[to].focus({ preventScroll: true });
  all[to].scrollIntoView({ block: "nearest" });
  if (all[to].hasAttribute("data-go")) all[to].click();
}

/** Presses the element of a key: a link is followed, a button pressed, a field entered. */
function press(key) {
  const element = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(shown);
  if (!element) return false;
  if (typing(element)) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
  return true;
}

function help() {
  document.getElementById("keys")?.showModal();
  return true;
}

const DO = {
  j: () => step("[data-row]", 1),
  k: () => step("[data-row]", -1),
  f: () => step("[data-flag]", 1, true),
  "?": help,
};

function keyed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && typing(document.activeElement)) return document.activeElement.blur();
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (DO[event.key]) DO[event.key]();
  else if (!press(event.key)) return;
  event.preventDefault();
}

if (keysOn) document.addEventListener("keydown", keyed);

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) return help();
  if (event.target.closest("[data-print]")) return print();
  if (event.target.closest("[data-close]")) return event.target.closest("dialog")?.close();
  const link = event.target.closest("a[data-go]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  open(link.href?.baseVal ?? link.href);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-send]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

const reveal = () => {
  for (const element of document.querySelectorAll(".only-script")) element.hidden = false;
};
document.addEventListener("swapped", reveal);
reveal();
