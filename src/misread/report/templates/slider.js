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
