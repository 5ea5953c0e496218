// The map: where codes lie on it, and how it is painted. Its coordinates u and v run from 0 to 1,
// u to the right and v up, as z₁ and z₂ do in every figure.

import { placeNames } from "./names.js";

/** The latent plane as it is, from −limit to limit on both axes. */
export function planeView(codes, limit) {
  return { ...windowView(codes, [0, 0], limit), names: ["z₁", "z₂"], rings: [1, 2] };
}

/** A square of the plane, `half` to each side of its centre, with ticks at round numbers. */
export function windowView(codes, centre, half) {
  const [low, side] = [centre.map((z) => z - half), 2 * half];
  const step = roundStep(side);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const ticksOf = (from) => {
    const first = Math.ceil(from / step), last = Math.floor((from + side) / step);
    return Array.from({ length: last - first + 1 }, (_, i) => {
      const z = (first + i) * step;
      return [(z - from) / side, z.toFixed(digits).replace("-", "−")];
    });
  };
  const view = {
    to: (z) => [(z[0] - low[0]) / side, (z[1] - low[1]) / side],
    from: (u, v) => Float32Array.of(low[0] + u * side, low[1] + v * side),
    ticks: low.map(ticksOf),
    names: [],
    rings: [],
  };
  return { ...view, points: placeAll(codes, 2, view.to) };
}

/** The step of a scale with three to six ticks on a length: 1, 2 or 5 times a power of ten. */
function roundStep(length) {
  const power = 10 ** Math.floor(Math.log10(length / 3));
  return [5, 2, 1].map((k) => k * power).find((step) => step <= length / 3);
}

/** The plane in probability, Φ(z): codes that follow the prior fill it evenly. */
export function squareView(codes, phi) {
  const view = {
    to: (z) => [phi.cdf(z[0]), phi.cdf(z[1])],
    from: (u, v) => Float32Array.of(phi.quantile(u), phi.quantile(v)),
    ticks: Array(2).fill([0, 0.25, 0.5, 0.75, 1].map((p) => [p, String(p)])),
    names: ["Φ(z₁)", "Φ(z₂)"],
    rings: [],
  };
  return { ...view, points: placeAll(codes, 2, view.to) };
}

/** A t-SNE map of more axes. A place on it is no code, so it stands for the image nearest to it,
 * and a code stands where the image with the nearest code does. */
export function tsneView(points, codes, axes) {
  const at = (values, size, i) => values.slice(i * size, (i + 1) * size);
  return {
    to: (z) => [...at(points, 2, nearest(codes, z, 1)[0].index)],
    from: (u, v) => at(codes, axes, nearest(points, [u, v], 1)[0].index),
    ticks: [],
    names: [],
    rings: [],
    points,
  };
}

export function placeAll(codes, axes, to) {
  const points = new Float32Array((codes.length / axes) * 2);
  for (let i = 0; i < points.length / 2; i++) points.set(to(codes.subarray(i * axes)), 2 * i);
  return points;
}

/** The nearest of many points, nearest first.
 * @param {Float32Array} points one after the other @param {ArrayLike<number>} place
 * @param {number} count @param {(index: number) => boolean} admit
 * @returns {{index: number, distance: number}[]} */
export function nearest(points, place, count, admit = () => true) {
  const axes = place.length;
  const found = [];
  let worst = Infinity;
  for (let index = 0; index * axes < points.length; index++) {
    let square = 0;
    for (let axis = 0; axis < axes; axis++) square += (points[index * axes + axis] - place[axis]) ** 2;
    if (square >= worst || !admit(index)) continue;
    const at = found.findIndex((other) => other.square > square);
    found.splice(at < 0 ? found.length : at, 0, { index, square });
    if (found.length > count) found.pop();
    if (found.length === count) worst = found[count - 1].square;
  }
  return found.map(({ index, square }) => ({ index, distance: Math.sqrt(square) }));
}

/** Pixels in [0, 1] as an image: grey, or three colours. Ink is bright on black, as in the data. */
export function toImageData(values, [height, width, channels = 1]) {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      image.data[4 * i + c] = Math.round(255 * values[i * channels + (channels > 1 ? c : 0)]);
    }
    image.data[4 * i + 3] = 255;
  }
  return image;
}

/** Colours of the page as it is now, by day or by night. */
export function theme() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(
    ["paper", "panel", "ink", "quiet", "line", "accent", "exact"].map((name) => [
      name,
      style.getPropertyValue(`--${name}`).trim(),
    ]),
  );
}

/** Lines that can be seen on anything: each is drawn wide in the paper's colour, then in ink. */
export function halo(context, colours, width, draw) {
  for (const [colour, lineWidth] of [[colours.paper, width + 3], [colours.ink, width]]) {
    context.strokeStyle = colour;
    context.lineWidth = lineWidth;
    context.beginPath();
    draw(context);
    context.stroke();
  }
}

export function lineThrough(context, places) {
  places.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
}

/** Words with a rim of paper, centred on a place. */
export function label(context, colours, text, x, y, colour = colours.ink) {
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = colours.paper;
  context.fillStyle = colour;
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

/** The frame of a map in a canvas: CSS pixels, with room for ticks where the view has some. */
export function frameOf(width, view) {
  const margin = view.ticks.length ? 36 : 6;
  const side = width - margin - 8;
  return { left: margin, top: 8, side, at: ([u, v]) => [margin + u * side, 8 + (1 - v) * side] };
}

/** Tiles, dots, names, axes: all that does not follow the pointer.
 * @param {{tiles: ?HTMLCanvasElement, dots: boolean, size: ?number, colours: boolean,
 *   meant: (image: number) => boolean}} shown what is not meant is dimmed */
export function paintMap(context, frame, view, data, shown) {
  const colours = theme();
  context.fillStyle = colours.panel;
  context.fillRect(frame.left, frame.top, frame.side, frame.side);
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top, frame.side, frame.side);
  context.clip();
  if (shown.tiles) context.drawImage(shown.tiles, frame.left, frame.top, frame.side, frame.side);
  if (shown.dots) paintDots(context, frame, view, data, shown, colours);
  context.restore();
  context.strokeStyle = colours.line;
  context.lineWidth = 1;
  context.strokeRect(frame.left, frame.top, frame.side, frame.side);
  paintAxes(context, frame, view, colours);
}

export function paintDots(context, frame, view, data, shown, colours) {
  const size = shown.size ?? (shown.tiles ? 3.2 : 2.4);
  for (let i = 0; i < data.labels.length; i++) {
    const [x, y] = frame.at([view.points[2 * i], view.points[2 * i + 1]]);
    context.globalAlpha = shown.meant(i) ? 0.8 : 0.12;
    context.fillStyle = shown.colours ? data.palette[data.labels[i]] : colours.quiet;
    context.fillRect(x - size / 2, y - size / 2, size, size);
  }
  context.globalAlpha = 1;
  if (!shown.colours || data.conditional) return; // given the class, all classes lie together
  context.font = "bold 15px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const { text, x, y } of placeNames(context, frame, shown.centres, data.classNames)) {
    label(context, colours, text, x, y);
  }
}

const APART_TICKS = 4; // pixels between two of them, at least

export function paintAxes(context, frame, view, colours) {
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = colours.quiet;
  context.textAlign = "center";
  context.textBaseline = "top";
  const bottom = frame.top + frame.side;
  const [across = [], up = []] = view.ticks;
  let taken = -Infinity; // to there, by the last of them
  for (const [at, text] of across) {
    const x = Math.min(frame.at([at, 0])[0], frame.left + frame.side - 6);
    const half = context.measureText(text).width / 2;
    if (x - half < taken) continue;
    context.fillText(text, x, bottom + 4);
    taken = x + half + APART_TICKS;
  }
  context.textBaseline = "middle";
  for (const [at, text] of up) {
    context.fillText(text, frame.left / 2, Math.max(frame.at([0, at])[1], frame.top + 6));
  }
  if (view.names.length) {
    context.fillStyle = colours.ink;
    context.textBaseline = "top";
    context.fillText(view.names[0], frame.left + frame.side * 0.625, bottom + 4);
    context.textBaseline = "middle";
    context.fillText(view.names[1], frame.left / 2, frame.top + frame.side * 0.375);
  }
  for (const radius of view.rings) {
    const circle = ellipse(view, [0, 0], [radius, radius]).map(frame.at);
    context.setLineDash([4, 4]);
    context.strokeStyle = colours.quiet;
    context.lineWidth = 1;
    context.beginPath();
    lineThrough(context, circle);
    context.stroke();
    context.setLineDash([]);
    label(context, colours, `${radius}σ`, ...frame.at(view.to([0, -radius])), colours.quiet);
  }
}

/** An axis-parallel ellipse of the latent plane, as places on the map. */
export function ellipse(view, mean, radii) {
  return Array.from({ length: 65 }, (_, i) => {
    const turn = (2 * Math.PI * i) / 64;
    return view.to([mean[0] + radii[0] * Math.cos(turn), mean[1] + radii[1] * Math.sin(turn)]);
  });
}

/** The middle of each class on the map: of its images, the one nearest to their median. */
export function classCentres(view, labels) {
  const median = (values) => values.toSorted()[values.length >> 1];
  return [...new Set(labels)].map((name) => {
    const u = [], v = [];
    labels.forEach((other, i) => {
      if (other === name) {
        u.push(view.points[2 * i]);
        v.push(view.points[2 * i + 1]);
      }
    });
    const middle = [median(Float32Array.from(u)), median(Float32Array.from(v))];
    const { index } = nearest(view.points, middle, 1, (i) => labels[i] === name)[0];
    return { label: name, place: [view.points[2 * index], view.points[2 * index + 1]] };
  });
}
