// The page of a contract: shows where the chosen term stands, draws larger and smaller.

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

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zoom]");
  if (button) setZoom(zoom + Number(button.dataset.zoom));
});

document.addEventListener("swapped", () => {
  setZoom(zoom);
  lookAt();
});
lookAt();
