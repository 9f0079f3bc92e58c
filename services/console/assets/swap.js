// Puts the changed parts of a page in place of the old ones, so that panes keep their place and pictures stay.
// A page that has no such parts is opened as a browser does.

const PARTS = "[data-part], .contract-head, .told, .refusal";

let latest = 0;

async function fetched(address, options) {
  const mine = ++latest;
  document.documentElement.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { credentials: "same-origin", ...options });
    const text = await answer.text();
    if (mine !== latest) return;
    show(new DOMParser().parseFromString(text, "text/html"), answer.url);
  } catch {
    lost();
  } finally {
    if (mine === latest) document.documentElement.removeAttribute("aria-busy");
  }
}

/** Opens a page of this console. */
export function open(address) {
  return fetched(address);
}

/** Sends a form, with the button that was pressed. */
export function send(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  return fetched(form.action, { method: "POST", body });
}

function show(next, address) {
  const parts = [...next.querySelectorAll("[data-part]")];
  const same = parts.length > 0 && parts.every((part) => document.querySelector(`[data-part="${part.dataset.part}"]`));
  if (same) {
    document.querySelectorAll(PARTS).forEach((old) => replace(old, counterpart(next, old)));
  } else {
    for (const part of ["header.bar", ".told", "main"]) document.querySelector(part).replaceWith(next.querySelector(part));
    document.body.className = next.body.className;
  }
  document.title = next.title;
  if (address !== location.href) history.pushState(null, "", address);
  document.dispatchEvent(new CustomEvent("swapped"));
  document.querySelector(".field.chosen")?.scrollIntoView({ block: "nearest" });
}

function counterpart(next, old) {
  return old.dataset.part ? next.querySelector(`[data-part="${old.dataset.part}"]`) : next.querySelector(`.${old.classList[0]}`);
}

/** Keeps where a pane was scrolled to, and the picture of a page that stays the same. */
function replace(old, fresh) {
  if (!fresh || old.isEqualNode(fresh)) return;
  const [picture, wanted] = [old.querySelector("image"), fresh.querySelector("image")];
  if (picture && wanted && picture.getAttribute("href") === wanted.getAttribute("href")) wanted.replaceWith(picture);
  const top = old.scrollTop;
  const desk = old.querySelector(".desk");
  const place = desk && [desk.scrollLeft, desk.scrollTop, desk.className];
  old.replaceChildren(...fresh.childNodes);
  old.scrollTop = top;
  const deskNow = old.querySelector(".desk");
  if (place && deskNow) {
    deskNow.className = place[2];
    [deskNow.scrollLeft, deskNow.scrollTop] = place;
  }
}

/** Nothing was changed on this page, and it says so. */
function lost() {
  const told = document.querySelector(".told");
  const line = document.createElement("p");
  line.className = "problem";
  line.textContent = "No connection to the console. What you see is as it was; try again in a moment.";
  told.replaceChildren(line);
}

addEventListener("popstate", () => open(location.href));
