"use strict";
// The two verdicts: are the bits equal, and is the result one that a user wants. Each is {state, title, text}; state
// "good", "warn", "bad", or "open" where there is nothing to judge yet.

const kTargets = {vitis: "Vitis HLS", catapult: "Catapult", verilog: "Verilog"};
const targetName = (target) => kTargets[target] ?? target;

// Two accuracies over `images` are the same count of correct images.
function sameAccuracy(a, b, images) {
  return isNumber(a) && isNumber(b) && Math.abs(a - b) < 0.5 / (images || 1e9);
}

// "3 images", "1 sample": what the data are.
const samplesOf = (data, n) => plural(n, data.noun);

function differenceText(first, noun) {
  if (!first) return "";
  const value = (raw) => `${count(raw)} (${real(raw * 2 ** -first.frac_bits)})`;
  return `First difference: layer ${first.layer}, ${noun} ${count(first.image)}, index [${first.index.join(", ")}]: ` +
    `expected ${value(first.expected)}, got ${value(first.actual)}.`;
}

const bitsDiffer = (verify) => Boolean(verify) && (verify.images_differ > 0 || verify.values_differ > 0);

function verifiedBits(data) {
  const {verify, accuracy, noun} = data;
  const title = `${count(verify.images_differ)} of ${samplesOf(data, verify.images)} differ`;
  if (bitsDiffer(verify)) {
    return {state: "bad", title, text: `${count(verify.values_differ)} of ${plural(verify.values, "output value")} of ` +
      `${targetName(verify.target)} differ from the integer model. ${differenceText(verify.first, noun)}`};
  }
  const targets = verify.targets.map(targetName).join(" and ");
  let text = `${targets} ${verify.targets.length > 1 ? "give" : "gives"} the integer model’s bits in all ${plural(verify.values, "output value")}.`;
  const all = data.start?.test_images;
  if (verify.limit > 0) text += ` Only the first ${samplesOf(data, verify.images)} were compared.`;
  if (!verify.comparable) {
    text += " Training’s figures are of " + (isNumber(all) && all !== verify.images ? `${count(all)} test ${noun}s.` : `other ${noun}s.`);
  } else if (data.measure.is_accuracy && isNumber(accuracy.fixed) && isNumber(accuracy.integer)) {
    if (!sameAccuracy(accuracy.fixed, accuracy.integer, verify.images)) {
      return {state: "bad", title: "Training and the integer model disagree", text: `Training’s emulation reaches ` +
        `${percent(accuracy.fixed)}, the integer model ${percent(accuracy.integer)}. ${text}`};
    }
    text += ` Training’s emulation, the integer model and the hardware code classify equally many ${noun}s right.`;
  }
  return {state: "good", title, text};
}

function bitsVerdict(data) {
  if (data.verify) return verifiedBits(data);
  if (data.kind === "model") {
    return {state: "warn", title: "Not verified here", text: `A frozen model of ${plural(data.model.nodes, "layer")}, ` +
      `${plural(data.model.parameters, "parameter")} as integers. A report on its run folder shows training and verification too.`};
  }
  const {fixed, integer} = data.accuracy;
  if (data.model && data.measure.is_accuracy && isNumber(fixed) && isNumber(integer) && !sameAccuracy(fixed, integer, data.start?.test_images)) {
    return {state: "bad", title: "Training and the integer model disagree", text: `Training’s emulation reaches ${percent(fixed)}, the integer model ${percent(integer)} on the same ${data.noun}s.`};
  }
  if (data.model) {
    return {state: "warn", title: "Not verified yet", text: "qfx verify compares every output value of the exported code with the integer model."};
  }
  const epochs = data.epochs.filter((epoch) => epoch.phase === "fixed").length;
  return {state: "open", title: "Not frozen yet", text: `The log holds ${plural(data.epochs.length - epochs, "epoch")} in float and ` +
    `${count(epochs)} in fixed point so far.`};
}

// How far below float counts: points of accuracy, and times an error.
const kFewPoints = 0.02, kMoreError = 1.1, kTwice = 2;

// What guessing gets, and how far above it chance alone may come on so many samples.
function nearChance(value, chance, samples) {
  return isNumber(chance) && value <= chance + Math.max(0.02, 2 * Math.sqrt(chance * (1 - chance) / (samples || 1e9)));
}

// A share of right answers: more is better, and there is a chance.
function shareVerdict(data, result, float) {
  const {measure, accuracy, noun} = data, {name, chance, classes} = measure;
  const samples = data.start?.test_images ?? data.verify?.images;
  const isEven = isNumber(classes) && Math.abs(chance * classes - 1) < 1e-6;
  const guess = isNumber(classes) ? `${isEven ? "guessing one" : "always answering the most frequent"} of ${plural(classes, "class", "classes")} gets ${percent(chance)}` : `guessing gets ${percent(chance)}`;
  if (nearChance(result, chance, samples)) {
    const float_too = isNumber(float) && nearChance(float, chance, samples);
    return {state: "bad", title: `${percent(result)}: near chance`, text: `${guess[0].toUpperCase()}${guess.slice(1)}. ` +
      (float_too ? `Float has ${percent(float)}: it learned nothing either.` : isNumber(float) ? `Float has ${percent(float)}: fixed point lost it.` : "")};
  }
  if (isNumber(float)) {
    const gap = float - result;
    if (isNumber(chance) && gap > 0.5 * (float - chance)) {
      return {state: "bad", title: `${points(-gap)} against float`, text: `Float has ${percent(float)}, fixed point ${percent(result)}: more than half of what float learned is lost.`};
    }
    if (gap > kFewPoints) return {state: "warn", title: `${points(-gap)} against float`, text: `Float has ${percent(float)}, fixed point ${percent(result)}.`};
  }
  if (isNumber(accuracy.ptq) && isNumber(accuracy.fixed) && accuracy.ptq - accuracy.fixed > 0.005) {
    return {state: "warn", title: "Training ended below calibration", text: `Calibrated alone the network has ${percent(accuracy.ptq)}, after training in fixed point ${percent(accuracy.fixed)}.`};
  }
  const title = isNumber(float) ? Math.abs(float - result) < 0.00005 ? `${percent(result)}, as in float` : `${percent(result)}, ${points(result - float)}` : `${percent(result)}`;
  return {state: "good", title, text: isNumber(float) ? `${name[0].toUpperCase()}${name.slice(1)} of the frozen model, against float.` :
    `${name[0].toUpperCase()}${name.slice(1)} on the test set. There was no float phase to compare it with${isNumber(chance) ? `; ${guess}` : ""}.`};
}

// An error: less is better. R2 says whether it beats the mean of the targets.
function errorVerdict(data, result, float) {
  const {measure} = data, r2 = measure.r2;
  const title = `${measure.name} ${real(result)}`;
  if (isNumber(r2) && r2 < 0.05) {
    return {state: "bad", title: `${title}: no better than the mean`, text: `R² is ${real(r2)}: always answering the mean of the targets does as well.`};
  }
  const tail = isNumber(r2) ? ` R² is ${real(r2)}.` : "";
  if (!isNumber(float) || float === 0) return {state: "good", title, text: `On the test set.${tail}`};
  const text = `Float has ${real(float)}, fixed point ${real(result)}, ${(result / float).toFixed(2)} times that.${tail}`;
  if (result > kTwice * float) return {state: "bad", title: `${title}: more than twice float’s`, text};
  if (result > kMoreError * float) return {state: "warn", title: `${title}: above float’s`, text};
  return {state: "good", title: `${title}, as good as float`, text};
}

// What training itself called no answer: of the network that is frozen, or of float where that one is no better.
function saidNoAnswer(data, result, float) {
  const stage = data.kept === "calibrated" || !data.epochs.some((epoch) => epoch.phase === "fixed") ? "calibrated:" : "trained in fixed point:";
  const said = data.findings.filter(({kind}) => kind === "chance" || kind === "constant");
  const better = isNumber(float) && (data.measure.higher ? result > float + kFewPoints : result < float / kMoreError);
  return said.find(({text}) => text.startsWith(stage)) ?? (better ? null : said.find(({text}) => text.startsWith("float:")));
}

function resultVerdict(data) {
  const {accuracy, measure} = data;
  const comparable = data.verify?.comparable ?? true;
  const result = accuracy.fixed ?? (comparable || !isNumber(accuracy.ptq) ? accuracy.integer : null) ?? (data.model ? accuracy.ptq : null);
  if (!isNumber(result)) {
    return {state: "open", title: `No ${measure.name} yet`, text: data.kind === "model" ? "A model file does not hold one; qfx run measures it." : "It is measured when the model is frozen."};
  }
  const float = accuracy.float;
  const said = saidNoAnswer(data, result, float);
  if (said) {
    return {state: "bad", title: `${measure.is_share ? percent(result) : `${measure.name} ${real(result)}`}: ${said.kind === "constant" ? "always the same answer" : "near chance"}`,
      text: `${said.text[0].toUpperCase()}${said.text.slice(1)}.`};
  }
  return measure.higher ? shareVerdict(data, result, float) : errorVerdict(data, result, float);
}

function drawVerdicts(data) {
  const verdicts = {bits: bitsVerdict(data), result: resultVerdict(data)};
  const names = {bits: "Bits", result: data.measure.is_accuracy ? "Accuracy" : "Result"};
  const marks = {good: "✓", warn: "!", bad: "✗", open: "…"};
  for (const [id, {state, title, text}] of Object.entries(verdicts)) {
    byId("verdicts").append(el("div", {class: `verdict ${state}`, id: `verdict-${id}`, "data-state": state, role: "status"},
      el("span", {class: "mark", "aria-hidden": "true"}, marks[state]),
      el("span", {class: "name"}, names[id]), el("strong", {}, title), el("p", {}, text)));
  }
  return verdicts;
}
