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

// The signs under noise: pictures and predictions are in the page; the slider chooses which are shown.
const slider = document.getElementById("slider");
const { noises, labels, classifiers, classes } = JSON.parse(document.getElementById("slider-data").textContent);
const strength = slider.querySelector("input[type=range]");
const pictures = slider.querySelectorAll(".sign");
const body = slider.querySelector("tbody");

function show() {
  const noise = noises[Number(slider.querySelector("input[type=radio]:checked").value)];
  strength.max = noise.strengths.length - 1;
  const chosen = Number(strength.value);
  const text = noise.strengths[chosen];
  slider.querySelector("output").textContent = text;
  strength.setAttribute("aria-valuetext", text);
  pictures.forEach((picture, sign) => {
    picture.style.backgroundImage = `url(${noise.picture})`;
    picture.style.backgroundSize = `${100 * noise.strengths.length}% ${100 * labels.length}%`;
    picture.style.backgroundPosition = `${100 * chosen / (noise.strengths.length - 1)}% ${labels.length > 1 ? 100 * sign / (labels.length - 1) : 0}%`;
    picture.setAttribute("aria-label", `${classes[labels[sign]]}, ${noise.title}, ${text}`);
  });
  body.replaceChildren(...Object.entries(classifiers).map(([key, title]) => {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = title;
    row.append(head, ...noise.predictions[key][chosen].map((prediction, sign) => {
      const cell = document.createElement("td");
      const correct = prediction === labels[sign];
      cell.textContent = correct ? "\u2713" : classes[prediction];
      cell.className = correct ? "" : "wrong";
      return cell;
    }));
    return row;
  }));
}
slider.addEventListener("input", show);
show();
