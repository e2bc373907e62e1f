// Shows what only works with a script, and of several paragraphs the one that is chosen.
(() => {
  document.querySelectorAll("[data-needs-script]").forEach((each) => { each.hidden = false; });
  document.querySelectorAll("select[data-shows]").forEach((select) => {
    const show = () => [...select.options].forEach((option) => {
      document.getElementById(option.value).hidden = !option.selected;
    });
    select.addEventListener("change", show);
    show();
  });
})();
