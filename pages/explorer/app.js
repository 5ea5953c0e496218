"use strict";
// The page: what is shown, and what every control does to it. A place is a code and, of a
// conditional model, class weights: {z: Float32Array, y: ?Float32Array}.

const FILM = 11; // pictures of the strip from A to B
const WALK_SECONDS = 4; // from A to B
const SLICE = 6; // milliseconds of a frame for decoding tiles
const PAD = 280; // pixels of the drawing pad's side

const $ = (id) => document.getElementById(id);

/** A canvas that shows one image, pixel by pixel. */
function show(canvas, values, shape) {
  [canvas.height, canvas.width] = shape;
  canvas.getContext("2d").putImageData(toImageData(values, shape), 0, 0);
}

async function start() {
  const data = JSON.parse($("data").textContent);
  const arrays = await unpack($("arrays").textContent.trim(), data.table);
  const phi = normal(arrays.cdf.values, data.cdfSpan);
  const network = networks(arrays, data.activation, phi.cdf);
  const codes = arrays.mean.values;
  const d = data.latentDim;
  data.labels = [...arrays.label.values];
  data.conditional = data.classes > 0;
  const pixels = data.imageShape.reduce((product, n) => product * n, 1);
  const image = (i) => thumbnail(arrays.images.values, pixels, i);
  const codeOf = (i) => codes.slice(i * d, (i + 1) * d);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  const views = arrays.map
    ? { map: tsneView(arrays.map.values, codes, d) }
    : { plane: planeView(codes, data.limit), square: squareView(codes, phi) };

  const oneHot = (k) => (data.conditional ? Float32Array.from(data.classNames, (_, i) => +(i === k)) : null);
  const first = data.labels[0];
  const state = {
    view: Object.values(views)[0],
    picked: data.conditional ? first : null, // a class, or null for all
    here: { z: codeOf(0), y: oneHot(first) }, // what is shown
    pinned: null, // what is shown when the pointer is off the map
    ends: {}, // A and B
    posterior: null, // of the drawing
    frame: 0, // of the animation that plays, or 0
  };
  state.pinned = state.here;
  const decode = ({ z, y }) => network.decode(z, y);
  const here = (z) => ({ z, y: oneHot(state.picked) });

  // --- the map ---

  const [base, overlay] = [$("map"), $("marks")];
  const tiles = new Map(); // by view and class: {canvas, next}
  let frame;

  function fit() {
    const ratio = devicePixelRatio || 1;
    const width = base.clientWidth;
    const height = width - (state.view.ticks.length ? 8 : 0);
    frame = frameOf(width, state.view);
    for (const canvas of [base, overlay]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.getContext("2d").scale(canvas.width / width, canvas.height / height);
    }
    paint();
  }

  /** The tiles of this view and class: those decoded so far; more come with every frame. */
  function tilesNow() {
    const name = Object.keys(views).find((key) => views[key] === state.view);
    const key = `${name} ${data.conditional ? state.picked : ""}`;
    const [height, width] = data.imageShape;
    if (!tiles.has(key)) {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [data.grid * width, data.grid * height];
      tiles.set(key, { canvas, next: 0 });
    }
    return tiles.get(key);
  }

  function decodeTiles(job, until) {
    const n = data.grid;
    const [height, width] = data.imageShape;
    const context = job.canvas.getContext("2d");
    while (job.next < n * n && performance.now() < until) {
      const [row, column] = [Math.floor(job.next / n), job.next % n];
      const z = state.view.from((column + 0.5) / n, 1 - (row + 0.5) / n);
      const picture = toImageData(decode(here(z)), data.imageShape);
      context.putImageData(picture, column * width, row * height);
      job.next++;
    }
    return job.next < n * n;
  }

  let painting = 0;
  function paint() {
    painting ||= requestAnimationFrame(() => {
      painting = 0;
      const job = $("tiles")?.checked ? tilesNow() : null;
      const more = job && decodeTiles(job, performance.now() + SLICE);
      state.view.centres ||= classCentres(state.view, data.labels);
      const context = base.getContext("2d");
      context.clearRect(0, 0, base.width, base.height);
      paintMap(context, frame, state.view, data, {
        tiles: job?.canvas,
        dots: $("dots").checked,
        colours: $("colours").checked,
        picked: state.picked,
        centres: state.view.centres,
      });
      paintMarks();
      if (more) paint();
    });
  }

  function paintMarks() {
    const context = overlay.getContext("2d");
    const colours = theme();
    context.clearRect(0, 0, overlay.width, overlay.height);
    const spot = (z) => frame.at(state.view.to(z));
    const { A, B } = state.ends;
    if (A && B && !arrays.map) {
      const path = Array.from({ length: 33 }, (_, i) => spot(between(A.z, B.z, i / 32)));
      halo(context, colours, 1.5, () => lineThrough(context, path));
    }
    if (state.posterior && !arrays.map) {
      const { mean, sigma } = state.posterior;
      for (const radius of [1, 2]) {
        const radii = [...sigma].map((s) => radius * s);
        const places = ellipse(state.view, mean, radii).map(frame.at);
        halo(context, { ...colours, ink: colours.accent }, 1.5, () => lineThrough(context, places));
      }
    }
    context.font = "bold 14px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const name of ["A", "B"]) {
      if (state.ends[name]) label(context, colours, name, ...spot(state.ends[name].z));
    }
    const [x, y] = spot(state.here.z);
    halo(context, colours, 2, () => {
      context.arc(x, y, 7, 0, 2 * Math.PI);
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(x + 7 * dx, y + 7 * dy);
        context.lineTo(x + 13 * dx, y + 13 * dy);
      }
    });
  }

  // --- what is under the cursor ---

  const near = Array.from({ length: 8 }, () => {
    const button = document.createElement("button");
    button.append(document.createElement("canvas"), document.createElement("span"));
    button.addEventListener("click", () => pin(here(codeOf(+button.dataset.image))));
    $("near").append(button);
    return button;
  });
  const classPictures = data.conditional
    ? data.classNames.map((name, k) => {
        const button = document.createElement("button");
        const canvas = document.createElement("canvas");
        button.append(canvas, name);
        button.setAttribute("aria-label", `as class ${name}`);
        button.addEventListener("click", () => pick(k));
        $("classes").append(button);
        return canvas;
      })
    : [];
  const sliders = data.axes.map(({ axis, kl, active }) => {
    const row = document.createElement("label");
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: -data.limit, max: data.limit, step: 0.01 });
    const name = document.createElement("span");
    name.textContent = `z${axis + 1} · ${active ? `${kl.toFixed(2)} nats` : "unused"}`;
    row.className = active ? "axis" : "axis unused";
    row.append(name, slider);
    slider.addEventListener("input", () => {
      const z = Float32Array.from(state.pinned.z);
      z[axis] = +slider.value;
      pin(here(z));
    });
    $("sliders").append(row);
    return { slider, axis };
  });
  const number = (value) => value.toFixed(2).replace("-", "−");

  let queued = 0;
  function go(place) {
    state.here = place;
    queued ||= requestAnimationFrame(() => {
      queued = 0;
      showHere();
    });
  }

  function showHere() {
    const { z, y } = state.here;
    show($("decoded"), decode(state.here), data.imageShape);
    classPictures.forEach((canvas, k) => show(canvas, network.decode(z, oneHot(k)), data.imageShape));
    const found = nearest(codes, z, 8, (i) => state.picked === null || data.labels[i] === state.picked);
    near.forEach((button, i) => {
      button.hidden = i >= found.length;
      if (button.hidden || button.dataset.image === String(found[i].index)) return;
      const { index } = found[i];
      const name = data.classNames[data.labels[index]];
      button.dataset.image = index;
      button.setAttribute("aria-label", `test image ${arrays.index.values[index]}: ${name}`);
      button.lastChild.textContent = name;
      show(button.firstChild, image(index), data.imageShape);
    });
    const all = nearest(codes, z, 8);
    const far = all[all.length - 1].distance > data.far;
    $("far").hidden = !far;
    $("decoded").classList.toggle("far", far);
    const mixed = y && Math.max(...y) < 1;
    const words = d === 2 ? `z = (${number(z[0])}, ${number(z[1])})` : `${d} numbers, the sliders below`;
    $("place").textContent = words + (mixed ? ", between two classes" : "");
    for (const { slider, axis } of sliders) slider.value = z[axis];
    paintMarks();
    tell();
  }

  let telling = 0;
  /** To screen readers, once the cursor rests. */
  function tell() {
    clearTimeout(telling);
    telling = setTimeout(() => {
      const names = near.filter((button) => !button.hidden).map((button) => button.lastChild.textContent);
      const far = $("far").hidden ? "" : " Far from all test images.";
      $("told").textContent = `${$("place").textContent}. Nearest test images: ${names.join(", ")}.${far}`;
    }, 500);
  }

  function pin(place) {
    stop();
    state.pinned = place;
    go(place);
  }

  // --- pointer and keys on the map ---

  function under(event) {
    const box = overlay.getBoundingClientRect();
    const inside = (value) => Math.min(1 - 1e-4, Math.max(1e-4, value));
    const u = inside((event.clientX - box.left - frame.left) / frame.side);
    const v = inside(1 - (event.clientY - box.top - frame.top) / frame.side);
    return here(state.view.from(u, v));
  }
  overlay.addEventListener("pointermove", (event) => {
    if (state.frame && event.pointerType === "mouse" && !event.buttons) return;
    if (event.pointerType === "mouse") go(under(event));
    else pin(under(event));
  });
  overlay.addEventListener("pointerdown", (event) => pin(under(event)));
  overlay.addEventListener("pointerleave", () => state.frame || go(state.pinned));
  overlay.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 0.1 : 0.02;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
    const letters = { a: () => setEnd("A"), b: () => setEnd("B"), " ": toggle };
    if (moves[event.key]) {
      const [u, v] = state.view.to(state.pinned.z);
      const [du, dv] = moves[event.key];
      if (arrays.map) pin(here(codeOf(ahead([u, v], [du, dv]))));
      else {
        const inside = (value) => Math.min(0.999, Math.max(0.001, value));
        pin(here(state.view.from(inside(u + du * step), inside(v + dv * step))));
      }
    } else if (letters[event.key]) letters[event.key]();
    else return;
    event.preventDefault();
  });

  /** On a map of images: the next one in a direction, within 45° of it. */
  function ahead([u, v], [du, dv]) {
    const { points } = state.view;
    const onward = (i) => {
      const [x, y] = [points[2 * i] - u, points[2 * i + 1] - v];
      return x * du + y * dv > Math.max(1e-6, Math.abs(x * dv - y * du));
    };
    return (nearest(points, [u, v], 1, onward)[0] ?? nearest(points, [u, v], 1)[0]).index;
  }

  // --- classes, layers, views ---

  const chips = data.classNames.map((name, k) => {
    const chip = document.createElement("button");
    const colour = document.createElement("i");
    colour.style.background = data.palette[k];
    chip.append(colour, name);
    chip.addEventListener("click", () => pick(state.picked === k && !data.conditional ? null : k));
    $("chips").append(chip);
    return chip;
  });
  function pick(k) {
    stop();
    state.picked = k;
    chips.forEach((chip, i) => chip.setAttribute("aria-pressed", String(i === k)));
    classPictures.forEach((canvas, i) => canvas.parentNode.setAttribute("aria-pressed", String(i === k)));
    state.pinned = here(state.pinned.z);
    go(state.pinned);
    paint();
  }
  for (const id of ["dots", "tiles", "colours"]) $(id)?.addEventListener("change", paint);
  $("square")?.addEventListener("change", () => {
    state.view = $("square").checked ? views.square : views.plane;
    fit();
  });

  // --- from A to B ---

  const mix = (a, b, t) => a.map((value, i) => (1 - t) * value + t * b[i]);
  const between = mix;
  const onWalk = (t) => {
    const { A, B } = state.ends;
    return { z: mix(A.z, B.z, t), y: A.y && mix(A.y, B.y, t) };
  };
  const film = Array.from({ length: FILM }, () => {
    const canvas = document.createElement("canvas");
    $("film").append(canvas);
    return canvas;
  });
  function setEnd(name) {
    state.ends[name] = state.pinned;
    showFilm();
  }
  function showFilm() {
    film.forEach((canvas, i) => show(canvas, decode(onWalk(i / (FILM - 1))), data.imageShape));
    for (const name of ["A", "B"]) show($(`end${name}`), decode(state.ends[name]), data.imageShape);
    paintMarks();
  }
  function scrub() {
    state.pinned = onWalk(+$("walk").value);
    go(state.pinned);
  }
  function stop() {
    cancelAnimationFrame(state.frame);
    state.frame = 0;
    $("play").textContent = "Play";
  }
  /** There and back; in steps for those who asked for less motion. */
  function toggle() {
    if (state.frame) {
      stop();
      return;
    }
    let last = performance.now();
    let direction = 1;
    const tick = (now) => {
      const pace = (now - last) / 1000 / WALK_SECONDS;
      const step = calm.matches ? 1 / (FILM - 1) : pace;
      if (!calm.matches || now - last > 700) {
        last = now;
        let t = +$("walk").value + direction * step;
        if (t >= 1 || t <= 0) direction = t >= 1 ? -1 : 1;
        $("walk").value = Math.min(1, Math.max(0, t));
        scrub();
      }
      state.frame = requestAnimationFrame(tick);
    };
    state.frame = requestAnimationFrame(tick);
    $("play").textContent = "Pause";
  }
  $("setA").addEventListener("click", () => setEnd("A"));
  $("setB").addEventListener("click", () => setEnd("B"));
  $("play").addEventListener("click", toggle);
  $("walk").addEventListener("input", () => {
    stop();
    scrub();
  });

  // --- drawing ---

  function look(x) {
    stop();
    const y = oneHot(state.picked);
    state.posterior = network.encode(x, y);
    show($("seen"), x, data.imageShape);
    show($("rebuilt"), network.decode(state.posterior.mean, y), data.imageShape);
    const sigma = [...state.posterior.sigma].map(number);
    $("posterior").textContent =
      d === 2
        ? `mean (${[...state.posterior.mean].map(number).join(", ")}), σ (${sigma.join(", ")})`
        : `σ from ${number(Math.min(...state.posterior.sigma))} to ${number(Math.max(...state.posterior.sigma))}`;
    $("answer").hidden = false;
    pin({ z: state.posterior.mean, y });
  }
  const pad = $("pad");
  if (pad) {
    const context = pad.getContext("2d", { willReadFrequently: true });
    let [drawing, looking, tried] = [false, 0, 0];
    const wipe = () => {
      context.fillStyle = "black";
      context.fillRect(0, 0, PAD, PAD);
    };
    const read = () => {
      looking = 0;
      const rgba = context.getImageData(0, 0, PAD, PAD).data;
      const ink = Float32Array.from({ length: PAD * PAD }, (_, i) => rgba[4 * i] / 255);
      const x = centred(ink, PAD, data.imageShape, data.ink);
      if (x) look(x);
    };
    const at = (event) => {
      const box = pad.getBoundingClientRect();
      return [((event.clientX - box.left) * PAD) / box.width, ((event.clientY - box.top) * PAD) / box.height];
    };
    const stroke = (event) => {
      context.lineTo(...at(event));
      context.stroke();
      looking ||= requestAnimationFrame(read);
    };
    [pad.width, pad.height] = [PAD, PAD];
    wipe();
    pad.addEventListener("pointerdown", (event) => {
      pad.setPointerCapture(event.pointerId);
      drawing = true;
      Object.assign(context, { lineWidth: PAD * 0.08, lineCap: "round", lineJoin: "round", strokeStyle: "white" });
      context.beginPath();
      context.moveTo(...at(event));
      stroke(event);
    });
    pad.addEventListener("pointermove", (event) => drawing && stroke(event));
    for (const end of ["pointerup", "pointercancel"]) pad.addEventListener(end, () => (drawing = false));
    $("clear").addEventListener("click", () => {
      wipe();
      $("answer").hidden = true;
      state.posterior = null;
      paintMarks();
    });
    $("try").addEventListener("click", () => {
      do tried = (tried + 1) % data.labels.length;
      while (state.picked !== null && data.labels[tried] !== state.picked);
      const x = image(tried);
      const picture = document.createElement("canvas");
      show(picture, x, data.imageShape);
      context.imageSmoothingEnabled = false;
      context.drawImage(picture, 0, 0, PAD, PAD);
      look(x);
    });
  }

  // --- begin ---

  const other = data.labels.findIndex((name) => name !== first);
  state.ends = {
    A: state.here,
    B: { z: codeOf(Math.max(0, other)), y: oneHot(data.labels[Math.max(0, other)]) },
  };
  new ResizeObserver(fit).observe(base);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  fit();
  pick(state.picked);
  showHere();
  showFilm();
  globalThis.explorer = { data, arrays, network, phi, state, go, image };
  document.body.dataset.ready = performance.now().toFixed(); // milliseconds since it was opened
}

start().catch((error) => {
  $("failed").hidden = false;
  $("failed").textContent = `This page could not start: ${error.message}`;
  throw error;
});
