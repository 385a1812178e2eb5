"use strict";
// The graph as a list: what each layer computes, from what, in which formats.

const layerWidth = (layer) => (isNumber(layer.accumulator_width) && layer.kind !== "input" && layer.kind !== "flatten" ? `${layer.accumulator_width} bits` : kDash);

// Text over a smaller one.
const stacked = (text, small) => el("span", {class: "stacked"}, el("span", {}, text), small ? el("small", {}, small) : null);

// What a sample costs, over what it would if K-hot constants were multiplied by like others.
function workCell(layer, operation) {
  if (!layer.work) return kDash;
  const isKHot = layer.work.shifts > 0;
  return stacked(count(layer.work[operation]), isKHot ? `${count(layer.ordinary_work[operation])} with multipliers` : null);
}

// How far the layer is from the network in float after calibration's steps, over what it was by points alone.
function errorCell(layer) {
  if (!isNumber(layer.error?.refined)) return kDash;
  const {calibrated, refined} = layer.error, share = (x) => `${(100 * x).toPrecision(3)} %`;
  return stacked(share(refined), isNumber(calibrated) && calibrated !== refined ? `${share(calibrated)} by points alone` : null);
}

// What the steps of calibration did, and what the table's errors are.
function stepsText(data) {
  if (data.steps.length === 0) return "";
  return ` Calibration: ${data.steps.join("; ")}. A layer’s error is the root mean square of fixed point minus float on calibration samples, in units of its float values’ deviation.`;
}

function layerTable(layers, caption) {
  const carriers = layers.some((layer) => layer.carrier);
  const errors = layers.some((layer) => layer.error);
  const shifts = layers.some((layer) => layer.work?.shifts > 0);
  const number = (text) => ({text, class: "num"});
  const head = ["Layer", "Computes", "Output", "Parameters", number("Before the cast"), number("Multiply-adds")];
  if (errors) head.push(number("Error"));
  if (shifts) head.push(number("Multiplies"), number("Adds"));
  const rows = layers.map((layer) => [
    stacked(layer.name, layer.inputs.length > 0 ? `from ${layer.inputs.join(", ")}` : null), {text: layer.text, class: "wrap"},
    stacked(shapeText(layer.shape), el("span", {class: "mono"}, layer.format)),
    layer.params.length ? el("span", {}, layer.params.map((param, k) => [k > 0 ? el("br") : null, `${param.name} `, el("span", {class: "mono"}, param.format)]).flat()) : kDash,
    number(carriers && layer.carrier ? stacked(layerWidth(layer), `${layer.carrier} in training`) : layerWidth(layer)),
    number(layer.multiply_adds > 0 ? count(layer.multiply_adds) : kDash),
    ...(errors ? [number(errorCell(layer))] : []),
    ...(shifts ? [workCell(layer, "multiplies"), workCell(layer, "adds")].map(number) : [])]);
  const table = tableOf(caption, head, rows);
  table.classList.add("pinned");
  return table;
}

// What K-hot constants save over all layers.
function kHotWorth(data) {
  const sum = (work, operation) => data.layers.reduce((all, layer) => all + (layer[work]?.[operation] ?? 0), 0);
  if (sum("work", "shifts") === 0) return "";
  return ` K-hot constants leave ${count(sum("work", "multiplies"))} of ${count(sum("ordinary_work", "multiplies"))} multiplies ${data.noun === "image" ? "an image" : "a sample"}, and take ${count(sum("work", "adds"))} adds where multipliers would leave ${count(sum("ordinary_work", "adds"))}.`;
}

function drawLayers(data) {
  const {layers} = data;
  if (layers.length === 0) return false;
  byId("layers-lead").textContent = `What stands before a layer’s one cast is exact, as wide as range analysis proves it must be.${kHotWorth(data)}${stepsText(data)}`;
  const caption = `${plural(layers.length, "layer")} in the order of computation, ${count(data.model.multiply_adds)} multiply-adds ${data.noun === "image" ? "an image" : "a sample"}`;
  byId("layer-table").append(layerTable(layers, caption));
  if (layers.length > kOpenRows + 6) {
    const most = [...layers].sort((a, b) => b.multiply_adds - a.multiply_adds).slice(0, 4);
    byId("layer-most").classList.add("scroll");
    byId("layer-most").append(layerTable(most, "Where most of the work is"));
    foldAway(byId("layer-all"), `All ${plural(layers.length, "layer")}`);
  } else {
    byId("layer-most").remove();
  }
  return true;
}
