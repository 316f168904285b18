// Switches the layers of an article's page, and lights a record's characters when its row is looked at. Without it, all layers stand.
"use strict";
for (const box of document.querySelectorAll("input[data-layer]")) {
  const apply = () => document.body.classList.toggle("layer-" + box.dataset.layer, box.checked);
  box.addEventListener("change", apply);
  apply();
}
const pieces = [...document.querySelectorAll("[data-r]")];
const light = (id, on) => {
  for (const piece of pieces) {
    if (piece.dataset.r.split(" ").includes(id)) piece.classList.toggle("lit", on);
  }
};
for (const row of document.querySelectorAll("tr[data-id]")) {
  const id = row.dataset.id;
  for (const [event, on] of [["mouseenter", true], ["mouseleave", false], ["focusin", true], ["focusout", false]]) {
    row.addEventListener(event, () => light(id, on));
  }
}
