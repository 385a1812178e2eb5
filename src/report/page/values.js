"use strict";
// One small histogram a tensor against the range of its format.

// Search box and kind selector, shared by the cards and the table. onchange(predicate) runs at once and on input.
function tensorFilter(container, tensors, extra, onchange) {
  const search = el("input", {type: "search", placeholder: "conv1, weight, …", "aria-label": "Search tensors by name"});
  const kind = el("select", {"aria-label": "Kind of tensor"}, el("option", {value: ""}, "all kinds"),
    [...new Set(tensors.map((tensor) => tensor.role))].sort().map((role) => el("option", {value: role}, role)));
  const shown = el("output", {"aria-live": "polite"});
  const apply = () => {
    const word = search.value.trim().toLowerCase();
    const keep = (tensor) => tensor.name.toLowerCase().includes(word) && (!kind.value || tensor.role === kind.value);
    shown.textContent = `${count(tensors.filter(keep).length)} of ${plural(tensors.length, "tensor")}`;
    onchange(keep);
  };
  search.addEventListener("input", apply);
  kind.addEventListener("change", apply);
  container.append(el("label", {}, search), el("label", {}, kind), ...extra, shown);
  apply();
}

// The share of a tensor's values outside its format: what the log counted, which is exact; a page has one such share of a
// tensor. Only where nothing was counted (an older run without fixed-point epochs) that of the histogram's samples, by
// their bins, which tell it of one range and not of a range a channel.
function outsideShare(tensor) {
  const logged = lastOverflow(tensor);
  if (isNumber(logged)) return logged;
  const {counts, low, high, range_low: rangeLow, range_high: rangeHigh, narrow_high: narrow, outside: known} = tensor.histogram;
  if (isNumber(known)) return sum(counts) > 0 ? known / sum(counts) : 0;
  if (isNumber(narrow)) return 0;
  const width = (high - low) / counts.length;
  const outside = counts.filter((_, i) => isOutside(low + (i + 0.5) * width, rangeLow, rangeHigh, width));
  return sum(counts) > 0 ? sum(outside) / sum(counts) : 0;
}

// A bin straddling the end of the range counts as inside.
function isOutside(middle, rangeLow, rangeHigh, width) {
  return (isNumber(rangeLow) && middle < rangeLow - width / 2) || (isNumber(rangeHigh) && middle > rangeHigh + width / 2);
}

function histogramConfig(tensor, logarithmic) {
  const {counts, low, high, range_low: rangeLow, range_high: rangeHigh, narrow_low: narrowLow, narrow_high: narrowHigh} = tensor.histogram;
  const width = (high - low) / counts.length;
  const from = isNumber(rangeLow) ? Math.min(low, rangeLow) : low, to = isNumber(rangeHigh) ? Math.max(high, rangeHigh) : high;
  const margin = 0.03 * (to - from);
  const height = (n) => (logarithmic ? Math.log10(1 + n) : n);
  return (colours) => ({
    type: "bar",
    data: {datasets: [{
      data: counts.map((n, i) => ({x: low + (i + 0.5) * width, y: n > 0 ? height(n) : null})),
      backgroundColor: counts.map((_, i) => (isOutside(low + (i + 0.5) * width, rangeLow, rangeHigh, width) ? colours.outside : colours.fixed)),
      barPercentage: 1, categoryPercentage: 1, minBarLength: 0, grouped: false,
    }]},
    options: {
      interaction: {mode: "nearest", axis: "x", intersect: false},
      scales: {
        x: scale(colours, {type: "linear", min: from - margin, max: to + margin, offset: false, grid: {display: false, offset: false},
          ticks: {maxTicksLimit: 5, includeBounds: false, callback: (x) => real(x), font: {size: 10}}}),
        y: {display: false, beginAtZero: true},
      },
      plugins: {legend: {display: false}, tooltip: {callbacks: {title: () => "", label: (item) =>
        `${real(item.parsed.x - width / 2)} to ${real(item.parsed.x + width / 2)}: ${count(counts[item.dataIndex])}`}}},
    },
    plugins: [bands([
      isNumber(rangeLow) && isNumber(rangeHigh) && {from: rangeLow, to: rangeHigh, colour: colours.band, edge: colours.bandEdge},
      isNumber(narrowLow) && isNumber(narrowHigh) && {from: narrowLow, to: narrowHigh, colour: colours.band, edge: colours.bandEdge},
    ].filter(Boolean))],
  });
}

function valueCard(tensor, logarithmic) {
  const {histogram} = tensor;
  const outside = outsideShare(tensor);
  const place = el("div", {class: "chart"});
  const used = isNumber(tensor.used) ? `uses ${percent(Math.min(tensor.used, 1), 0)} of the range` : "";
  const note = outside > 0 ? el("b", {}, `${counted(tensor, outside)} outside`) : el("span", {}, used);
  const channels = isNumber(histogram.narrow_high) ? ` · ranges to ${real(histogram.narrow_high)} … ${real(histogram.range_high)}` :
    histogram.is_scaled ? " · channels on one range" : "";
  const card = el("div", {class: "card", "data-tensor": tensor.name}, el("h3", {}, tensor.name),
    el("span", {class: "format mono"}, (tensor.format ?? "") + channels), place,
    el("p", {class: "note"}, note, el("span", {}, histogram.from === "model" ? "frozen" : "in training")));
  const label = `Histogram of ${tensor.name}: ${real(histogram.minimum)} to ${real(histogram.maximum)}, range ` +
    `${real(histogram.range_low)} to ${real(histogram.range_high)}, ${share(outside)} outside`;
  const chart = new LazyChart(place, label, (colours) => histogramConfig(tensor, logarithmic())(colours));
  return {card, tensor, outside, chart};
}

// The worst stand open; all, with search and order, are folded away where they are many.
function drawValues(data) {
  const tensors = data.tensors.filter((tensor) => tensor.histogram);
  if (tensors.length === 0) return false;
  const logBox = el("input", {type: "checkbox", checked: true});
  const order = el("select", {"aria-label": "Order"}, el("option", {value: "graph"}, "in the order of the network"),
    el("option", {value: "outside"}, "most outside first"), el("option", {value: "used"}, "least of the range used first"));
  const isLong = tensors.length > kOpenCards + 4;
  const open = isLong ? worstFirst(tensors).slice(0, kOpenCards) : [];
  byId("value-cards").append(...open.map((tensor) => valueCard(tensor, () => true).card));
  const cards = tensors.map((tensor) => valueCard(tensor, () => logBox.checked));
  const orders = {graph: () => 0, outside: (a, b) => b.outside - a.outside, used: (a, b) => (a.tensor.used ?? 2) - (b.tensor.used ?? 2)};
  const arrange = () => byId("all-cards").replaceChildren(...[...cards].sort(orders[order.value]).map(({card}) => card));
  order.addEventListener("change", arrange);
  logBox.addEventListener("change", () => cards.forEach(({chart}) => chart.redraw()));
  arrange();
  tensorFilter(byId("values-controls"), tensors, [el("label", {}, order), el("label", {}, logBox, "logarithmic counts")],
    (keep) => cards.forEach(({card, tensor}) => { card.hidden = !keep(tensor); }));
  if (isLong) foldAway(byId("values-all"), `All ${plural(tensors.length, "tensor")}, to search and to order`);
  else byId("value-cards").remove();
  return true;
}
