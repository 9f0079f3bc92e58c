// The page of a contract: shows where the chosen term stands, draws larger and smaller.

import { open } from "./swap.js";

let zoom = 0;

function desk() {
  return document.querySelector(".desk");
}

function setZoom(to) {
  zoom = Math.min(Math.max(to, 0), 3);
  const place = desk();
  if (place) place.className = zoom > 0 ? `desk zoomed-${zoom}` : "desk";
}

/** Brings the chosen term's words into the middle of the pane, without moving the rest of the page. */
function lookAt() {
  const [place, box] = [desk(), document.querySelector(".mark.chosen rect")];
  if (!place || !box) return;
  const [around, at] = [place.getBoundingClientRect(), box.getBoundingClientRect()];
  const within = at.top >= around.top + 20 && at.bottom <= around.bottom - 20;
  if (!within) place.scrollTop += at.top - around.top - around.height / 3;
}

document.documentElement.classList.add("script");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zoom]");
  if (button) setZoom(zoom + Number(button.dataset.zoom));
  else if (event.target.closest(".words") && getSelection().isCollapsed) passOn(event);
});

/** A press on a word is meant for the box that lies under it, the smallest where several do. */
function passOn(event) {
  const boxes = document.elementsFromPoint(event.clientX, event.clientY).filter((one) => one.matches(".mark rect"));
  const area = (box) => box.width.baseVal.value * box.height.baseVal.value;
  const box = boxes.sort((a, b) => area(a) - area(b))[0];
  if (box) open(box.closest("a").href.baseVal);
}

document.addEventListener("swapped", () => {
  setZoom(zoom);
  lookAt();
});
lookAt();

/** Words selected on the page are offered to the chosen term: which they are is told by their places. */
function offer() {
  const form = document.querySelector("form[data-cite]");
  if (!form) return;
  const selection = getSelection();
  const range = selection.rangeCount > 0 && !selection.isCollapsed ? selection.getRangeAt(0) : null;
  const sheet = document.querySelector(".sheet");
  const words = range && sheet ? [...sheet.querySelectorAll("[data-at]:not(.unseen)")].filter((word) => range.intersectsNode(word)) : [];
  // A selection that only touches the edge of a word does not mean the word.
  const edge = (word, node, offset, at) => word?.contains(node) && offset === at;
  if (edge(words[0], range?.startContainer, range?.startOffset, words[0]?.textContent.length)) words.shift();
  if (edge(words.at(-1), range?.endContainer, range?.endOffset, 0)) words.pop();
  form.hidden = words.length === 0;
  if (form.hidden) return;
  form.elements.page.value = sheet.dataset.page;
  form.elements.first.value = words[0].dataset.at;
  form.elements.last.value = words.at(-1).dataset.at;
  form.querySelector("[data-words]").textContent = words.map((word) => word.textContent).join(" ");
}

document.addEventListener("selectionchange", offer);
