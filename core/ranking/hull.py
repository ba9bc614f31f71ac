"""Corners and convex hull of a curve that goes up and to the right, from cumulative counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Of int64, or of float64 for sums of weights.
Counts = NDArray[Any]


def corners(tp: Counts, fp: Counts) -> tuple[Counts, Counts]:
    """Return the points where the curve from (0, 0) through all points changes direction, and both ends.

    Exact for integers. Areas under straight segments and the hull are those of the full curve.

    Parameters
    ----------
    tp, fp : ndarray (k,)
        True and false positives, rising together; (0, 0) is not among them.

    Returns
    -------
    tp, fp : ndarray (c,)
        From (0, 0) to the last point.
    """
    up, right = rising(tp), rising(fp)
    oblique = up & right
    turns = np.flatnonzero((up[1:] != up[:-1]) | oblique[1:] | oblique[:-1])
    tp, fp = _with_ends(tp, turns), _with_ends(fp, turns)
    if oblique.any():  # several oblique steps may lie on one line
        step_up, step_right = np.diff(tp), np.diff(fp)
        turns = np.flatnonzero(step_up[:-1] * step_right[1:] != step_up[1:] * step_right[:-1])
        tp, fp = _with_ends(tp[1:], turns), _with_ends(fp[1:], turns)
    return tp, fp


def rising(counts: Counts) -> NDArray[np.bool_]:
    """Return where a cumulative count (k,) is greater than the one before, with 0 before the first."""
    return np.concatenate([counts[:1] > 0, counts[1:] > counts[:-1]])


def _with_ends(counts: Counts, inner: NDArray[np.intp]) -> Counts:
    return np.concatenate([np.zeros(1, dtype=counts.dtype), counts.take(inner), counts[-1:]])


def upper_hull(tp: Counts, fp: Counts) -> NDArray[np.intp]:
    """Return the indices of the upper convex hull of points that rise together; no vertex lies between two others.

    Points that do not lie above the chord of their neighbors are dropped, again and again as long as that drops
    many. Of the others, the one farthest above each chord becomes a vertex, all chords at once, and what lies on or
    below the chords is dropped, until nothing remains. Exact for integers.

    Parameters
    ----------
    tp, fp : ndarray (c,)
        Rising together, from (0, 0); the first and the last point are the ends of the hull.

    Returns
    -------
    ndarray (h,) of int

    References
    ----------
    Barber, Dobkin, Huhdanpaa, "The quickhull algorithm for convex hulls", ACM Transactions on Mathematical
    Software 22, 1996.
    """
    ends = [0], [len(tp) - 1]
    # Where the curve arrives horizontally or leaves vertically there is no vertex.
    kept, before = np.flatnonzero(rising(tp)[:-1] & rising(fp)[1:]), len(tp)
    kept = np.concatenate([ends[0], kept, ends[1]])
    while len(kept) < 0.9 * before:
        before = len(kept)
        up, right = np.diff(tp[kept]), np.diff(fp[kept])
        kept = np.concatenate([ends[0], kept[1:-1][up[:-1] * right[1:] > up[1:] * right[:-1]], ends[1]])
    is_vertex = np.zeros(len(kept), dtype=bool)
    is_vertex[[0, -1]] = True
    while not is_vertex.all():
        vertices = np.flatnonzero(is_vertex)
        height = _heights(tp[kept], fp[kept], vertices)
        is_vertex[_highest(height, vertices)] = True
        alive = is_vertex | (height > 0)
        kept, is_vertex = kept[alive], is_vertex[alive]
    return kept


def _heights(tp: Counts, fp: Counts, vertices: NDArray[np.intp]) -> Counts:
    """Return the height of each point above the chord between the vertices around it, times the length of the chord."""
    counts, origin = np.diff(vertices), vertices[:-1]
    up, right = np.diff(tp[vertices]), np.diff(fp[vertices])
    height = np.zeros_like(tp)
    height[:-1] = (tp[:-1] - np.repeat(tp[origin], counts)) * np.repeat(right, counts)
    height[:-1] -= (fp[:-1] - np.repeat(fp[origin], counts)) * np.repeat(up, counts)
    return height


def _highest(height: Counts, vertices: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the index of the point farthest above each chord; the first of ties, since row ends are vertices."""
    top = np.maximum.reduceat(height, vertices[:-1])
    reached = np.flatnonzero((height[:-1] == np.repeat(top, np.diff(vertices))) & (height[:-1] > 0))
    return reached[np.diff(np.searchsorted(vertices, reached), prepend=0) > 0]
