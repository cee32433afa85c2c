/**
 * The program of the report: draws every figure of the JSON element "figures" with plotly over its static drawing, and
 * again when the reader's colours or the width of the window change. Runs in a browser, thus text here.
 */
export const CLIENT_SCRIPT = `(() => {
  "use strict";
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 700px)");
  const draw = (theme) => {
    for (const { id, data, layouts, config } of figures) {
      const place = document.getElementById(id);
      if (!place.classList.contains("js-plotly-plot")) place.replaceChildren();
      const columns = narrow.matches ? 1 : 2;
      const layout = layouts[(theme || (dark.matches ? "dark" : "light")) + columns];
      Plotly.react(place, structuredClone(data[columns]), structuredClone(layout), config);
    }
  };
  draw();
  dark.addEventListener("change", () => draw());
  narrow.addEventListener("change", () => draw());
  addEventListener("beforeprint", () => draw("light"));
  addEventListener("afterprint", () => draw());
})();
`;
