"""A visitor's choices of what to see of a comparison."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """Choices that change the panels of the ranking lab.

    Attributes
    ----------
    prevalence : float
        Fraction of positives where the models are used; 0 for that of the data.
    beta : float
        Of the F measure.
    cost_ratio : float
        Cost of a false positive relative to a false negative.
    lines : str
        "none", "f" (lines of equal F) or "cost" (lines of equal expected cost).
    hull, bands, homework : bool
        Show the convex hull, the bootstrap bands, the gain curve of the homework.
    interpolation : str
        Between the points of precision and recall: "steps", "achievable" (Davis and Goadrich), "straight" (wrong).
    """

    prevalence: float = 0.0
    beta: float = 1.0
    cost_ratio: float = 1.0
    lines: str = "none"
    hull: bool = False
    bands: bool = False
    interpolation: str = "steps"
    homework: bool = False

    @property
    def share(self) -> float | None:
        """Return the prevalence as the computations expect it: None for that of the data."""
        return self.prevalence or None
