// A latent space of three axes as it is seen from one side: where codes are on the screen, and how
// the cloud is painted. u runs from 0 to 1 to the right and v up, as on the map.

import { label, lineThrough } from "./map.js";
import { placeNames } from "./names.js";

const AXIS = 0.85; // of the limit: how far the axes are drawn

/** The directions to the right, up and to the eye; see `turned` in figures/cloud.py.
 * @param {number} turn @param {number} tilt in degrees */
export function directions(turn, tilt) {
  const [a, t] = [turn, tilt].map((degrees) => (degrees * Math.PI) / 180);
  return [
    [Math.cos(a), 0, Math.sin(a)],
    [Math.sin(a) * Math.sin(t), Math.cos(t), -Math.cos(a) * Math.sin(t)],
    [-Math.sin(a) * Math.cos(t), Math.sin(t), Math.cos(a) * Math.cos(t)],
  ];
}

/** The cloud from a side that can be changed, at first from a little to the right and above. */
export function cloudView(codes, limit) {
  const images = codes.length / 3;
  const view = {
    limit,
    points: new Float32Array(2 * images), // u and v of every image
    depth: new Float32Array(images), // how near it is to the eye, from about 0 to 1
    order: Uint32Array.from({ length: images }, (_, i) => i), // from far to near
    /** Where a code is seen, u and v, and how near it is. */
    to: (z) => view.axes.map((axis) => 0.5 + (axis[0] * z[0] + axis[1] * z[1] + axis[2] * z[2]) / (2 * limit)),
    look(turn, tilt) {
      view.turn = ((((turn + 180) % 360) + 360) % 360) - 180;
      view.tilt = Math.max(-90, Math.min(90, tilt));
      view.axes = directions(view.turn, view.tilt);
      for (let i = 0; i < images; i++) {
        const [u, v, near] = view.to(codes.subarray(3 * i, 3 * i + 3));
        [view.points[2 * i], view.points[2 * i + 1], view.depth[i]] = [u, v, near];
      }
      view.order.sort((i, j) => view.depth[i] - view.depth[j]);
    },
  };
  view.look(30, 20);
  return view;
}

/** The median of each class on every axis. */
export function medians(codes, labels) {
  return [...new Set(labels)].map((name) => {
    const own = labels.flatMap((other, i) => (other === name ? [i] : []));
    const place = [0, 1, 2].map((axis) => {
      return Float32Array.from(own, (i) => codes[3 * i + axis]).toSorted()[own.length >> 1];
    });
    return { label: name, place };
  });
}

/** Dots from far to near, ever larger and fuller, under the names of their classes.
 * @param {{left: number, top: number, side: number, at: Function}} frame
 * @param {{colours: boolean, meant: (image: number) => boolean, middles: Object[]}} shown */
export function paintCloud(context, frame, view, data, shown, colours) {
  for (const i of view.order) {
    const [x, y] = frame.at([view.points[2 * i], view.points[2 * i + 1]]);
    const near = Math.max(0, Math.min(1, view.depth[i]));
    const size = 1.4 + 2.4 * near;
    context.globalAlpha = shown.meant(i) ? 0.25 + 0.75 * near : 0.06;
    context.fillStyle = shown.colours ? data.palette[data.labels[i]] : colours.quiet;
    context.fillRect(x - size / 2, y - size / 2, size, size);
  }
  context.globalAlpha = 1;
  if (!shown.colours || data.conditional) return; // given the class, all classes lie together
  context.font = "bold 15px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  const centres = shown.middles.map(({ label: name, place }) => ({ label: name, place: view.to(place) }));
  for (const { text, x, y } of placeNames(context, frame, centres, data.classNames)) {
    label(context, colours, text, x, y);
  }
}

/** The axes, and the outlines of the prior's spheres at 1σ and 2σ. */
export function paintSpace(context, frame, view, colours) {
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = "13px system-ui, sans-serif";
  for (const [axis, name] of ["z₁", "z₂", "z₃"].entries()) {
    const end = [0, 0, 0].fill(AXIS * view.limit, axis, axis + 1);
    context.lineWidth = 1;
    context.strokeStyle = colours.line;
    context.beginPath();
    lineThrough(context, [frame.at(view.to(end.map((value) => -value))), frame.at(view.to(end))]);
    context.stroke();
    label(context, { ...colours, paper: colours.panel }, name, ...frame.at(view.to(end)));
  }
  context.lineWidth = 1;
  context.strokeStyle = colours.quiet;
  context.setLineDash([4, 4]);
  for (const radius of [1, 2]) {
    context.beginPath();
    context.arc(...frame.at([0.5, 0.5]), (radius * frame.side) / (2 * view.limit), 0, 2 * Math.PI);
    context.stroke();
  }
  context.setLineDash([]);
}
