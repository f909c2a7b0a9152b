// Finds cases by any word in them, and opens all before printing. The page says everything without it.
const form = document.querySelector(".filter");
const cases = [...document.querySelectorAll(".case")].map((element) => [element, element.textContent.toLowerCase()]);

function show() {
  const words = form.words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const [element, text] of cases) {
    const fits = words.every((word) => text.includes(word)) && (!form.failing.checked || element.matches(".failing"));
    element.hidden = !fits;
    shown += fits;
  }
  for (const dataset of document.querySelectorAll(".dataset"))
    dataset.hidden = !dataset.querySelector(".case:not([hidden])");
  form.querySelector("output").value = `${shown} of ${cases.length}`;
}

form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("beforeprint", () => {
  for (const element of document.querySelectorAll("details.case.failing")) element.open = true;
});
show();
