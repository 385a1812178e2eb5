"use strict";
// The first screen: the verdict, the four accuracies, what was run.

const kTargets = {vitis: "Vitis HLS", catapult: "Catapult", verilog: "Verilog"};
const targetName = (target) => kTargets[target] ?? target;

// Two accuracies over `images` are the same count of correct images.
function sameAccuracy(a, b, images) {
  return isNumber(a) && isNumber(b) && Math.abs(a - b) < 0.5 / (images || 1e9);
}

function differenceText(first) {
  if (!first) return "";
  const value = (raw) => `${count(raw)} (${real(raw * 2 ** -first.frac_bits)})`;
  return `First difference: layer ${first.layer}, image ${count(first.image)}, index [${first.index.join(", ")}]: ` +
    `expected ${value(first.expected)}, got ${value(first.actual)}.`;
}

// {state: "good" | "bad" | "open", title, text}
function verdictOf(data) {
  const {verify, accuracy} = data;
  if (verify) {
    const title = `${count(verify.images_differ)} of ${count(verify.images)} images differ`;
    if (verify.images_differ > 0 || verify.values_differ > 0) {
      return {state: "bad", title, text: `${count(verify.values_differ)} of ${plural(verify.values, "output value")} of ` +
        `${targetName(verify.target)} differ from the integer model. ${differenceText(verify.first)}`};
    }
    const targets = verify.targets.map(targetName).join(" and ");
    let text = `${targets} ${verify.targets.length > 1 ? "give" : "gives"} the integer model’s bits in all ${plural(verify.values, "output value")}.`;
    const all = data.start?.test_images;
    if (verify.limit > 0) text += ` Only the first ${plural(verify.images, "image")} were compared.`;
    if (!verify.comparable) {
      text += " Training’s accuracies are of " + (isNumber(all) && all !== verify.images ? `${plural(all, "test image")}.` : "other images.");
    } else if (isNumber(accuracy.fixed) && isNumber(accuracy.integer)) {
      if (!sameAccuracy(accuracy.fixed, accuracy.integer, verify.images)) {
        return {state: "bad", title: "Training and the integer model disagree", text: `Training’s emulation reaches ` +
          `${percent(accuracy.fixed)}, the integer model ${percent(accuracy.integer)}. ${text}`};
      }
      text += " Training’s emulation, the integer model and the hardware code classify equally many images right.";
    }
    return {state: "good", title, text};
  }
  if (data.kind === "model") {
    return {state: "open", title: `Frozen model of ${plural(data.model.nodes, "layer")}`,
      text: `${plural(data.model.parameters, "parameter")} as integers. A report on its run folder shows training and verification too.`};
  }
  if (data.model) {
    return {state: "open", title: "Frozen, not verified yet", text: "qfx verify compares every output value of the exported code with the integer model."};
  }
  const fixed = data.epochs.filter((epoch) => epoch.phase === "fixed").length;
  return {state: "open", title: "Not frozen yet", text: `The log holds ${plural(data.epochs.length - fixed, "epoch")} in float and ` +
    `${count(fixed)} in fixed point so far.`};
}

function drawVerdict(data) {
  const {state, title, text} = verdictOf(data);
  const box = byId("verdict");
  box.classList.add(state);
  box.dataset.state = state;
  box.append(el("span", {class: "mark", "aria-hidden": "true"}, data.kind === "model" ? "i" : {good: "✓", bad: "✗", open: "…"}[state]),
    el("strong", {}, title), el("p", {}, text));
}

function figure(name, value, gap, worse, id) {
  const text = isNumber(value) ? [(100 * value).toFixed(2), el("small", {}, "%")] : kDash;
  return el("div", {class: "figure", role: "listitem", id}, el("span", {class: "name"}, name),
    el("span", {class: "value"}, text), el("span", {class: worse ? "gap worse" : "gap"}, gap));
}

// What stands between two figures: = where bit-exactness promises the same and it is the same.
function relation(a, b, images) {
  if (!isNumber(a) || !isNumber(b)) return el("span", {class: "relation", "aria-hidden": "true"}, "·");
  const same = sameAccuracy(a, b, images);
  return el("span", {class: `relation ${same ? "same" : "other"}`, role: "img", "aria-label": same ? "equal to" : "not equal to"}, same ? "=" : "≠");
}

function drawFigures(data) {
  const {float, ptq, fixed, integer, hls} = data.accuracy;
  if (![float, fixed, integer, hls].some(isNumber)) return byId("figures").remove();
  const gap = (value) => (isNumber(value) && isNumber(float) ? `${points(value - float)} against float` : "");
  const worse = (value) => isNumber(value) && isNumber(float) && value - float < -0.005;
  const images = data.verify?.images;
  const partial = data.verify && !data.verify.comparable;
  const scope = partial ? `of ${plural(images, "image")}` : "";
  byId("figures").append(
    figure("Float", float, "the reference", false, "figure-float"),
    el("span", {class: "relation", "aria-hidden": "true"}, "→"),
    figure("Fixed point, in training", fixed, [el("span", {}, gap(fixed)), isNumber(ptq) ? el("span", {title: "calibrated and rounded, before training in fixed point"}, `${percent(ptq)} when only calibrated`) : null], worse(fixed), "figure-fixed"),
    partial ? relation(null, null) : relation(fixed, integer, images),
    figure("Integer model", integer, scope || gap(integer), !scope && worse(integer), "figure-integer"),
    relation(integer, hls, images),
    figure(data.verify ? targetName(data.verify.target) : "Exported code", hls, scope || gap(hls), !scope && worse(hls), "figure-hls"));
}

function drawFacts(data) {
  const {start, model, seconds} = data;
  const speeds = data.epochs.map((epoch) => epoch.images_per_second).filter(isNumber);
  const facts = [
    ["Data", data.data],
    ["Images", isNumber(start?.train_images) && `${count(start.train_images)} + ${count(start.test_images)} for the test`],
    ["Parameters", model ? `${count(model.parameters)} (${bytes(Math.ceil(model.parameter_bits / 8))})` : isNumber(start?.parameters) && count(start.parameters)],
    ["Multiply-adds", model && model.multiply_adds > 0 && big(model.multiply_adds)],
    ["Batch", isNumber(start?.batch_size) && count(start.batch_size)],
    ["Seed", isNumber(start?.seed) && String(start.seed)],
    ["Threads", isNumber(start?.threads) && count(start.threads)],
    ["Float training", isNumber(seconds.float_seconds) && seconds.float_seconds > 0 && duration(seconds.float_seconds)],
    ["Fixed-point training", isNumber(seconds.fixed_seconds) && seconds.fixed_seconds > 0 && duration(seconds.fixed_seconds)],
    ["Speed", speeds.length > 0 && `${count(speeds[speeds.length - 1])} images/s`],
  ];
  byId("facts").append(...facts.filter(([, value]) => value).map(([name, value]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function drawHeadline(data) {
  byId("source").textContent = [data.source, data.written].filter(Boolean).map((part) => `· ${part}`).join(" ");
  drawVerdict(data);
  drawFigures(data);
  drawFacts(data);
  if (data.notes.length > 0) {
    byId("notes").hidden = false;
    byId("notes").append(el("strong", {}, "Left out of this page"), el("ul", {}, data.notes.map((note) => el("li", {}, note))));
  }
}
