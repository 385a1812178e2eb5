"use strict";
// What a user would not want, each with the key that mends it.

const kOpenFindings = 3;

function findingItem({text, mend, about}) {
  const sentence = /[.!?]$/.test(text) ? text : `${text}.`;
  return el("li", {"data-about": about || null}, el("p", {}, `${sentence[0].toUpperCase()}${sentence.slice(1)}`), mend ? codeBlock(mend, true) : null);
}

function drawFindings(data) {
  const {findings} = data;
  if (findings.length === 0) return false;
  byId("findings-lead").textContent = `${plural(findings.length, "thing")} that cost accuracy or bits, with what mends ${findings.length === 1 ? "it" : "them"}.`;
  byId("finding-list").append(...findings.slice(0, kOpenFindings).map(findingItem));
  const rest = findings.slice(kOpenFindings);
  if (rest.length > 0) {
    const list = el("ul", {class: "findings"}, rest.map(findingItem));
    byId("findings").append(list);
    foldAway(list, `${count(rest.length)} more`);
  }
  return true;
}
