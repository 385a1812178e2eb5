"use strict";
// Loaded first: whatever goes wrong later is kept for tests and said to the reader, not swallowed.
window.qfxReport = {errors: [], charts: []};
window.addEventListener("error", (event) => {
  window.qfxReport.errors.push(String(event.message));
  const notes = document.getElementById("notes");
  notes.hidden = false;
  const line = document.createElement("p");
  line.textContent = `A part of this page could not be drawn: ${event.message}`;
  notes.append(line);
});
