// Rules: what a trace shows, computed here from a few numbers of each step. Each has a twin of the same name in
// core/draw/rules.py, whose `drawn` gives the same arrays; tests/browser/test_rules.py compares them.

export const rules = { recurrence: terms, nearest: regions };

/** `Recurrence`, for rows of w_1, p, q. */
function terms(rows, { length, low, high }) {
  const curves = rows.length / 3;
  const squares = new Float64Array(length);
  let own; // the only curve keeps its sign
  for (let c = 0; c < curves; c++) {
    const [second, p, q] = rows.subarray(3 * c, 3 * c + 3);
    own = [1, second];
    while (own.length < length) own.push(p * own.at(-1) - q * own.at(-2));
    own.forEach((term, k) => (squares[k] += term * term));
  }
  const drawn = curves === 1 ? own : squares.map((sum) => Math.sqrt(sum / curves));
  return [Float32Array.from(drawn, (term) => Math.min(high, Math.max(low, term)))];
}

const DISTANCES = {
  euclid: (a, b, rest) => Math.sqrt(a * a + b * b + rest),
  manhattan: (a, b, rest) => Math.abs(a) + Math.abs(b) + rest,
  chebyshev: (a, b, rest) => Math.max(Math.abs(a), Math.abs(b), rest),
};
const WEIGHTS = { equal: () => 1, inverse: (d) => 1 / d, square: (d) => 1 / (d * d) };

/** How far the point (x, y) is from the place (u, v), in whole units. */
function unitsAway({ metric, scale: [sx, sy], unit }, x, y, rest, u, v) {
  let away;
  if (metric === "cosine") {
    const [a, b, c, d] = [u * sx, v * sy, x * sx, y * sy];
    const lengths = Math.sqrt(a * a + b * b) * Math.sqrt(c * c + d * d + rest);
    away = 1 - (a * c + b * d) / (lengths || 1);
  } else away = DISTANCES[metric]((x - u) * sx, (y - v) * sy, rest);
  return Math.floor(away / unit + 0.5);
}

/** `Nearest`: x and y of the outline of each class, with one point moved to (px, py). */
function regions([px, py], own) {
  const { across, up, classes, k, moved, rest } = own;
  own.others ??= nearestOthers(own); // once: then a step takes only one distance for each cell
  const { best, numbers } = own.others;
  const [near, who, votes] = [new Float64Array(k), new Int32Array(k), new Float64Array(classes)];
  const winnerAt = (cell, u, v) => {
    const away = unitsAway(own, px, py, rest[moved], u, v);
    let [from, waits] = [cell * k, true];
    for (let at = 0; at < k; at++) {
      const mine = waits && (away < best[from] || (away === best[from] && moved < numbers[from]));
      [near[at], who[at]] = mine ? [away, moved] : [best[from], numbers[from]];
      if (mine) waits = false;
      else from++;
    }
    return winnerOf(own, near, who, votes);
  };
  const outlines = Array.from({ length: 2 * classes }, () => []);
  const [right, high] = [(across[1] - across[0]) / 2, (up[1] - up[0]) / 2];
  up.forEach((v, row) => {
    let [start, now] = [0, -1];
    for (let g = 0; g <= across.length; g++) {
      const winner = g < across.length ? winnerAt(row * across.length + g, across[g], v) : -1;
      if (winner === now && g) continue;
      if (now >= 0) {
        const [a, b] = [across[start] - right, across[g - 1] + right];
        outlines[2 * now].push(a, b, b, a, a, NaN);
        outlines[2 * now + 1].push(v - high, v - high, v + high, v + high, v - high, NaN);
      }
      [start, now] = [g, winner];
    }
  });
  const corner = [across[0] - right, up[0] - high]; // a lone point keeps the place of a class without a region
  return outlines.map((numbers, part) => Float32Array.from(numbers.length ? numbers : [corner[part % 2]]));
}

/** The class with most votes among the points `who` at the distances `near`; -1 if undecided. */
function winnerOf({ labels, weights, tie, unit }, near, who, votes) {
  const touching = weights !== "equal" && near[0] === 0; // then only the points at the place itself vote
  votes.fill(0);
  near.forEach((d, i) => (votes[labels[who[i]]] += touching ? Number(d === 0) : WEIGHTS[weights](d * unit)));
  const least = Math.max(...votes) * (1 - 1e-9);
  if (tie === "nearest") return labels[who.find((i) => votes[labels[i]] >= least)];
  const first = votes.findIndex((sum) => sum >= least);
  return tie === "undecided" && votes.findLastIndex((sum) => sum >= least) > first ? -1 : first;
}

/** Distances and numbers of the k nearest points without the moved one, for each cell. */
function nearestOthers(own) {
  const { x, y, rest, moved, k, across, up } = own;
  const cells = across.length * up.length;
  const [best, numbers] = [new Float64Array(cells * k).fill(Infinity), new Int32Array(cells * k).fill(-1)];
  for (let cell = 0; cell < cells; cell++) {
    const [u, v, o] = [across[cell % across.length], up[Math.floor(cell / across.length)], cell * k];
    for (let i = 0; i < x.length; i++) {
      if (i === moved) continue;
      const d = unitsAway(own, x[i], y[i], rest[i], u, v);
      if (d >= best[o + k - 1]) continue;
      let at = o + k - 1;
      for (; at > o && best[at - 1] > d; at--) [best[at], numbers[at]] = [best[at - 1], numbers[at - 1]];
      [best[at], numbers[at]] = [d, i];
    }
  }
  return { best, numbers };
}
