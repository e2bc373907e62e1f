// Sorts tables by their heads, and filters long ones.
(() => {
  const words = JSON.parse(document.body.dataset.words);
  const text = (cell) => cell.textContent.trim();
  const number = (cell) => {
    const marked = cell.matches("[data-value]") ? cell : cell.querySelector("[data-value]");
    if (marked) return Number(marked.dataset.value);
    if (!cell.classList.contains("n")) return NaN;
    // Counts and p-values are written out whole, in the way of the page's language.
    const plain = text(cell).replaceAll(words.thousands, "").replace(words.point, ".").replace("\u2212", "-");
    return parseFloat((/-?\d+(\.\d+)?/.exec(plain) || [NaN])[0]);
  };
  const compare = (a, b, column) => {
    const one = number(a.cells[column]), other = number(b.cells[column]);
    if (!Number.isNaN(one) && !Number.isNaN(other)) return one - other;
    // What has no number comes last, whichever way it is sorted.
    if (Number.isNaN(one) !== Number.isNaN(other)) return NaN;
    return text(a.cells[column]).localeCompare(text(b.cells[column]), document.documentElement.lang, { numeric: true });
  };
  const sortable = (table) => {
    const body = table.tBodies[0], rows = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    const plain = rows.every((row) => row.cells.length === heads.length && [...row.cells].every((cell) => cell.colSpan === 1 && cell.rowSpan === 1));
    if (!plain) return;
    heads.forEach((head, column) => {
      if (!text(head) || head.tagName !== "TH") return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const way = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
        body.append(...rows.slice().sort((a, b) => {
          const told = compare(a, b, column);
          return Number.isNaN(told) ? (Number.isNaN(number(a.cells[column])) ? 1 : -1) : way * told;
        }));
      });
    });
  };
  const filterable = (table, at) => {
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => row.cells.length > 1);
    if (rows.length <= 15) return;
    const box = document.createElement("div"), label = document.createElement("label");
    const input = document.createElement("input"), count = document.createElement("output");
    box.className = "filter";
    input.type = "search";
    input.id = `filter-${at}`;
    label.htmlFor = input.id;
    label.textContent = words.filter;
    count.htmlFor.add(input.id);
    box.append(label, input, count);
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLocaleLowerCase();
      rows.forEach((row) => { row.classList.toggle("filtered", !text(row).toLocaleLowerCase().includes(wanted)); });
      const shown = rows.filter((row) => !row.classList.contains("filtered")).length;
      count.textContent = wanted ? words.rows.replace("{n}", shown).replace("{total}", rows.length) : "";
    });
    table.parentElement.before(box);
  };
  document.querySelectorAll(".scroll:not(.moving):not(.heat) > table").forEach((table, at) => {
    if (table.tHead && table.tBodies.length === 1 && table.tBodies[0].rows.length > 4) sortable(table);
    filterable(table, at);
  });
})();
