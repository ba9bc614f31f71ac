// The stage of the live chart: which panels are shown, where each one is, and how large it is.

const LOWEST = 160; // px: a lower panel of a column is left out if it would be shorter than this
const GAP = 8; // px between panels of a column

const sameAxis = (one, other) =>
  Boolean(one && other) && String(one.range) === String(other.range) && one.type === other.type && one.title?.text === other.title?.text;

/**
 * Numbers of the panels that are shown, column by column.
 *
 * `alone` is the panel that fills the stage, null for none; with `every` the folded ones are shown, too. A short window (`room`
 * pixels) leaves out lower panels; stacked, each panel is a column of its own.
 */
export function arranged(specs, { alone, every, room, stacked }) {
  const all = specs.map((_, i) => i);
  if (alone !== null && alone in specs) return [[alone]];
  const shown = all.filter((i) => every || !specs[i].folded);
  const columns = [0, 1, 2].map((c) => shown.filter((i) => specs[i].column === c)).filter((column) => column.length);
  if (stacked) {
    // side by side: first the top panel of each column
    const rows = Math.max(...columns.map((column) => column.length));
    return Array.from({ length: rows }, (_, row) => columns.flatMap((column) => column[row] ?? [])).flat().map((i) => [i]);
  }
  const rows = every ? Infinity : Math.max(1, Math.floor((room + GAP) / (LOWEST + GAP)));
  return columns.map((column) => column.slice(0, rows));
}

/**
 * Width, height and margins of each panel that is shown, by its number.
 *
 * Margins are as narrow as the labels allow, equal in a column on the left and in the last row at the bottom, so that the
 * frames of neighbors are aligned. Only the last row has titles below; panels that share an axis have its labels once.
 */
export function sized(specs, placed, { widths, tall, scale }) {
  const sizes = [];
  const own = (i) => specs[i].layout.margin;
  const bare = (i) => specs[i].layout.xaxis?.showticklabels === false;
  const deep = (i) => (own(i).b > 56 ? own(i).b : bare(i) ? 22 : 40);
  const bottom = Math.max(...placed.map((column) => deep(column.at(-1))));
  placed.forEach((column, c) => {
    const total = column.reduce((sum, i) => sum + specs[i].height, 0);
    const left = Math.max(...column.map((i) => (own(i).l > 64 ? own(i).l - 2 : 42)));
    const right = Math.max(...column.map((i) => Math.min(own(i).r, 10)));
    column.forEach((i, row) => {
      const below = column[row + 1];
      const axisBelow = below !== undefined && sameAxis(specs[i].layout.xaxis, specs[below].layout.xaxis);
      const over = below !== undefined; // its title is in its head
      const b = axisBelow || (over && bare(i)) ? 8 : over ? 24 : bottom;
      const height = Math.max(120, Math.floor(((tall - GAP * (column.length - 1)) * specs[i].height) / total));
      sizes[i] = { width: widths[c], height, scale, over, axisBelow, margin: { l: left, r: right, t: HEAD, b } };
    });
  });
  return sizes;
}

export const HEAD = 22; // px that the head of a panel takes, before it is scaled
