"use strict";
for (const table of document.querySelectorAll("div.table table")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const numeric = head.classList.contains("number");
    const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
    const order = (a, b) => {
      if (!numeric) return value(a).localeCompare(value(b));
      const [x, y] = [a, b].map((row) => (["", "nan"].includes(value(row)) ? Infinity : Number(value(row).replace("inf", "Infinity"))));
      return x === y ? 0 : x < y ? -1 : 1;
    };
    const rows = [...table.tBodies[0].rows].sort(order);
    if (down) rows.reverse();
    table.tBodies[0].append(...rows);
  }));
}
