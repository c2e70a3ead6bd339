addEventListener("beforeprint", () => {
  document.querySelectorAll("details:not([open])").forEach((one) => {
    one.open = true;
    one.dataset.folded = "";
  });
});
addEventListener("afterprint", () => {
  document.querySelectorAll("details[data-folded]").forEach((one) => {
    one.open = false;
    delete one.dataset.folded;
  });
});
