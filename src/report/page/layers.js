"use strict";
// The graph as a list: what each layer computes, from what, in which formats.

function drawLayers(data) {
  const {layers} = data;
  if (layers.length === 0) return false;
  const carriers = layers.some((layer) => layer.carrier);
  const number = (text) => ({text, class: "num"});
  const head = ["Layer", "Computes", "From", "Output", "Format", "Parameters", number("Before the cast"), carriers ? "Carrier in training" : null, number("Multiply-adds")];
  const rows = layers.map((layer, i) => [
    layer.name, {text: layer.text, class: "wrap"}, layer.inputs.join(", ") || kDash, shapeText(layer.shape), el("span", {class: "mono"}, layer.format),
    layer.params.length ? el("span", {}, layer.params.map((param, k) => [k > 0 ? el("br") : null, `${param.name} `, el("span", {class: "mono"}, param.format)]).flat()) : kDash,
    number(isNumber(layer.accumulator_width) && layer.kind !== "input" && layer.kind !== "flatten" ? `${layer.accumulator_width} bits` : kDash),
    carriers ? layer.carrier ?? kDash : null, number(layer.multiply_adds > 0 ? count(layer.multiply_adds) : kDash)]);
  const there = (row) => row.filter((cell) => cell !== null);
  byId("layers-lead").textContent = "In the order of computation. What stands before a layer’s one cast is exact, as wide as range analysis proves it must be.";
  byId("layer-table").append(tableOf(`${plural(layers.length, "layer")}, ${count(data.model.multiply_adds)} multiply-adds an image`, there(head), rows.map(there)));
  return true;
}
