"use strict";
// What to do next: one or two steps, each with what to copy.

const commandFor = (data, id) => data.commands.find((command) => command.id === id)?.command;

// What to change where the result is not what one wants: what a finding says, else what most often helps.
function mendStep(data, state) {
  const finding = data.findings.find((entry) => entry.mend);
  if (finding) return {title: `Mend this first, then train again: ${finding.text}`, code: finding.mend};
  const {float, fixed, ptq} = data.accuracy, {chance, is_share: isShare} = data.measure;
  const samples = data.start?.test_images;
  if (isShare && isNumber(float) && nearChance(float, chance, samples)) {
    return {title: "Float learned nothing: look at the labels and the size of the input’s values, then at the rate", code: "[float]\nlearning_rate = 0.005"};
  }
  const epochs = data.epochs.filter((epoch) => epoch.phase === "fixed").length;
  if (epochs === 0 && isNumber(ptq ?? fixed)) {
    return {title: "Calibrated only: training in fixed point wins much of it back", code: "[fixed]\nepochs = 5"};
  }
  return {title: "More epochs in fixed point, or wider tensors, come nearer to float",
    code: state === "bad" ? "[format]\nwidth = 10" : `[fixed]\nepochs = ${Math.max(5, 2 * epochs)}`};
}

function nextSteps(data, {bits, result}) {
  const steps = [];
  const add = (title, id) => { if (commandFor(data, id)) steps.push({title, code: commandFor(data, id)}); };
  if (!data.model) {
    add("The run has not ended: go on where it stopped", "resume");
    return steps;
  }
  if (bits.state === "bad") add("A difference is a fault: compare once more, with what the vendor’s compiler says", "verify");
  if (result.state === "bad" || result.state === "warn") steps.push(mendStep(data, result.state));
  if (bits.state === "warn") add("Prove that the exported code gives the same bits", "verify");
  if (result.state === "open") add("Measure it on data", "run");
  if (bits.state === "good") add("Export the project for the vendor’s tool", "export");
  return steps.slice(0, 2);
}

function drawNext(data, verdicts) {
  const steps = nextSteps(data, verdicts);
  if (steps.length === 0) return byId("next").remove();
  byId("next").append(el("h2", {}, "Next"), el("div", {class: "pair"}, steps.map(({title, code}) =>
    el("div", {}, el("p", {}, title), codeBlock(code, true)))));
}
