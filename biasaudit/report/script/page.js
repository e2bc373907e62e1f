// The page is complete without this. It marks the place in the list of contents, opens what a link
// points into, and opens everything for printing.
(() => {
  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const seen = new Set();
  const mark = () => {
    const here = [...links.keys()].filter((name) => seen.has(name))[0];
    if (!here) return;
    links.forEach((link, name) => name === here ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current"));
  };
  if ("IntersectionObserver" in window) {
    const watcher = new IntersectionObserver((entries) => {
      entries.forEach((entry) => entry.isIntersecting ? seen.add(entry.target.id) : seen.delete(entry.target.id));
      mark();
    }, { rootMargin: "-10% 0px -60% 0px" });
    document.querySelectorAll("section[id]").forEach((section) => watcher.observe(section));
  }
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    let around = target && target.closest("details");
    if (!around) return;
    while (around) {
      around.open = true;
      around = around.parentElement.closest("details");
    }
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  reveal();
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("section:not(#further) details:not([open], .later)")];
    closed.forEach((each) => { each.open = true; });
  });
  window.addEventListener("afterprint", () => closed.forEach((each) => { each.open = false; }));
})();
