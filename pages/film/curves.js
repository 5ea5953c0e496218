// The bound and what the codes cost, over the film; a place on them is a place in it.

import { $ } from "../explorer/elements.js";
import { halo, lineThrough, theme } from "../explorer/map.js";

const MARGIN = { left: 46, right: 14, top: 28, bottom: 24 };
const PANEL = 78; // the height of a curve
const APART = 60; // pixels between two ticks, at least
const SETTLED = 6; // the bound's range leaves out the first so many-th part, which would squeeze it

export function curves(app) {
  const { data } = app;
  const [base, marks] = [$("curves"), $("marks")];
  const settled = data.loss.slice(Math.floor(data.loss.length / SETTLED));
  const topOf = (i) => MARGIN.top + i * (PANEL + MARGIN.top);
  const panels = [
    {
      name: "−ELBO, nats per image",
      values: data.loss,
      range: [Math.min(...settled), Math.max(...settled)],
      top: topOf(0),
    },
    {
      name: "KL, nats: what the codes cost",
      values: data.kl,
      range: [0, Math.max(...data.kl)],
      top: topOf(1),
    },
  ];
  const height = panels.at(-1).top + PANEL + MARGIN.bottom;
  let [width, places] = [0, []];

  const across = (moment) => MARGIN.left + (moment / data.last) * (width - MARGIN.left - MARGIN.right);
  const up = ({ top, range: [low, high] }, value) => top + PANEL * (1 - (value - low) / (high - low || 1));

  /** The place in the film of a number of steps. */
  function momentOf(step) {
    const after = Math.max(1, data.step.findIndex((other) => other >= step));
    const [from, to] = [data.step[after - 1], data.step[after]];
    return after - 1 + (step - from) / (to - from);
  }

  function fit() {
    width = base.clientWidth;
    for (const canvas of [base, marks]) {
      canvas.style.height = `${height}px`;
      canvas.width = Math.round(width * (devicePixelRatio || 1));
      canvas.height = Math.round(height * (devicePixelRatio || 1));
      canvas.getContext("2d").scale(canvas.width / width, canvas.height / height);
    }
    places = ticks();
    paint();
  }

  /** Places in the film and their names: of a training round numbers of steps, as far apart as they
   * need be, and the last; else every moment. */
  function ticks() {
    if (!data.step) return data.moments.map((name, moment) => [moment, name]);
    const end = data.step[data.last];
    const kept = [0];
    for (let power = 1; power < end; power *= 10) {
      for (const step of [power, 3 * power].filter((n) => n < end)) {
        const x = across(momentOf(step));
        if (x - across(momentOf(kept.at(-1))) >= APART && across(data.last) - x >= APART) kept.push(step);
      }
    }
    return [...kept, end].map((step) => [momentOf(step), step.toLocaleString("en")]);
  }

  function paint() {
    const context = base.getContext("2d");
    const colours = theme();
    context.clearRect(0, 0, width, height);
    context.font = "13px system-ui, sans-serif";
    for (const panel of panels) paintPanel(context, colours, panel);
    context.fillStyle = colours.quiet;
    context.textBaseline = "top";
    for (const [place, name] of places) {
      context.textAlign = place === data.last ? "right" : "center";
      context.fillText(name, place === data.last ? width - 2 : across(place), height - MARGIN.bottom + 6);
    }
    paintMarks();
  }

  function paintPanel(context, colours, panel) {
    const { name, values, range, top } = panel;
    context.fillStyle = colours.panel;
    context.fillRect(MARGIN.left, top, width - MARGIN.left - MARGIN.right, PANEL);
    context.fillStyle = colours.ink;
    context.textAlign = "left";
    context.textBaseline = "bottom";
    context.fillText(name, MARGIN.left, top - 3);
    context.fillStyle = colours.quiet;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const value of range) context.fillText(value.toFixed(0), MARGIN.left - 6, up(panel, value));
    context.save();
    context.beginPath();
    context.rect(MARGIN.left, top - 2, width - MARGIN.left, PANEL + 4);
    context.clip();
    context.strokeStyle = colours.quiet;
    context.lineWidth = 1.5;
    context.beginPath();
    lineThrough(context, values.map((value, i) => [across(i), up(panel, value)]));
    context.stroke();
    context.restore();
  }

  /** How far the film has come. */
  function paintMarks() {
    const context = marks.getContext("2d");
    const colours = theme();
    const { at } = app.state;
    const x = across(at);
    context.clearRect(0, 0, width, height);
    context.strokeStyle = colours.accent;
    context.lineWidth = 1;
    context.beginPath();
    lineThrough(context, [[x, MARGIN.top], [x, height - MARGIN.bottom]]);
    context.stroke();
    for (const panel of panels) {
      const [before, after] = [Math.floor(at), Math.ceil(at)].map((i) => panel.values[i]);
      const y = up(panel, before + (at % 1) * (after - before));
      if (y < panel.top) continue;
      halo(context, { ...colours, ink: colours.accent }, 4, () => context.arc(x, y, 3, 0, 2 * Math.PI));
    }
  }

  function scrub(event) {
    const share = (event.offsetX - MARGIN.left) / (width - MARGIN.left - MARGIN.right);
    app.player.go(Math.min(1, Math.max(0, share)) * data.last);
  }

  marks.addEventListener("pointerdown", (event) => {
    marks.setPointerCapture(event.pointerId);
    scrub(event);
  });
  marks.addEventListener("pointermove", (event) => event.buttons && scrub(event));
  new ResizeObserver(fit).observe(base);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  return { fit, paintMarks };
}
