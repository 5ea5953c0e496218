// Class names on the map.

const NAME_HEIGHT = 18;

/** Class names at their centres, shortened and moved so that none leaves the map or covers another.
 * Each pair that overlaps is pushed apart, half each, up and down. */
export function placeNames(context, frame, centres, classNames) {
  const room = frame.side / 3;
  const names = centres.map(({ label: name, place }) => {
    const text = shortened(context, classNames[name], room);
    const half = context.measureText(text).width / 2 + 2;
    const [x, y] = frame.at(place);
    return { text, half, x: clamp(x, frame.left + half, frame.left + frame.side - half), y };
  });
  const [top, bottom] = [frame.top + NAME_HEIGHT / 2, frame.top + frame.side - NAME_HEIGHT / 2];
  let moved = true;
  for (let turn = 0; moved && turn < 1000; turn++) {
    moved = false;
    for (const [i, a] of names.entries()) {
      for (const b of names.slice(0, i)) {
        const overlap = NAME_HEIGHT - Math.abs(a.y - b.y);
        if (overlap < 0.5 || Math.abs(a.x - b.x) >= a.half + b.half) continue;
        const [low, high] = a.y < b.y ? [a, b] : [b, a];
        low.y -= overlap / 2;
        high.y += overlap / 2;
        moved = true;
      }
    }
    for (const name of names) name.y = clamp(name.y, top, bottom);
  }
  return names;
}

/** A text that is no wider than its room, with an ellipsis for what is left out. */
function shortened(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let kept = text.length - 1;
  while (kept > 1 && context.measureText(`${text.slice(0, kept)}…`).width > room) kept--;
  return `${text.slice(0, kept).trimEnd()}…`;
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
