"use strict";
// Looks at the page from inside: appended to a copy of it by the test, never part of the page.
(() => {
  const blocked = [];
  document.addEventListener("securitypolicyviolation", (event) => blocked.push(event.blockedURI));

  // Colours that differ on a canvas; an empty one has a single, transparent one.
  function colours(canvas) {
    if (canvas.width === 0 || canvas.height === 0) return 0;
    const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    return new Set(pixels).size;
  }

  const blankCharts = () => window.qfxReport.charts.filter((chart) => colours(chart.canvas) < 3)
    .map((chart) => chart.canvas.getAttribute("aria-label"));
  const text = (id) => document.getElementById(id)?.textContent ?? null;
  const shownCards = () => [...document.querySelectorAll("#all-cards .card")].filter((card) => !card.hidden).map((card) => card.dataset.tensor);
  const firstColumn = () => [...document.querySelectorAll("#tensor-table tbody tr")].filter((row) => !row.hidden).map((row) => row.cells[0].textContent);

  function type(input, value) {
    input.value = value;
    input.dispatchEvent(new Event("input"));
  }

  // Searching, sorting and choosing, as a reader would.
  function interact() {
    const found = {};
    const search = document.querySelector("#values-controls input[type=search]");
    if (search) {
      type(search, "conv2");
      found.searched = shownCards();
      type(search, "");
      found.all = shownCards().length;
      const order = document.querySelector("#values-controls select[aria-label=Order]");
      order.value = "outside";
      order.dispatchEvent(new Event("change"));
      found.worst = document.querySelector("#all-cards .card")?.dataset.tensor;
    }
    const head = (name) => [...document.querySelectorAll("#tensor-table th button")].find((button) => button.textContent === name);
    if (head("Overflow")) {
      head("Overflow").click();
      head("Overflow").click();
      found.sorted = firstColumn()[0];
      found.ariaSort = head("Overflow").parentElement.getAttribute("aria-sort");
    }
    const row = [...document.querySelectorAll("#format-strip tbody button")].find((button) => button.textContent === "bn2");
    if (row) {
      row.click();
      found.chosen = text("format-detail-title");
    }
    dispatchEvent(new Event("beforeprint"));
    const root = document.documentElement;
    found.paper = root.classList.contains("paper") && root.dataset.theme === "light";
    found.blankOnPaper = blankCharts().length;
    dispatchEvent(new Event("afterprint"));
    found.screenAgain = !root.classList.contains("paper") && !root.dataset.theme;
    return found;
  }

  addEventListener("load", () => setTimeout(() => {
    const report = window.qfxReport;
    const drawnAtFirst = report.charts.filter((chart) => chart.canvas.dataset.drawn === "true").length;
    const height = document.documentElement.scrollHeight;
    const folded = document.querySelectorAll("details.fold").length;
    for (const details of document.querySelectorAll("details")) details.open = true;
    const total = report.drawAll();
    const verdict = (id) => document.getElementById(`verdict-${id}`);
    const found = {
      total, drawnAtFirst, height, folded, bits: verdict("bits").dataset.state, result: verdict("result").dataset.state,
      headline: text("verdicts"), next: text("next"),
      relations: [...document.querySelectorAll(".relation")].map((relation) => relation.textContent),
      findings: [...document.querySelectorAll(".findings li")].map((item) => item.textContent),
      // Tables wider than their place: their middle would have to be scrolled to.
      wideTables: [...document.querySelectorAll(".scroll")].filter((place) => place.scrollWidth > place.clientWidth + 1)
        .map((place) => place.id || place.textContent.slice(0, 40)),
      shares: Object.fromEntries([...document.querySelectorAll("#all-cards .card")].map((card) => [card.dataset.tensor, card.querySelector(".note").textContent])),
      overflows: Object.fromEntries([...document.querySelectorAll("#tensor-table tbody tr")].map((row) => [row.cells[0].textContent, row.cells[row.cells.length - 1].textContent])),
      charts: Object.fromEntries(["accuracy-chart", "loss-chart"].map((id) => {
        const y = report.charts.find((chart) => chart.canvas.parentElement.id === id)?.chart?.scales.y;
        return [id, y ? {type: y.type, min: y.min, max: y.max} : null];
      })),
      classes: text("classes"), samples: [...document.querySelectorAll(".sample")].map((card) => card.textContent),
      pictures: [...document.querySelectorAll(".sample canvas")].map(colours),
      figures: Object.fromEntries(["float", "fixed", "integer", "hls"].map((id) => [id, text(`figure-${id}`)])),
      blank: blankCharts(),
      undrawn: document.querySelectorAll("canvas[data-drawn=false]").length,
      sections: [...document.querySelectorAll("main section")].map((section) => section.id),
      unlabelled: [...document.querySelectorAll("canvas:not([aria-label]), table:not(:has(caption)), section:not([aria-labelledby])")].length,
      wide: document.documentElement.scrollWidth > innerWidth,
      strip: document.querySelectorAll("#format-strip tbody tr").length,
      tensors: firstColumn(), layers: document.querySelectorAll("#layer-table tbody tr").length,
      notes: document.getElementById("notes").hidden ? null : text("notes"), title: document.title,
      injected: document.querySelectorAll("main img, main script, header img, header script").length + (window.injected ?? 0),
      interaction: interact(),
    };
    found.errors = report.errors;
    found.blocked = blocked;
    found.requests = performance.getEntriesByType("resource").map((entry) => entry.name);
    const pre = document.createElement("pre");
    pre.id = "probe";
    pre.textContent = JSON.stringify(found).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
    document.body.append(pre);
  }, 300));
})();
