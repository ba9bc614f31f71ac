"""Controls of the lab on nearest neighbors."""

from __future__ import annotations

from core.data.tables import MOST_ROWS, PASTED, read_file
from core.kit.brought import File
from core.kit.controls import Choice, LogSlider, Seed, Slider, Text, Toggle
from core.labs.neighbors.compute.distances import METRICS
from core.labs.neighbors.compute.points import DATA, EXAMPLE, HIGH, LOW
from core.labs.neighbors.compute.votes import LARGEST, TIES, WEIGHTS

_DRAWN = ("data", ("moons", "clouds", "three"))
_OWN = ("data", ("own",))

VECTORS = Text(
    name="vectors",
    label="Vectors",
    default="-1 1 -1 1, 1 0 0 0, 0 1 0 0, 1 0 1 0, 0 1 0 1",
    limit=200,
    place="section",
    examples=("3 4, 6 8, 4 3", "1 2 3, -1 -2 -3", "1 0, 0 0"),
    help="X first, then up to six others named A, B, C, and so on, separated by commas.",
)
SHARE = Slider(
    name="share",
    label="Share of volume (percent)",
    default=10,
    low=1,
    high=90,
    place="section",
    help="How much of the unit cube a smaller cube is to hold.",
)
MOVED = Slider(
    name="moved",
    label="Point",
    default=5,
    low=1,
    high=MOST_ROWS,
    place="section",
    help="Number of the point that can be dragged. A click on the map takes the nearest one.",
)

CONTROLS = (
    Slider(
        name="qx",
        label="Query x₁",
        default=0.0,
        low=LOW,
        high=HIGH,
        step=0.2,
        display="{:g}".format,
        help="First coordinate of the point whose class is asked for.",
    ),
    Slider(
        name="qy",
        label="Query x₂",
        default=0.0,
        low=LOW,
        high=HIGH,
        step=0.2,
        display="{:g}".format,
        help="Second coordinate of the point whose class is asked for.",
    ),
    Choice(
        name="data",
        label="Points",
        default="homework",
        options=DATA,
        help="Six points have three coordinates, and the plane is the slice x₃ = 0. The others are drawn.",
    ),
    Text(
        name="pasted",
        label="Your table",
        default=EXAMPLE,
        limit=PASTED,
        when=_OWN,
        examples=("1 2 a\n2 1 b\n3 3 a", "height;weight;class\n1,5;50;no\n1,8;80;yes", "a, b, class\n1, x, no"),
        help="A line for each point: two or more numbers and a class, of which there are two or three.",
    ),
    File(
        name="upload",
        label="Or a CSV file",
        read=read_file,
        limit=1,
        when=_OWN,
        help="The same kind of table from a file. It is read once, not kept, and not part of a link.",
    ),
    Text(
        name="columns",
        label="Columns",
        default="1, 2",
        limit=80,
        when=_OWN,
        examples=("2, 1", "petal width, 1", "1"),
        help="The two columns of the map, by name or by number among the columns of numbers.",
    ),
    Slider(
        name="k",
        label="Neighbors K",
        default=3,
        low=1,
        high=LARGEST,
        help="How many of the nearest points vote. Raising it smooths the regions.",
    ),
    Choice(
        name="metric",
        label="Distance",
        default="euclid",
        options=METRICS,
        help="How far two points are apart. The outline shows all places as near as the K-th neighbor.",
    ),
    LogSlider(
        name="stretch",
        label="Unit of x₁",
        default=1.0,
        low=0.1,
        high=10.0,
        per_decade=10,
        help="Factor of the first coordinate before distances are taken, as another unit would give.",
    ),
    Toggle(
        name="standardize",
        label="Standardize",
        help="Divides each coordinate by its standard deviation, so that its unit no longer matters.",
    ),
    Choice(
        name="weights",
        label="Weight of a vote",
        default="equal",
        options=WEIGHTS,
        place="more",
        help="Equal votes, or votes that shrink with the distance d.",
    ),
    Choice(
        name="tie",
        label="When votes tie",
        default="nearest",
        options=TIES,
        place="more",
        help="The rule for equal votes: the nearest of the tied classes, the first one, or none.",
    ),
    Slider(
        name="n",
        label="Number of points",
        default=60,
        low=10,
        high=200,
        step=10,
        place="more",
        when=_DRAWN,
        help="How many points are drawn.",
    ),
    Slider(
        name="noise",
        label="Scatter",
        default=0.3,
        low=0.0,
        high=1.0,
        step=0.1,
        place="more",
        when=_DRAWN,
        help="Standard deviation that is added to the points. Raising it mixes the classes.",
    ),
    Seed(place="more", when=_DRAWN, help="The same seed draws the same points; another seed draws others."),
    MOVED,
    VECTORS,
    SHARE,
)
