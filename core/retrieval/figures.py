"""The measures of retrieval as people meet them; `ir-measures` computes them, as trec_eval does."""

from dataclasses import dataclass

from core.errors import VecassayError

CUTS = (1, 3, 5, 10, 20, 100)
MAIN = "nDCG@10"


@dataclass(frozen=True)
class Family:
    """A measure of one query's ranking, 0 to 1, higher is better; `cut` tells whether it looks at the first k only."""

    name: str
    label: str
    help: str
    source: str
    cut: bool = True
    graded: bool = False


FAMILIES = {
    family.name: family
    for family in (
        Family(
            "nDCG", "nDCG", "Gain of the grades found, less the further down, as a share of the best possible order.",
            "Järvelin & Kekäläinen 2002, linear gain as in trec_eval", graded=True,
        ),
        Family("P", "Precision", "Share of the first k results that are relevant.", "trec_eval P"),
        Family("R", "Recall", "Share of all relevant texts that are among the first k.", "trec_eval recall"),
        Family("RR", "Reciprocal rank", "1 / rank of the first relevant text; 0 beyond k.", "trec_eval recip_rank"),
        Family("Success", "Success", "1 when any of the first k is relevant, else 0.", "trec_eval success"),
        Family(
            "AP", "Average precision", "Mean of the precision at each relevant text, over the whole ranking.",
            "trec_eval map", cut=False,
        ),
    )
}  # fmt: skip


def names() -> tuple[str, ...]:
    """Every measure at every cut: nDCG@1 ... Success@100, and AP."""
    return tuple(
        f"{family.name}@{cut}" if family.cut else family.name
        for family in FAMILIES.values()
        for cut in (CUTS if family.cut else CUTS[:1])
    )


def family(name: str) -> Family:
    """The family of a measure's name; raises VecassayError for one that is not among `names`."""
    if name not in names():
        raise VecassayError(f"Expected a measure such as nDCG@10, R@100 or AP; got {name!r}.")
    return FAMILIES[name.partition("@")[0]]
