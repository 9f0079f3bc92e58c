// Sliders under the numbers one supposes: as one comes to rest, the invoices are asked for again. The field above it holds
// the number, and without script is all there is.

import { open } from "./swap.js";

/** A moment of rest, so that a slider moved by keys does not ask at each press. */
const REST = 350;
let waiting = 0;

function ask(form, name) {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const fields = new URLSearchParams(new FormData(form));
    await open(`${form.action}?${fields}`);
    document.querySelector(`input[type="range"][data-of="${CSS.escape(name)}"]`)?.focus({ preventScroll: true });
  }, REST);
}

function slide(field) {
  if (field.dataset.slid) return;
  field.dataset.slid = "yes";
  const range = document.createElement("input");
  Object.assign(range, { type: "range", min: "0", max: field.dataset.end, step: field.dataset.step });
  range.value = field.value.replaceAll(",", "") || "0";
  range.dataset.of = field.name;
  range.setAttribute("aria-label", `${field.labels[0]?.textContent.trim()}, on a slider`);
  range.addEventListener("input", () => {
    field.value = range.value;
    ask(field.form, field.name);
  });
  field.addEventListener("input", () => {
    range.value = field.value.replaceAll(",", "") || "0";
  });
  field.closest("label").after(range);
}

const slideAll = () => document.querySelectorAll("input[data-end]").forEach(slide);
document.addEventListener("swapped", slideAll);
slideAll();
