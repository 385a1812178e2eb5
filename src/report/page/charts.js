"use strict";
// Every chart of the page: drawn when it comes near the screen, redrawn when the colours change.

function theme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour("ink"), muted: colour("muted"), line: colour("line-soft"), surface: colour("surface"),
    fixed: colour("series-fixed"), float: colour("series-float"), learned: colour("series-learned"),
    outside: colour("series-outside"), soft: colour("series-soft"), band: colour("band"),
    bandEdge: colour("band-edge"), phase: colour("phase"), bad: colour("bad"),
  };
}

class LazyChart {
  // `config` makes a Chart.js configuration from the theme; it must not keep colours.
  constructor(container, label, config) {
    this.canvas = el("canvas", {role: "img", "aria-label": label, "data-drawn": "false"});
    this.config = config;
    this.chart = null;
    container.replaceChildren(this.canvas);
    window.qfxReport.charts.push(this);
    LazyChart.observer.observe(this.canvas);
  }

  draw() {
    if (this.chart) return;
    LazyChart.observer.unobserve(this.canvas);
    this.chart = new Chart(this.canvas, this.config(theme()));
    this.canvas.dataset.drawn = "true";
  }

  redraw() {
    if (!this.chart) return;
    this.chart.destroy();
    this.chart = null;
    this.draw();
  }

  remove() {
    this.chart?.destroy();
    LazyChart.observer.unobserve(this.canvas);
    window.qfxReport.charts.splice(window.qfxReport.charts.indexOf(this), 1);
  }

  static byCanvas(canvas) { return window.qfxReport.charts.find((chart) => chart.canvas === canvas); }
}

LazyChart.observer = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) LazyChart.byCanvas(entry.target)?.draw();
}, {rootMargin: "400px 0px"});

Object.assign(Chart.defaults, {animation: false, responsive: true, maintainAspectRatio: false});
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
Chart.defaults.font.size = 12;
Chart.defaults.plugins.legend.align = "start";
Chart.defaults.plugins.tooltip.displayColors = false;

// A scale with the page's colours.
function scale(colours, options) {
  return {
    ...options,
    grid: {color: colours.line, borderColor: colours.line, tickLength: 4, ...options?.grid},
    ticks: {color: colours.muted, maxRotation: 0, ...options?.ticks},
    title: options?.title ? {display: true, color: colours.muted, text: options.title} : {display: false},
  };
}

// Lines as they are drawn, dashes too; a dataset's legendStyle names another mark.
const legend = (colours) => ({labels: {color: colours.ink, usePointStyle: true, pointStyleWidth: 22, boxHeight: 7, padding: 12,
  generateLabels: (chart) => Chart.defaults.plugins.legend.labels.generateLabels(chart).map((item) =>
    ({...item, pointStyle: chart.data.datasets[item.datasetIndex].legendStyle ?? "line",
      lineDash: chart.data.datasets[item.datasetIndex].borderDash ?? []}))}});

// Shades parts of a linear x axis behind the data. bands: [{from, to, colour, edge, label}] in data units; labels
// stand between the legend and the plot.
const bands = (list, labelColour) => ({
  id: "bands",
  beforeInit(chart) {
    if (!chart.legend || !list.some((band) => band.label)) return;
    const fit = chart.legend.fit;
    chart.legend.fit = function () {
      fit.call(this);
      this.height += 16;
    };
  },
  beforeDatasetsDraw(chart) {
    const {ctx, chartArea: area, scales: {x}} = chart;
    const inside = (value) => Math.min(area.right, Math.max(area.left, x.getPixelForValue(value)));
    ctx.save();
    for (const band of list) {
      const left = inside(band.from), right = inside(band.to);
      ctx.fillStyle = band.colour;
      ctx.fillRect(left, area.top, right - left, area.bottom - area.top);
      if (band.edge) {
        ctx.strokeStyle = band.edge;
        ctx.setLineDash([4, 3]);
        ctx.beginPath();
        for (const edge of [left, right]) {
          ctx.moveTo(edge, area.top);
          ctx.lineTo(edge, area.bottom);
        }
        ctx.stroke();
        ctx.setLineDash([]);
      }
      if (band.label && right - left > 30) {
        ctx.fillStyle = labelColour;
        ctx.font = `600 11px ${Chart.defaults.font.family}`;
        ctx.textAlign = "left";
        ctx.textBaseline = "bottom";
        ctx.fillText(band.label, left, area.top - 4);
      }
    }
    ctx.restore();
  },
});

// Writes a text behind the end of each horizontal bar.
const barLabels = (texts, colour, ground) => ({
  id: "barLabels",
  afterDatasetsDraw(chart) {
    const {ctx} = chart;
    ctx.save();
    ctx.fillStyle = colour;
    ctx.font = `12px ${Chart.defaults.font.family}`;
    ctx.textBaseline = "middle";
    // An edge in the colour of the paper keeps the text readable across grid lines.
    ctx.strokeStyle = ground;
    ctx.lineWidth = 4;
    chart.getDatasetMeta(0).data.forEach((bar, i) => {
      ctx.strokeText(texts[i], bar.x + 6, bar.y);
      ctx.fillText(texts[i], bar.x + 6, bar.y);
    });
    ctx.restore();
  },
});

// Draws what the screen has not reached yet, but for what is folded away. Returns how many charts the page has.
function drawAll() {
  for (const chart of window.qfxReport.charts) if (!chart.canvas.closest("details:not([open])")) chart.draw();
  return window.qfxReport.charts.length;
}

function redrawAll() {
  for (const chart of window.qfxReport.charts) chart.redraw();
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
// Paper is white and has its own layout (paper.css): everything is drawn again for it.
function toPaper(isPaper) {
  const root = document.documentElement;
  root.classList.toggle("paper", isPaper);
  Chart.defaults.font.size = isPaper ? 9.5 : 12;
  if (isPaper) {
    root.dataset.theme = "light";
    drawAll();
  } else {
    delete root.dataset.theme;
  }
  redrawAll();
}
window.addEventListener("beforeprint", () => toPaper(true));
window.addEventListener("afterprint", () => toPaper(false));
Object.assign(window.qfxReport, {drawAll});
