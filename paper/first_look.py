"""Draws the picture of README: one prediction, explained in four ways; run it to make it anew.

    python paper/first_look.py

The model is a random forest on scikit-learn's breast cancer data. Each panel is one honest setting
of LIME for the same held-out row; the titles say how far its surrogate follows the forest there.
"""

from pathlib import Path

from matplotlib.figure import Figure

import limelab as ll
from limelab import datasets, models

SETTINGS = {
    "noise, near (Gaussian 0.25), line": ll.Lime(ll.Gaussian(0.25)),
    "noise, wide (Gaussian 1.0), line": ll.Lime(ll.Gaussian(1.0)),
    "neighbours in the data, line": ll.Lime(ll.Neighbours(0.1)),
    "neighbours in the data, tree": ll.Lime(ll.Neighbours(0.1), surrogate=ll.Tree(max_depth=3)),
}
SHOWN = 6


def main() -> None:
    """Explain, draw, save."""
    data = datasets.load("breast_cancer")
    train, rows = data.X.iloc[100:], data.X.iloc[[7]]
    model = models.fit(models.forest(), train, data.y[100:], data.kind)
    figure = Figure(figsize=(11, 5.2), layout="constrained")
    axes = figure.subplots(2, 2)
    for ax, (title, lime) in zip(axes.flat, SETTINGS.items(), strict=True):
        explanation = ll.explain(model, train, rows, explainer=lime)
        draw(ax, explanation, title)
    chance = explanation.f[0, list(explanation.outputs).index("malignant")]
    figure.suptitle(
        f"One prediction (P(malignant) = {chance:.2f}), four settings of LIME, four answers",
        fontsize=13,
    )
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=110, metadata={"Software": None})


def draw(ax, explanation, title: str) -> None:
    """Effects on "malignant", the most important on top."""
    explanation.plot(0, "malignant", ax=ax)
    ax.set_ylim(len(ax.get_yticks()) - SHOWN - 0.6, len(ax.get_yticks()) - 0.4)
    row = explanation.diagnostics().query("output == 'malignant'").iloc[0]
    ax.get_legend().remove()
    ax.set_title("", loc="left")
    ax.set_title(f"{title}\nR² out of sample {row.r2_out:.2f}", fontsize=10)
    interval = " with 95 % interval" if explanation.stderr is not None else ""
    ax.set_xlabel(f"effect on P(malignant){interval}", fontsize=9)


if __name__ == "__main__":
    main()
