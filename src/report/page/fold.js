"use strict";
// A page that is read: the worst first, the rest a click away.

// How many rows and cards of a long list stand open.
const kOpenRows = 7, kOpenCards = 8;

// Puts an element into a closed <details> in its own place.
function foldAway(element, label) {
  const details = el("details", {class: "fold"}, el("summary", {}, label));
  element.replaceWith(details);
  details.append(element);
  return details;
}

// Bad first: what lies outside its format, what became 0, then ranges hardly used.
function badness(tensor) {
  const lost = Math.max(lastOverflow(tensor) ?? 0, isNumber(tensor.used) && tensor.used > 1 ? 1e-6 : 0);
  const zeros = latest(tensor.history.zeros ?? []) ?? 0;
  const idle = isNumber(tensor.used) ? Math.max(0, 0.5 - tensor.used) : 0;
  return 1000 * Math.max(lost, zeros > 0.5 ? zeros - 0.5 : 0) + idle;
}

const worstFirst = (tensors) => [...tensors].sort((a, b) => badness(b) - badness(a));
