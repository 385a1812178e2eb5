"use strict";
// The samples that the integer model gets most wrong, with their pictures where they are pictures.

// Bytes of `channels` planes, one grey or three of colour, as the recipe's data hold them.
function paint(canvas, bytes, {channels, height, width}) {
  const pixels = new ImageData(width, height), plane = height * width;
  for (let i = 0; i < plane; ++i) {
    for (let c = 0; c < 3; ++c) pixels.data[4 * i + c] = bytes[(channels === 3 ? c : 0) * plane + i];
    pixels.data[4 * i + 3] = 255;
  }
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

const bytesOf = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

function sampleCard(sample, picture) {
  const card = el("div", {class: "sample", "data-index": sample.index});
  if (picture && sample.picture) {
    const canvas = el("canvas", {role: "img", "aria-label": `Sample ${sample.index}: ${sample.truth}`});
    paint(canvas, bytesOf(sample.picture), picture);
    card.append(canvas);
  }
  card.append(el("b", {}, sample.truth), el("br"), sample.answer, el("br"), el("span", {class: "muted"}, `sample ${count(sample.index)}, ${sample.error}`));
  return card;
}

function sampleTable(list) {
  return el("div", {class: "scroll"}, tableOf("By their number in the test set, from 0", ["Sample", "Should be", "Answer", numberCell("By")],
    list.map((sample) => [count(sample.index), sample.truth, sample.answer, numberCell(sample.error)])));
}

function drawSamples(data) {
  const {samples} = data;
  if (!samples || samples.worst.length === 0) return false;
  const {worst, picture} = samples;
  byId("samples-lead").textContent = `${samples.text} Samples are counted from 0.`;
  if (!picture) {
    byId("sample-list").append(sampleTable(worst));
    return true;
  }
  const cards = (list) => el("div", {class: "samples"}, list.map((sample) => sampleCard(sample, picture)));
  byId("sample-list").append(cards(worst.slice(0, kOpenCards)));
  if (worst.length > kOpenCards) {
    const rest = cards(worst.slice(kOpenCards));
    byId("sample-list").append(rest);
    foldAway(rest, `${count(worst.length - kOpenCards)} more`);
  }
  return true;
}
